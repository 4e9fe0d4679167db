/**
 * Webhook and Slack over real sockets on loopback: what is sent, how it is signed, and what each answer means.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import { makeNotifier, type TargetSpec } from '../../src/notifiers/index.ts'
import { deliveryOf } from '../../src/notifiers/post.ts'
import { signature } from '../../src/notifiers/webhook.ts'
import { textOf } from '../house/files.ts'
import { aNotice } from '../support/builders.ts'

const SECRET = 'a secret of the two of us'
const about = { shift: 'shf_1', seq: 7, migration: 'shop', policy: 'standard', phase: 'halted', percent: 10 } as const
const NOTICE = aNotice({ about, evidence: ['error rate 4 % <of> 1,200 & more requests'] })

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly path: string
}

async function receiver(t: Test, answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body, path: request.url ?? '' })
      answer(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hooks/TOKEN?x=1`, received }
}

function notifierFor(target: TargetSpec, publicUrl: string | null = 'https://sluice.example.com') {
  const clock = systemClock()
  const aws = makeAws({
    clock,
    region: 'us-east-1',
    clientFor: () => {
      throw new Error('no AWS here')
    }
  })
  return makeNotifier(target, { aws, clock, publicUrl })
}

const never = new AbortController().signal

type Verified = (secret: string, header: string, body: string, nowSeconds: number) => boolean

/** What docs/notifications.md tells receivers to copy. */
async function verifiedOf(t: Test): Promise<Verified> {
  const [, code = ''] = /^```js\n([\s\S]*?)^```$/m.exec(textOf('docs/notifications.md')) ?? []
  const folder = t.testdir({ 'verified.mjs': code })
  const { verified } = (await import(pathToFileURL(join(folder, 'verified.mjs')).href)) as {
    readonly verified: Verified
  }
  return verified
}

void t.test('a webhook gets the whole message, signed', async (t) => {
  const { url, received } = await receiver(t, (response) => response.writeHead(204).end())
  const hook = notifierFor({ type: 'webhook', name: 'oncall', url, secret: SECRET })
  t.same(await hook.send(NOTICE, never), { kind: 'sent' })
  t.same(await hook.send(NOTICE, never), { kind: 'sent' })
  const [first, second] = received
  t.same(JSON.parse(first?.body ?? ''), {
    id: NOTICE.id,
    at: '2026-11-20T10:00:00.000Z',
    event: 'shift.halted',
    page: true,
    title: 'shop-eks-134 is halted at 10 %',
    shift: { id: 'shf_1', seq: 7, migration: 'shop', policy: 'standard', phase: 'halted', percent: 10 },
    evidence: ['error rate 4 % <of> 1,200 & more requests'],
    todo: ['Decide: resume or abort.'],
    link: 'https://sluice.example.com/#/shifts/shf_1'
  })
  t.equal(first?.path, '/hooks/TOKEN?x=1')
  t.match(first?.headers, {
    'content-type': 'application/json',
    'sluice-id': NOTICE.id,
    'sluice-event': 'shift.halted'
  })
  const verified = await verifiedOf(t)
  const header = String(first?.headers['sluice-signature'])
  const now = Date.now() / 1000
  t.ok(verified(SECRET, header, first?.body ?? '', now))
  t.notOk(verified('another secret', header, first?.body ?? '', now))
  t.notOk(verified(SECRET, header, `${first?.body} `, now))
  t.notOk(verified(SECRET, header, first?.body ?? '', now + 3_600), 'nobody replays it an hour later')
  t.equal(second?.headers['sluice-id'], NOTICE.id, 'a repeat has the same id')
  t.notMatch(JSON.stringify(received), SECRET)
})

void t.test('the signature is what anybody else computes', async (t) => {
  // printf '1.The quick brown fox' | openssl dgst -sha256 -hmac key
  t.equal(
    signature('key', 1, 'The quick brown fox'),
    't=1,v1=1ef269d2a2a1f8d397e0e25c3e3013fb5687509234565e6e49ea45a138768457'
  )
})

