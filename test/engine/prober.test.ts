import t from 'tap'
import { makeProbing } from '../../src/engine/prober.ts'
import type { Prober } from '../../src/probes/probe.ts'
import { aGateState, aPolicy, aProbeGate, aShift } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

const SECOND = 1000

function aProbing(spec = aProbeGate(), answer: () => boolean | 'hangs' | 'throws' = () => true) {
  const clock = virtualClock()
  const off = new AbortController()
  const asked: string[] = []
  const seen = { rings: 0, failures: 0, most: 0, open: 0 }
  const prober: Prober = {
    get: async (url, host, call) => {
      asked.push(`${clock.elapsed()} ${url} ${host} ${call.deadlineAt - clock.now()}`)
      seen.open += 1
      seen.most = Math.max(seen.most, seen.open)
      const ok = answer()
      if (ok === 'hangs') await clock.sleep(call.deadlineAt - clock.now())
      seen.open -= 1
      if (ok === 'throws') throw new Error('a bug')
      return { ok: ok === true, status: 200, ms: 0, code: ok === true ? '200' : '503' }
    }
  }
  const probing = makeProbing({
    prober,
    clock,
    signal: off.signal,
    ring: () => (seen.rings += 1),
    failed: () => (seen.failures += 1)
  })
  const shift = (fields: Parameters<typeof aGateState>[0] = {}) =>
    aShift({ policy: aPolicy({ gates: [spec] }), gates: [aGateState({ gate: spec.name, ...fields })] })
  return { clock, off, asked, seen, probing, waiting: shift(), content: shift({ verdict: 'pass', passed: 2 }) }
}

t.test('one request each every, from the first look to the end', async (t) => {
  const { clock, off, asked, probing, waiting } = aProbing(aProbeGate({ host: 'api.example.com', everyMs: 4 * SECOND }))
  probing.poll(waiting)
  probing.poll(waiting)
  await clock.advance('10s')
  t.same(
    asked,
    [0, 4000, 8000].map((at) => `${at} https://new.internal/healthz api.example.com 4000`)
  )
  off.abort()
  await clock.advance('10s')
  t.equal(asked.length, 3)
})

t.test('an answer is waited for five seconds at most and one at least, and never two at a time', async (t) => {
  const waits = async (everyMs: number) => {
    const { clock, asked, seen, probing, waiting } = aProbing(aProbeGate({ everyMs }), () => 'hangs')
    probing.poll(waiting)
    await clock.advance('20s')
    t.equal(seen.most, 1)
    return asked[0]?.split(' ').at(-1)
  }
  t.same([await waits(100), await waits(3000), await waits(60_000)], ['1000', '3000', '5000'])
})

t.test(
  'passing results are kept back where nothing waits for them; a failed one brings them all, and rings',
  async (t) => {
    let ok = true
    const { clock, seen, probing, content } = aProbing(aProbeGate(), () => ok)
    probing.poll(content)
    await clock.advance('12s')
    t.match(probing.readings(), [{ gate: 'probe', results: [], window: { requests: 3, errors: 0 } }])
    t.equal(seen.rings, 0)
    ok = false
    await clock.advance('5s')
    const readings = probing.readings()
    t.same(
      readings[0]?.results.map((result) => result.ok),
      [true, true, true, false]
    )
    t.equal(seen.rings, 1)
    probing.settled(readings)
    t.strictSame(probing.readings()[0]?.results, [], 'seen by a saved decision')
  }
)

t.test('after 30 s kept results are shown; where the gate waits they are at once', async (t) => {
  const { clock, probing, content } = aProbing()
  probing.poll(content)
  await clock.advance('29s')
  t.equal(probing.readings()[0]?.results.length, 0)
  await clock.advance('1s')
  t.equal(probing.readings()[0]?.results.length, 7)
  const other = aProbing()
  other.probing.poll(other.waiting)
  await other.clock.advance('1s')
  t.equal(other.probing.readings()[0]?.results.length, 1)
  t.equal(other.seen.rings, 1)
})

t.test('window: the share is of the newest results only', async (t) => {
  const { clock, probing, content } = aProbing(aProbeGate({ windowMs: 10 * SECOND }), () => false)
  probing.poll(content)
  await clock.advance('60s')
  t.strictSame(probing.readings()[0]?.window, { requests: 2, errors: 2 })
})

t.test('a bug of the prober is told, is no result, and the next one is sent all the same', async (t) => {
  const { clock, asked, seen, probing, waiting } = aProbing(aProbeGate(), () => 'throws')
  probing.poll(waiting)
  await clock.advance('11s')
  t.equal(asked.length, 3)
  t.equal(seen.failures, 3)
  t.match(probing.readings(), [{ newestAt: null, results: [] }])
})
