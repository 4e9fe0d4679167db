import t from 'tap'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { build } from '../http/build.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
/** Over the wire, all of it together. */
const MOST_BYTES = 150_000

function linked(html: string): readonly string[] {
  return [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, url = '']) => url)
}

t.test('a browser gets the page, everybody else the index', async (t) => {
  const { inject } = await build(t)
  const page = await inject({ method: 'GET', url: '/', headers: BROWSER })
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(page.body, /<title>Sluice<\/title>/)
  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    const index = await inject({ method: 'GET', url: '/', headers })
    t.match(index.json(), { name: 'sluice', links: { shifts: '/v1/shifts' } })
    t.match(index.headers['vary'], /accept/)
  }
})

t.test('nothing but our own files may run, and the import map only as it is', async (t) => {
  const { inject } = await build(t)
  const { headers, body } = await inject({ method: 'GET', url: '/', headers: BROWSER })
  const policy = String(headers['content-security-policy'])
  t.match(policy, /default-src 'none'/)
  t.match(policy, /connect-src 'self'(;|$)/)
  t.notMatch(policy, /unsafe|https?:|\*/)
  const inline = [...body.matchAll(/<script(?![^>]* src=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text)
  t.equal(inline.length, 1)
  const hash = createHash('sha256')
    .update(inline[0] ?? '')
    .digest('base64')
  t.ok(policy.includes(`script-src 'self' 'sha256-${hash}'`))
  t.notMatch(body, /<style| style=| on\w+=/)
})

t.test('every file that is linked or imported is there, without types, and held by the browser for good', async (t) => {
  const { inject } = await build(t)
  const { body } = await inject({ method: 'GET', url: '/', headers: BROWSER })
  const urls = new Set(linked(body))
  t.ok(urls.size > 30)
  for (const url of urls) {
    const answer = await inject({ method: 'GET', url })
    t.equal(answer.statusCode, 200, url)
    t.match(answer.headers['cache-control'], /immutable/)
    t.match(answer.headers['content-type'], url.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)
    for (const [, target = ''] of answer.body.matchAll(/^(?:import|export)\b[^'"]*['"](\.[^'"]+)['"]/gm)) {
      t.ok(urls.has(new URL(target, `http://x${url}`).pathname), `${url} imports ${target}`)
    }
    t.notMatch(answer.body, /^import type|: readonly |sourceMappingURL/m, url)
  }
})

t.test('nothing else of the source can be asked for', async (t) => {
  const { inject } = await build(t)
  const { body } = await inject({ method: 'GET', url: '/', headers: BROWSER })
  const base = /"(\/assets\/[^/]+\/)/.exec(body)?.[1] ?? ''
  for (const path of ['main.ts', 'http/auth.ts', '../package.json', '%2e%2e/package.json', 'page/index.html', '']) {
    t.equal((await inject({ method: 'GET', url: `${base}${path}` })).statusCode, 404, path)
  }
  const old = await inject({ method: 'GET', url: '/assets/of-before-an-upgrade/page/main.ts' })
  t.equal(old.statusCode, 200, 'a document from before an upgrade still gets its files')
  t.equal(old.headers['cache-control'], 'no-cache')
})

t.test('it is compressed as the browser likes it, and not sent again where it is held', async (t) => {
  const { inject } = await build(t)
  const plain = await inject({ method: 'GET', url: '/', headers: BROWSER })
  const as = async (encoding: string) =>
    inject({ method: 'GET', url: '/', headers: { ...BROWSER, 'accept-encoding': encoding } })
  const [br, gzip] = [await as('gzip, deflate, br'), await as('gzip')]
  t.equal(br.headers['content-encoding'], 'br')
  t.equal(brotliDecompressSync(br.rawPayload).toString(), plain.body)
  t.equal(gzip.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(gzip.rawPayload).toString(), plain.body)
  for (const none of ['', 'identity', 'br;q=0']) t.equal((await as(none)).headers['content-encoding'], undefined, none)
  const held = { ...BROWSER, 'if-none-match': String(plain.headers['etag']) }
  const again = await inject({ method: 'GET', url: '/', headers: held })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
})

t.test('all of it together is less than 150 kB over the wire, with gzip too', async (t) => {
  const { app } = await build(t)
  for (const encoding of ['br', 'gzip']) {
    const get = async (url: string): Promise<LightMyRequestResponse> =>
      app.inject({ method: 'GET', url, headers: { ...BROWSER, 'accept-encoding': encoding } })
    const page = await get('/')
    const text = encoding === 'br' ? brotliDecompressSync(page.rawPayload) : gunzipSync(page.rawPayload)
    const files = await Promise.all([...new Set(linked(text.toString()))].map(get))
    const bytes = [page, ...files].reduce((sum, { rawPayload }) => sum + rawPayload.length, 0)
    t.comment(`${encoding}: ${files.length + 1} files, ${bytes} bytes`)
    t.ok(bytes < MOST_BYTES, `${bytes} bytes as ${encoding}`)
  }
})
