import t from 'tap'
import { judgeProbes, type ProbeContext } from '../../../src/core/gates/probe.ts'
import { explainGate } from '../../../src/core/explain/gates.ts'
import type { ProbeSeen, ProbesReading } from '../../../src/core/observation.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aGateState, aProbeGate, SECOND, T0 } from '../../support/builders.ts'

const spec = aProbeGate()
const state = aGateState({ gate: 'probe', limit: spec.max })

const context = (fields: Partial<ProbeContext> = {}): ProbeContext => {
  return { now: T0, traffic: true, since: null, planned: 1000, alpha: 0.005, ...fields }
}

const reading = (results: readonly ProbeSeen[], fields: Partial<ProbesReading> = {}): ProbesReading => {
  const newestAt = results.at(-1)?.at ?? T0
  const errors = results.filter(({ ok }) => !ok).length
  return { gate: 'probe', since: T0, newestAt, results, window: { requests: results.length, errors }, ...fields }
}

const result = (ok: boolean, at = T0): ProbeSeen => ({ at, ok, code: ok ? '200' : '503' })

/** One result after the other, 5 s apart, each seen by a decision of its own. */
function stream(oks: readonly boolean[], options: Partial<ProbeContext> = {}, gate = spec, from: GateState = state) {
  const states: GateState[] = []
  let current = from
  oks.forEach((ok, i) => {
    const at = T0 + i * 5 * SECOND
    current = judgeProbes(gate, current, reading([result(ok, at)]), context({ now: at, ...options }))
    states.push(current)
  })
  return states
}

t.test('two good ones in a row pass', async (t) => {
  const states = stream([true, true, false, true, true])
  t.same(
    states.map(({ verdict, passed }) => `${verdict} ${passed}`),
    ['pass 1', 'pass 2', 'inconclusive 0', 'pass 1', 'pass 2']
  )
  t.equal(states[2]?.note, 'probe_failed:503')
  t.match(
    explainGate(states[2] ?? state, spec),
    /inconclusive: 1 of 1 probe failed in the last 30 s, .*probe failed: 503/
  )
})

t.test('a dead cluster is convicted by the third probe, one failed probe never', async (t) => {
  const states = stream([false, false, false])
  t.same(
    states.map(({ verdict }) => verdict),
    ['inconclusive', 'inconclusive', 'breach']
  )
  t.match(states[2]?.words, /\(3 of 3 since new has traffic\), at most 5 % may/)
  const late = stream([...Array<boolean>(200).fill(true), false])
  t.equal(late.at(-1)?.verdict, 'inconclusive')
})

t.test('a dead cluster after long good times is convicted within half a minute', async (t) => {
  const states = stream([...Array<boolean>(200).fill(true), ...Array<boolean>(8).fill(false)])
  const after = states.findIndex(({ verdict }) => verdict === 'breach') - 199
  t.ok(after > 1 && after <= 6, `after ${after} failed probes`)
})

t.test('max: what may fail is not convicted, what is above it is', async (t) => {
  const every = (n: number) => Array.from({ length: 300 }, (_, i) => i % n !== n - 1)
  t.notOk(
    stream(every(25)).some(({ verdict }) => verdict === 'breach'),
    '4 %, of 5 % that may'
  )
  t.ok(
    stream(every(4)).some(({ verdict }) => verdict === 'breach'),
    '25 %'
  )
  const lenient = aProbeGate({ max: 0.4 })
  t.notOk(stream(every(4), {}, lenient).some(({ verdict }) => verdict === 'breach'))
})

t.test('alpha: the smaller it is, the more must fail', async (t) => {
  const needed = (alpha: number) =>
    stream(Array<boolean>(10).fill(false), { alpha }).findIndex(({ verdict }) => verdict === 'breach')
  t.ok(needed(0.005) < needed(0.000005))
})

t.test('without traffic on new nothing is convicted, and what failed then is not held against it later', async (t) => {
  const before = stream(Array<boolean>(20).fill(false), { traffic: false })
  t.same(new Set(before.map(({ verdict }) => verdict)), new Set(['inconclusive']))
  const after = stream([true, true, false], {}, spec, before.at(-1))
  t.equal(after.at(-1)?.verdict, 'inconclusive')
})

t.test('only results of the step count for it', async (t) => {
  const early = judgeProbes(spec, state, reading([result(true)]), context({ since: T0 + 1 }))
  t.match(early, { verdict: 'pass', passed: 0 })
  t.equal(judgeProbes(spec, state, reading([result(true)]), context({ since: T0 })).passed, 1)
})

t.test('silence is blind: none ended for three times every, or nobody sends any', async (t) => {
  const silent = (ms: number, gate = spec) =>
    judgeProbes(gate, { ...state, verdict: 'pass', passed: 2 }, reading([]), context({ now: T0 + ms })).verdict
  t.equal(silent(20 * SECOND), 'pass')
  t.equal(silent(20 * SECOND + 1), 'blind')
  t.equal(silent(20 * SECOND + 1, aProbeGate({ everyMs: 10 * SECOND })), 'pass')
  const never = reading([], { newestAt: null })
  t.match(judgeProbes(spec, state, never, context({ now: T0 + 21 * SECOND })), { verdict: 'blind', note: 'no_probes' })
  t.match(judgeProbes(spec, state, null, context()), { verdict: 'blind', note: 'no_prober' })
})

t.test('the share of the window is shown', async (t) => {
  const window = { requests: 6, errors: 3 }
  const judged = judgeProbes(aProbeGate({ windowMs: 60_000 }), state, reading([result(true)], { window }), context())
  t.match(judged, {
    value: 0.5,
    samples: 6,
    limit: 0.05,
    words: '3 of 6 probes failed in the last 60 s, at most 5 % may'
  })
})

t.test('a conviction that only held the step lifts after a window of good ones', async (t) => {
  const convicted = stream([false, false, false]).at(-1)
  const good = stream(Array<boolean>(8).fill(true), {}, spec, convicted)
  t.same(
    good.map(({ verdict }) => verdict),
    [...Array<string>(6).fill('breach'), 'pass', 'pass']
  )
  const shorter = stream(Array<boolean>(8).fill(true), {}, aProbeGate({ windowMs: 10 * SECOND }), convicted)
  t.equal(shorter[2]?.verdict, 'pass')
})

t.test('a shift that lasts longer than planned still sees a late onset', async (t) => {
  const states = stream([...Array<boolean>(500).fill(true), ...Array<boolean>(10).fill(false)], { planned: 100 })
  t.equal(states.at(-1)?.verdict, 'breach')
  t.notOk(states.slice(0, 501).some(({ verdict }) => verdict === 'breach'))
})
