import fc from 'fast-check'
import t from 'tap'
import { read } from '../../../src/core/evidence/evidence.ts'
import { comparisonsOf, newCompared, recounted, withComparisons } from '../../../src/core/gates/comparison.ts'
import { judgeStatusMix, mix, NO_OBJECTIVE } from '../../../src/core/gates/statusMix.ts'
import type { SideCounts } from '../../../src/core/observation.ts'
import type { StatusClass, StatusMixGate } from '../../../src/core/policy.ts'
import type { Compared, GateState } from '../../../src/core/shift.ts'
import {
  aGateState,
  aHealth,
  anObservation,
  aPolicy,
  aReading,
  aRouteSeen,
  aShare,
  aShift,
  aStatusMixGate,
  MINUTE,
  T0
} from '../../support/builders.ts'
import { decide } from '../../../src/core/decide.ts'
import { answers, IN_STEP, periodAt } from './support.ts'

const LB = { requests: 10_000, e502: null, e503: null, e504: null }

function comparedOf(usual: number, part = 0.25): Compared {
  return newCompared({
    theta: NO_OBJECTIVE,
    comparison: aStatusMixGate().comparison,
    part,
    baseline: Array.from({ length: 30 }, () => ({ requests: 30_000, errors: Math.round(30_000 * usual) })),
    shares: [0.1, 1],
    bakesMs: 20 * MINUTE,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    minShare: 0.001,
    promotion: null
  })
}

const BEGUN = aGateState({ gate: 'statuses', classes: { '3xx': comparedOf(0.05), '4xx': comparedOf(0.02) } })
const OLD = answers({ '2xx': 25_000, '3xx': 1350, '4xx': 540, '5xx': 54 })

function judge(
  sides: readonly (readonly [SideCounts, SideCounts])[],
  spec: StatusMixGate = aStatusMixGate(),
  state = BEGUN
) {
  return sides.reduce<GateState>(
    (before, [fresh, old], i) => judgeStatusMix(spec, before, periodAt(i, { new: fresh, old, lb: LB }), IN_STEP),
    state
  )
}

t.test('FM-46: 401 and 404 to a tenth of users is a breach of the class 4xx, in words', async (t) => {
  const fresh = answers({ '2xx': 2500, '3xx': 150, '4xx': 300, '5xx': 6 })
  const state = judge([
    [fresh, OLD],
    [fresh, OLD],
    [fresh, OLD]
  ])
  t.match(state, { verdict: 'breach', note: 'relative', passed: 0 })
  t.match(state.words, /^new answers 4xx on 10\.1 % of [\d,]+ requests, old 2 % of [\d,]+: by chance at most once in/)
  t.equal(
    state.last?.new.errors,
    (state.last?.new.requests ?? 0) * (300 / 2956),
    'what is landed on is judged by this class'
  )
  t.equal(state.compared, undefined, 'a class is never pooled as if it were errors')
})

t.test('each class is judged: more redirects than old are found as well, and the worst class speaks', async (t) => {
  const fresh = answers({ '2xx': 2500, '3xx': 400, '4xx': 58 })
  const state = judge(Array.from({ length: 4 }, () => [fresh, OLD] as const))
  t.match(state, { verdict: 'breach', words: /^new answers 3xx on/ })
  const only = aStatusMixGate({ classes: ['4xx'] })
  t.equal(judge([[fresh, OLD]], only).verdict, 'pass', 'classes are read from the gate')
})

t.test('the same mix on both sides passes, however bad it is: there is no objective', async (t) => {
  const bad = answers({ '2xx': 300, '4xx': 2700 })
  const old = answers({ '2xx': 2700, '4xx': 24_300 })
  t.match(judge([[bad, old]], aStatusMixGate({ classes: ['4xx'] })), { verdict: 'pass', passed: 1 })
  const rule = comparedOf(0.02).evidence.rule
  t.strictSame(rule.multiples, [], 'ABS has nothing to say')
})

t.test('fewer of a class than old is no breach', async (t) => {
  const state = judge(Array.from({ length: 5 }, () => [answers({ '2xx': 3000 }), OLD] as const))
  t.match(state, { verdict: 'pass', passed: 5 })
})

