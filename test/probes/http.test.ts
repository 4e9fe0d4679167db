/** Probes over loopback: real sockets, so real time, but nothing here waits for longer than a test's own answer. */
import t, { type Test } from 'tap'
import { spawnSync } from 'node:child_process'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/clock.ts'
import type { Call } from '../../src/core/call.ts'
import { httpProber } from '../../src/probes/index.ts'

const clock = systemClock()
const prober = httpProber({ clock })
const aCall = (ms = 5_000, signal = new AbortController().signal): Call => {
  return { urgency: 'observe', deadlineAt: clock.now() + ms, signal }
}

async function listen(t: Test, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serve = async (t: Test, listener: RequestListener) => `http://${await listen(t, createServer(listener))}`

t.test('a GET of the URL, as the host that was given, over a connection of its own', async (t) => {
  const seen: string[] = []
  const url = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers.connection}`)
    response.end('fine')
  })
  const result = await prober.get(`${url}/healthz?deep=1`, 'api.example.com', aCall())
  t.match(result, { ok: true, status: 200, code: '200' })
  t.ok(result.ms >= 0)
  await prober.get(url, null, aCall())
  t.strictSame(seen, ['GET /healthz?deep=1 api.example.com close', `GET / ${url.slice(7)} close`])
})

t.test('what passes and what fails, by status', async (t) => {
  const url = await serve(t, (request, response) => {
    response.statusCode = Number(request.url?.slice(1))
    response.end()
  })
  const oks = await Promise.all(
    [200, 204, 302, 399, 400, 401, 404, 429, 500, 503].map(async (status) => {
      const { ok, code } = await prober.get(`${url}/${status}`, null, aCall())
      return `${code} ${ok ? 'passes' : 'fails'}`
    })
  )
  t.strictSame(oks, [
    '200 passes',
    '204 passes',
    '302 passes',
    '399 passes',
    '400 fails',
    '401 fails',
    '404 fails',
    '429 fails',
    '500 fails',
    '503 fails'
  ])
})

t.test('a redirect is not followed: it could lead away from new', async (t) => {
  let hits = 0
  const url = await serve(t, (_request, response) => {
    hits += 1
    response.writeHead(302, { location: '/elsewhere' })
    response.end()
  })
  t.match(await prober.get(url, null, aCall()), { ok: true, status: 302 })
  t.equal(hits, 1)
})

t.test('no answer in time has failed', async (t) => {
  const url = await serve(t, () => undefined)
  t.match(await prober.get(url, null, aCall(50)), { ok: false, status: null, code: 'Timeout' })
})

t.test('a body that never ends has failed in time; one that is only long has not', async (t) => {
  const url = await serve(t, (request, response) => {
    response.write('x'.repeat(request.url === '/long' ? 1_000_000 : 10))
  })
  t.match(await prober.get(`${url}/long`, null, aCall()), { ok: true, status: 200 })
  t.match(await prober.get(`${url}/slow`, null, aCall(50)), { ok: false, code: 'Timeout' })
})

t.test('an answer that breaks off has failed', async (t) => {
  const url = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half')
    setImmediate(() => request.socket.destroy())
  })
  t.match(await prober.get(url, null, aCall()), { ok: false, status: null })
  const hung = await serve(t, (request) => void request.socket.destroy())
  t.match(await prober.get(hung, null, aCall()), { ok: false, status: null, code: 'ECONNRESET' })
})

t.test('nobody listens', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  t.match(await prober.get(`http://127.0.0.1:${port}/`, null, aCall()), { ok: false, code: 'ECONNREFUSED' })
})

t.test('called off', async (t) => {
  const off = new AbortController()
  const url = await serve(t, () => off.abort())
  t.match(await prober.get(url, null, aCall(5_000, off.signal)), { ok: false, code: 'Aborted' })
  t.match(await prober.get(url, null, aCall(5_000, off.signal)), { ok: false, code: 'Aborted' })
})

t.test('what is no URL has failed, and does not throw', async (t) => {
  t.match(await prober.get('https://', null, aCall()), { ok: false, status: null, code: 'ERR_INVALID_URL' })
})

/** A certificate of a day, or null where this machine cannot make one. */
function selfSigned(dir: string): { readonly key: string; readonly cert: string } | null {
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const subject = ['-subj', '/CN=api.example.com', '-addext', 'subjectAltName=DNS:api.example.com']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject]
  if (spawnSync('openssl', made, { stdio: 'ignore' }).status !== 0) return null
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

const pair = selfSigned(t.testdir({}))
const skip = pair === null ? 'openssl is not installed' : false

t.test('TLS: the host is asked for by name, and a certificate that nobody vouches for fails', { skip }, async (t) => {
  const names: string[] = []
  const SNICallback = (name: string, done: (err: null) => void) => {
    names.push(name)
    done(null)
  }
  const server = createTlsServer({ ...pair, SNICallback }, (_request, response) => response.end('fine'))
  const where = await listen(t, server)
  const result = await prober.get(`https://${where}/`, 'api.example.com:8443', aCall())
  t.match(result, { ok: false, status: null, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  t.strictSame(names, ['api.example.com'], 'without a port, which is no part of a name')
})
