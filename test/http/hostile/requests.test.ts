/**
 * Ten thousand requests that no honest client sends, to the whole app over the real engine: each is answered, none by a bug, none
 * with our insides, and afterwards nothing of them is left in memory. `SEED=n` sends others.
 */
import t from 'tap'
import * as fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'
import { bearer, TOKENS } from '../build.ts'
import { documented } from '../documented.ts'
import { hostileDaemon, type HostileDaemon } from './daemon.ts'
import { inUse } from './memory.ts'
import { OPEN_SHIFT, requests, type Strange } from './strange.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_122)
const WARMING = 3_000
const COUNT = 10_000

const bytes = async (): Promise<number> => {
  const { heap, outside } = await inUse()
  return heap + outside
}

/** Answers come at once, but for waits: the clock then goes on. */
async function answerOf({ app, clock }: HostileDaemon, request: Strange): Promise<LightMyRequestResponse> {
  const answer = app.inject(request)
  let here = false
  const arrived = answer.then(() => (here = true))
  for (let turns = 0; turns < 40 && !here; turns += 1) await Promise.race([arrived, new Promise(setImmediate)])
  while (!here) {
    await Promise.race([arrived, clock.advance(60_000)])
    await Promise.race([arrived, new Promise(setImmediate)])
  }
  return answer
}

const INSIDES = /node_modules|file:\/\/|\bat \w+ \(|\/src\/|CANARY/

/** What is wrong with an answer, or null. */
function faultOf(
  check: ReturnType<typeof documented>,
  request: Strange,
  answer: LightMyRequestResponse
): string | null {
  const { statusCode, headers, body } = answer
  if (statusCode >= 500) return `answered ${statusCode}: ${body.slice(0, 500)}`
  if (headers['x-content-type-options'] !== 'nosniff') return 'without security headers'
  if (statusCode < 400) return null
  if (body.length > 100_000) return `an answer of ${body.length} characters`
  if (INSIDES.test(body)) return `tells of its insides: ${body.slice(0, 500)}`
  if (request.method === 'HEAD') return null
  // As it arrived: dots in a path are resolved on the way, as by every client.
  const { pathname, search } = new URL(`http://localhost${request.url}`)
  return check(request.method, pathname + search, answer)
}

/** A shift that can be ordered about, whatever became of the last one. */
async function start({ app, clock, store }: HostileDaemon): Promise<string> {
  const headers = bearer(TOKENS.bot)
  await app.inject({ method: 'DELETE', url: '/v1/stop', headers })
  const payload = { migration: 'shop', policy: 'standard' }
  await app.inject({ method: 'POST', url: '/v1/shifts', payload, headers })
  await clock.advance(5_000)
  return (await store.open())[0] ?? 'none'
}

t.test('no strange request makes a 5xx, a crash, an answer without end, or growth', async (t) => {
  const daemon = hostileDaemon()
  t.teardown(() => daemon.close())
  await daemon.app.ready()
  let open = await start(daemon)
  const document = JSON.parse(JSON.stringify(daemon.app.swagger()))
  const check = documented(document)
  const statuses = new Map<number, number>()
  const send = async (numRuns: number, seed: number) => {
    let sent = 0
    const property = fc.asyncProperty(requests(document), async (made) => {
      sent += 1
      // A hundred a second, so that the limit of the rate is not all that is tested.
      if (sent % 100 === 0) await daemon.clock.advance(1_000)
      if (sent % 100 === 0) open = await start(daemon)
      const request = { ...made, url: made.url.replace(OPEN_SHIFT, open) }
      const answer = await answerOf(daemon, request)
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
      const fault = faultOf(check, request, answer)
      if (fault !== null) throw new Error(fault)
    })
    await fc.assert(property, { numRuns, seed, endOnFailure: true })
  }
  await send(WARMING, SEED + 1)
  const before = await bytes()
  await send(COUNT, SEED)
  const after = await bytes()
  const growth = (after - before) / before
  t.comment(`in use: ${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after`)
  t.comment(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`)
  t.ok(growth < 0.1, `memory is within 10 % of what it was: ${(growth * 100).toFixed(1)} %`)
  const each = (after - before) / COUNT
  t.ok(each < 1_000, `what is kept of a request is what the log of shifts holds: ${each.toFixed(0)} bytes`)
  for (const status of [200, 202, 400, 401, 403, 404, 405, 409, 413, 415])
    t.ok(statuses.has(status), `some are ${status}`)
  t.same(daemon.probed, [], 'and no URL was called')
  t.notMatch(daemon.lines.join('\n'), /"level":"fatal"|request failed|something failed|law of the core/)
  t.equal((await daemon.app.inject({ method: 'GET', url: '/livez' })).statusCode, 200, 'it still lives')
})
