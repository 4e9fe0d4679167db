import { createServer as createPlainServer } from 'node:net'
import { createServer } from 'node:tls'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { tlsHandshake } from '../../src/routers/route53/handshake.ts'
import { aCall } from './contract.ts'
import { TLS_CERTIFICATE, TLS_KEY, TLS_UNTIL } from './support/tlsPair.ts'

interface Listening {
  listen(port: number, host: string, ready: () => void): unknown
  address(): unknown
  close(): unknown
}

async function portOf(t: Test, server: Listening): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void server.close())
  return (server.address() as { port: number }).port
}

const clock = systemClock()
const shake = tlsHandshake(clock)
const host = '127.0.0.1'

t.test('the certificate that is shown for a name is looked at: whose it is, and until when', async (t) => {
  const asked: string[] = []
  const server = createServer({
    key: TLS_KEY,
    cert: TLS_CERTIFICATE,
    SNICallback: (name, done) => {
      asked.push(name)
      done(null)
    }
  })
  const port = await portOf(t, server)
  const own = await shake({ host, port, servername: 'api.example.com' }, aCall(clock.now()))
  t.match(own, { kind: 'certificate', fits: true, validTo: TLS_UNTIL, names: /api\.example\.com/ })
  t.match(await shake({ host, port, servername: 'web.example.com' }, aCall(clock.now())), { fits: false })
  t.match(await shake({ host, port, servername: 'sluice-preflight.shop.example.com' }, aCall(clock.now())), {
    fits: true
  })
  t.same(asked, ['api.example.com', 'web.example.com', 'sluice-preflight.shop.example.com'], 'the name is asked for')
})

t.test('where nobody listens, or not in TLS, nothing is shown', async (t) => {
  const server = createPlainServer((socket) => socket.end('hello'))
  const port = await portOf(t, server)
  t.match(await shake({ host, port, servername: 'a.example.com' }, aCall(clock.now())), { kind: 'nothing' })
  server.close()
  const closed = await shake({ host, port, servername: 'a.example.com' }, aCall(clock.now()))
  t.match(closed, { kind: 'nothing', detail: /ECONNREFUSED/ })
})

t.test('who never answers is not waited for longer than the call lasts', async (t) => {
  const server = createPlainServer(() => undefined)
  const port = await portOf(t, server)
  const startedAt = clock.now()
  const shown = await shake({ host, port, servername: 'a.example.com' }, aCall(clock.now(), 'observe', 50))
  t.match(shown, { kind: 'nothing', detail: /in time/ })
  t.ok(clock.now() - startedAt < 3_000)
  const over = await shake({ host, port, servername: 'a.example.com' }, aCall(clock.now(), 'observe', -1))
  t.match(over, { kind: 'nothing' })
})