t.test('minRequests and the tolerance are read from the gate', async (t) => {
  const few = answers({ '2xx': 40 })
  t.match(judge([[few, OLD]]), { verdict: 'inconclusive', note: 'few_requests:40/50', passed: 0 })
  t.match(judge([[few, OLD]], aStatusMixGate({ minRequests: 40 })), { verdict: 'pass' })
  t.match(judge([[answers({ '2xx': 2900, '4xx': 60 }), OLD]], aStatusMixGate({ classes: ['4xx'] })), {
    limit: (540 / 26_944) * 1.5
  })
})

t.test('missing is blind: nobody answered, requests without codes, a gate that was not begun', async (t) => {
  t.match(judge([[answers({}), answers({})]]), { verdict: 'blind', note: 'no_requests' })
  t.match(judge([[answers({}, 500), OLD]]), { verdict: 'blind', note: 'no_codes', passed: 0 })
  t.match(judge([[answers({ '2xx': 500 }), answers({}, 500)]]), { verdict: 'blind', note: 'no_codes' })
  t.match(judge([[OLD, OLD]], aStatusMixGate(), aGateState()), { verdict: 'blind', note: 'not_begun' })
})

t.test('a share is of answers: what the load balancer failed itself is in none', async (t) => {
  const side = answers({ '2xx': 90, '4xx': 10 }, 120)
  t.strictSame(mix(side, { ...LB, e502: 20 }, '4xx'), { requests: 100, errors: 10 })
  t.strictSame(mix(answers({}, 20), { ...LB, e502: 20 }, '4xx'), { requests: 0, errors: 0 }, 'no answer, and known why')
  t.strictSame(mix(side, { ...LB, e502: -1 }, '4xx'), { blind: 'negative_count' })
})

t.test(
  'every class of a state is a comparison of it; a change reaches each, a recount keeps their course',
  async (t) => {
    t.equal(comparisonsOf(BEGUN).length, 2)
    const marked = withComparisons(BEGUN, (compared) => ({
      ...compared,
      first: false,
      clear: { periods: 3, is: true }
    }))
    t.ok(comparisonsOf(marked).every(({ first, clear }) => !first && clear.periods === 3))
    const state = judge([[answers({ '2xx': 3000 }), OLD]], aStatusMixGate(), marked)
    t.ok(comparisonsOf(recounted(state, marked)).every(({ clear }) => clear.periods === 3))
  }
)

t.test('a healthy new is hardly ever convicted, whatever the share of the class', async (t) => {
  let convicted = 0
  let shifts = 0
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.9, noNaN: true }), fc.integer(), (share, seed) => {
      const random = dice(seed)
      const draw = (n: number) => {
        let hits = 0
        for (let i = 0; i < n; i++) if (random() < share) hits += 1
        return answers({ '4xx': hits, '2xx': n - hits })
      }
      const of: StatusClass = '4xx'
      const state = judge(
        Array.from({ length: 12 }, () => [draw(100), draw(900)] as const),
        aStatusMixGate({ classes: [of] }),
        aGateState({ classes: { [of]: comparedOf(share, 1) } })
      )
      shifts += 1
      const compared = state.classes?.[of]
      if (compared && read(compared.evidence).fired !== null) convicted += 1
    }),
    { numRuns: 100, seed: 4 }
  )
  t.ok(convicted / shifts <= 0.02, `${convicted} of ${shifts}`)
})

/** mulberry32 */
function dice(seed: number): () => number {
  let a = seed | 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

t.test('a breach lands on old only where old answers better by the same count; else it halts', async (t) => {
  const breached = (oldErrors: number) => {
    const last = { new: { requests: 1000, errors: 100 }, old: { requests: 1000, errors: oldErrors } }
    const policy = aPolicy({ gates: [aStatusMixGate()] })
    const gates = [aGateState({ gate: 'statuses', verdict: 'breach', value: 0.1, last, words: 'new answers 4xx' })]
    const live = aRouteSeen({ reading: aReading({ share: aShare(100), readAt: T0 }), health: aHealth({ readAt: T0 }) })
    return decide(aShift({ policy, gates, pools: [] }), anObservation({ routes: { web: live } }), T0).shift.phase
  }
  const cause = { kind: 'breach', gate: 'statuses', counts: true, words: 'new answers 4xx' }
  t.match(breached(20), { kind: 'rolling_back', cause })
  t.match(breached(100), { kind: 'halted', why: 'old_unfit', cause })
})
