/**
 * The real daemon tells people elsewhere: a receiver that is down, kill -9 while messages wait, and everything still arrives, signed;
 * and its signs of life stand in the lab's CloudWatch.
 */
import { createHmac } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { daemonProcess } from '../../src/cli/demo/daemonProcess.ts'
import { systemClock } from '../../src/clock.ts'
import { isToldUnasked } from '../../src/core/notify/audience.ts'
import type { NoticeEvent } from '../../src/core/notice.ts'
import { LADDER } from './support/cases.ts'
import { FOR_TESTS, talkTo, until } from './support/daemon.ts'
import { policyText } from './support/policy.ts'
import { aTown } from './support/town.ts'

const SECRET = 'known to the two of us'
const clock = systemClock()

t.setTimeout(600_000)

interface Told {
  readonly id: string
  readonly event: NoticeEvent
  readonly shift: { readonly id: string; readonly seq: number } | null
  readonly link: string | null
}

async function aReceiver(t: Test) {
  const got: Told[] = []
  const unsigned: string[] = []
  const state = { up: false, refused: 0 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const header = String(request.headers['sluice-signature'])
      const [, seconds = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
      if (createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex') !== given) unsigned.push(header)
      if (state.up) got.push(JSON.parse(body) as Told)
      else state.refused += 1
      response.writeHead(state.up ? 204 : 503).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { got, unsigned, state, url: `http://127.0.0.1:${port}/hook` }
}

t.test('what was decided while nobody answered arrives after a kill -9, signed, and none of it is lost', async (t) => {
  const town = await aTown(t, [{ name: 'web' }])
  const receiver = await aReceiver(t)
  const files = {
    policies: { quick: policyText({ name: 'quick', ...LADDER }) },
    migrations: { web: town.migration('web') }
  }
  const started = await daemonProcess(clock, files, {
    ...town.lab.env,
    ...FOR_TESTS,
    SECRET,
    AWS_REGION: town.lab.region
  })
  t.teardown(() => started.remove())
  const targets = `[{ name: oncall, type: webhook, url: "${receiver.url}", secret: "\${SECRET}" }]`
  await appendFile(join(started.folder, 'sluice.yaml'), `\nnotify: ${targets}\nheartbeat: cloudwatch\n`)
  await started.start()
  const daemon = talkTo(started)

  const id = await daemon.shift('web', 'quick')
  await daemon.untilPhase(id, 'baking', 50)
  await daemon.order(id, 'pause', { reason: 'to see who is told' })
  await daemon.untilPhase(id, 'paused')
  await daemon.order(id, 'abort', { reason: 'that is all' })
  await until('a delivery was tried', () => (receiver.state.refused > 0 ? true : null))
  await daemon.process.end('SIGKILL')
  t.equal(receiver.got.length, 0)

  receiver.state.up = true
  await daemon.process.start()
  await daemon.untilEnded(id)
  const due = (await daemon.events(id)).filter(({ type }) => isToldUnasked(type as NoticeEvent, false))
  t.ok(due.length >= 3, due.map(({ type }) => type).join(', '))
  await until('all of it arrived', () =>
    due.every(({ seq }) => receiver.got.some(({ shift }) => shift?.id === id && shift.seq === seq)) ? true : null
  )
  t.same(receiver.unsigned, [])
  const ids = receiver.got.map((one) => one.id)
  t.ok(ids.every((one) => one.startsWith(`${id}.`)))
  t.same(
    receiver.got.map(({ link }) => link).filter((link) => link !== null),
    [],
    'no public address, no link'
  )
  const metrics = await (await fetch(new URL('metrics', started.url()))).text()
  t.match(metrics, /sluice_notifications_total\{target="oncall",outcome="sent"\} [1-9]/)
  t.notMatch(`${await daemon.log()}${metrics}`, SECRET)
  t.notMatch(`${await daemon.log()}${metrics}`, receiver.url)
  t.ok(town.lab.calls.count('PutMetricData') >= 1, 'and it gave signs of life')
})