void t.test('each answer means what HTTP says', async (t) => {
  t.same(deliveryOf(200, null), { kind: 'sent' })
  t.same(deliveryOf(202, null), { kind: 'sent' })
  for (const status of [301, 302, 400, 401, 403, 404, 410, 413]) {
    t.same(deliveryOf(status, null), { kind: 'refused', detail: `HTTP ${status}` })
  }
  for (const status of [408, 425, 429, 500, 502, 503]) {
    t.same(deliveryOf(status, null), { kind: 'retry', detail: `HTTP ${status}` })
  }
  t.same(deliveryOf(429, '30'), { kind: 'retry', detail: 'HTTP 429', afterMs: 30_000 })
  t.same(deliveryOf(503, 'Fri, 20 Nov 2026 10:00:00 GMT'), { kind: 'retry', detail: 'HTTP 503' })
})

void t.test('a redirect is not followed', async (t) => {
  const other = await receiver(t, (response) => response.writeHead(200).end())
  const { url } = await receiver(t, (response) => response.writeHead(307, { location: other.url }).end())
  const hook = notifierFor({ type: 'webhook', name: 'oncall', url, secret: SECRET })
  t.same(await hook.send(NOTICE, never), { kind: 'refused', detail: 'HTTP 307' })
  t.equal(other.received.length, 0)
})

void t.test('nobody there, and an answer that never comes, are tried again; neither shows the address', async (t) => {
  const gone = await receiver(t, (response) => response.end())
  const hook = notifierFor({ type: 'webhook', name: 'oncall', url: 'http://127.0.0.1:1/TOKEN', secret: SECRET })
  const refused = await hook.send(NOTICE, never)
  t.match(refused, { kind: 'retry', detail: /^[A-Za-z_]+$/ })
  const silent = await receiver(t, () => undefined)
  const off = new AbortController()
  const sending = notifierFor({ type: 'slack', name: 'chat', url: silent.url }).send(NOTICE, off.signal)
  while (silent.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
  off.abort()
  t.same(await sending, { kind: 'retry', detail: 'Timeout' })
  const broken = await receiver(t, (_, request) => request.socket.destroy())
  t.match(await notifierFor({ type: 'slack', name: 'chat', url: broken.url }).send(NOTICE, never), { kind: 'retry' })
  t.notMatch(JSON.stringify([refused, gone.received]), 'TOKEN')
})

void t.test('Slack gets blocks in which nothing can mention a channel, and no longer than it takes', async (t) => {
  const { url, received } = await receiver(t, (response) => response.end('ok'))
  const chat = notifierFor({ type: 'slack', name: 'chat', url })
  t.same(await chat.send(NOTICE, never), { kind: 'sent' })
  const message = JSON.parse(received[0]?.body ?? '')
  t.equal(message.text, 'Look now: shop-eks-134 is halted at 10 %')
  t.match(message.blocks, [
    { type: 'header', text: { type: 'plain_text', text: 'Look now: shop-eks-134 is halted at 10 %' } },
    { type: 'section', text: { text: '• error rate 4 % &lt;of&gt; 1,200 &amp; more requests' } },
    { type: 'section', text: { text: '*What to do*\n• Decide: resume or abort.' } },
    { type: 'context', elements: [{ text: /shift\.halted · .+<https:\/\/sluice\.example\.com\/#\/shifts\/shf_1\|/ }] }
  ])
  const long = { ...NOTICE, title: '<!channel> '.repeat(40), evidence: ['&'.repeat(5_000)], todo: [], page: false }
  await chat.send(long, never)
  const cut = JSON.parse(received[1]?.body ?? '')
  t.notMatch(cut.text, '<!channel>')
  t.ok(cut.blocks[0].text.text.length <= 150)
  t.ok(cut.blocks[1].text.text.length <= 3_000)
  t.match(cut.blocks[1].text.text, /&amp;…$/, 'no half of an escape')
  t.equal(cut.blocks.length, 3)
})

void t.test('without a public address there is no link', async (t) => {
  const { url, received } = await receiver(t, (response) => response.end('ok'))
  await notifierFor({ type: 'webhook', name: 'oncall', url, secret: SECRET }, null).send(NOTICE, never)
  await notifierFor({ type: 'slack', name: 'chat', url }, null).send(aNotice({ about: null }), never)
  t.equal(JSON.parse(received[0]?.body ?? '').link, null)
  t.notMatch(received[1]?.body, 'http')
})
