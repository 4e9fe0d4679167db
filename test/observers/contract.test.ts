import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { MetricQuery } from '../../src/core/measurement.ts'
import { startLab } from '../../src/lab/lab.ts'
import { cloudwatchObserver, memoryObserver } from '../../src/observers/index.ts'
import { HOUR, MINUTE, T0 } from '../support/builders.ts'
import { observerContract, type Source } from './contract.ts'
import { complete, fakeAws } from './support.ts'
import { setClock } from '../support/setClock.ts'

const REGION = 'ap-northeast-1'

observerContract('memory', async () => {
  const observer = memoryObserver({ clock: setClock() })
  return { observer, start: T0, put: (query, at, value) => observer.put(query, at, value) }
})

/** Answers as the documentation says, from values in a table; sums up what falls into one period. */
observerContract('CloudWatch over faked answers', async () => {
  const points: { readonly name: string; readonly at: number; readonly value: number }[] = []
  const nameOf = (metric: string, dimensions: readonly (string | undefined)[]) => [metric, ...dimensions].join(' ')
  const aws = fakeAws(({ input }) => ({
    MetricDataResults: (input.MetricDataQueries ?? []).map((query) => {
      const { Metric, Period = 60 } = query.MetricStat ?? { Metric: undefined }
      const name = nameOf(
        Metric?.MetricName ?? '',
        (Metric?.Dimensions ?? []).map(({ Value }) => Value)
      )
      const [from, to] = [input.StartTime?.getTime() ?? 0, input.EndTime?.getTime() ?? 0]
      const found = points.filter((point) => point.name === name && point.at >= from && point.at < to)
      const sums = Map.groupBy(found, ({ at }) => at - (at % (Period * 1000)))
      const values = [...sums].map(([at, all]) => [at, all.reduce((sum, { value }) => sum + value, 0)] as const)
      return complete(query.Id ?? '', values)
    })
  }))
  return {
    observer: cloudwatchObserver({ aws, clock: setClock() }),
    start: T0,
    put: ({ metric, dimensions }, at, value) => {
      points.push({ name: nameOf(metric, Object.values(dimensions)), at, value })
    }
  }
})

/** The observer over an endpoint on loopback, through the SDK's own wire protocol. */
function observerAt(t: Test, endpoint: string) {
  const clock = systemClock()
  const client = new CloudWatchClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1
  })
  const aws = makeAws({ clock, region: REGION, clientFor: () => client })
  t.teardown(() => aws.close())
  return { client, observer: cloudwatchObserver({ aws, clock }) }
}

/** An hour ago: closed, and kept by every source. */
const anHourAgo = () => Math.floor((Date.now() - HOUR) / (2 * MINUTE)) * 2 * MINUTE

observerContract('CloudWatch over the lab', async (t): Promise<Source> => {
  const lab = await startLab({ partialShare: 0 })
  t.teardown(() => lab.close())
  return {
    observer: observerAt(t, lab.endpoint).observer,
    start: anHourAgo(),
    put: ({ namespace, metric, dimensions }, at, value) =>
      lab.metrics.put({ namespace, name: metric, dimensions }, value, at)
  }
})

function motoPresent(): boolean {
  return spawnSync('moto_server', ['-h'], { timeout: 20_000, stdio: 'ignore' }).status === 0
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function startMoto(t: Pick<Test, 'teardown'>): Promise<string> {
  const port = await freePort()
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' })
  t.teardown(async () => {
    moto.kill('SIGTERM')
    if (moto.exitCode === null) await once(moto, 'exit')
  })
  const endpoint = `http://127.0.0.1:${port}`
  const clock = systemClock()
  const giveUpAt = clock.now() + 30_000
  for (;;) {
    const up = await fetch(`${endpoint}/moto-api/data.json`).then(
      (response) => response.ok,
      () => false
    )
    if (up) return endpoint
    if (clock.now() > giveUpAt) throw new Error('moto_server did not answer')
    await clock.sleep(50)
  }
}

if (motoPresent()) {
  let endpoint: Promise<string> | null = null
  observerContract('CloudWatch over moto', async (test): Promise<Source> => {
    endpoint ??= startMoto(t)
    const { client, observer } = observerAt(test, await endpoint)
    await fetch(`${await endpoint}/moto-api/reset`, { method: 'POST' })
    const put = async ({ namespace, metric, dimensions }: MetricQuery, at: number, value: number): Promise<void> => {
      const datum = {
        MetricName: metric,
        // It compares dimensions in order; AWS takes them as a set.
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Timestamp: new Date(at),
        Value: value
      }
      await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }))
    }
    return { observer, start: anHourAgo(), put }
  })
} else {
  t.test('CloudWatch over moto', { skip: 'moto_server is not on the PATH' }, async () => {})
}
