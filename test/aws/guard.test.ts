/**
 * FM-34: where several replicas run, a write leaves only while this one surely leads, asked in the instant in which it is sent.
 */
import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { makeAws, type AwsClient, type WriteGuard } from '../../src/aws/aws.ts'
import { sdkClients } from '../../src/aws/client.ts'
import type { Call } from '../../src/core/call.ts'
import type { Ms } from '../../src/core/time.ts'
import { virtualClock } from '../support/virtual.ts'

const HERE = { region: 'ap-northeast-1' }
const READ = () => new DescribeRulesCommand({ RuleArns: ['arn'] })
const WRITE = () => new ModifyRuleCommand({ RuleArn: 'arn', Actions: [] })

function bench(guarding: Partial<WriteGuard> = {}) {
  const clock = virtualClock()
  const sent: string[] = []
  const asked: Ms[] = []
  const guard: WriteGuard = {
    ready: async () => undefined,
    mayStart: (_call, ms) => {
      asked.push(ms)
      return true
    },
    holds: () => true,
    writeMs: 5_000,
    ...guarding
  }
  const client: AwsClient = {
    send: async <O extends object>(command: object) => {
      sent.push(command.constructor.name)
      return {} as O
    },
    destroy: () => undefined
  }
  const aws = makeAws({ clock, region: HERE.region, guard, clientFor: () => client })
  const call = (ms = 60_000): Call => ({
    urgency: 'forward',
    deadlineAt: clock.now() + ms,
    signal: new AbortController().signal
  })
  return { aws, clock, call, sent, asked }
}

t.test('a write is asked for with the longest time that it may take; a read is not asked about', async (t) => {
  const { aws, call, sent, asked } = bench()
  await aws.send('elbv2', HERE, WRITE(), call())
  await aws.send('elbv2', HERE, WRITE(), call(1_200))
  await aws.send('elbv2', HERE, READ(), call())
  t.same(asked, [5_000, 1_200])
  t.same(sent, ['ModifyRuleCommand', 'ModifyRuleCommand', 'DescribeRulesCommand'])
})

t.test('FM-34: without the lease nothing is sent, and that is certain', async (t) => {
  const { aws, call, sent } = bench({ mayStart: () => false })
  const failure = await aws.send('elbv2', HERE, WRITE(), call()).catch((error: unknown) => error)
  t.match(failure, { code: 'NotLeading', attempts: 0 })
  await aws.send('elbv2', HERE, READ(), call())
  t.same(sent, ['DescribeRulesCommand'])
})

t.test('FM-34: a lease that is lost while a write waits for its turn is seen', async (t) => {
  let leads = true
  const { aws, clock, call, sent } = bench({ mayStart: () => leads })
  const many = Array.from({ length: 20 }, () =>
    aws.send('elbv2', HERE, WRITE(), call()).then(
      () => 'sent',
      (error: { code: string }) => error.code
    )
  )
  clock.after('2s', () => {
    leads = false
  })
  const ends = await clock.complete(Promise.all(many))
  t.ok(sent.length > 5 && sent.length < 15, `${sent.length} went before`)
  t.same(
    ends.filter((end) => end === 'NotLeading'),
    Array.from({ length: 20 - sent.length }, () => 'NotLeading')
  )
})

t.test('a write lasts no longer than the guard allows', async (t) => {
  const { aws, clock, call } = bench()
  const { aws: stuck } = (() => {
    const client: AwsClient = { send: () => new Promise(() => undefined), destroy: () => undefined }
    const guard: WriteGuard = { ready: async () => undefined, mayStart: () => true, holds: () => true, writeMs: 3_000 }
    return { aws: makeAws({ clock, region: HERE.region, guard, clientFor: () => client }) }
  })()
  const before = clock.now()
  await clock.complete(stuck.send('elbv2', HERE, WRITE(), call()).catch(() => undefined))
  t.equal(clock.now() - before, 3_000)
  aws.close()
})

t.test('FM-34: a process that was stopped while a write was being signed does not let it leave', async (t) => {
  let requests = 0
  const server = createServer((_request, response) => {
    requests += 1
    response.end('<ModifyRuleResponse><ModifyRuleResult/></ModifyRuleResponse>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const keep = { ...process.env }
  t.teardown(() => {
    process.env = keep
  })
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`
  })
  let leads = true
  const clientFor = sdkClients(
    HERE.region,
    () => undefined,
    () => leads
  )
  const write = clientFor('elbv2', HERE, 'write')
  const read = clientFor('elbv2', HERE, 'read')
  t.teardown(() => [write, read].forEach((client) => client.destroy()))
  const { signal } = new AbortController()
  await write.send(WRITE(), { abortSignal: signal })
  t.equal(requests, 1)
  const late = write.send(WRITE(), { abortSignal: signal })
  leads = false
  await t.rejects(late, { code: 'NotLeading' })
  t.equal(requests, 1, 'nothing reached the network')
  await read.send(READ(), { abortSignal: signal }).catch(() => undefined)
  t.equal(requests, 2, 'reads go on')
})
