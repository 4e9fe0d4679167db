/** What `promote: evidence` waits for, gate by gate. */
import t from 'tap'
import { newProbeEvidence, stepProbe } from '../../../src/core/evidence/probe.ts'
import { harmExcess, LN_BETA } from '../../../src/core/evidence/promotion.ts'
import { newCompared } from '../../../src/core/gates/comparison.ts'
import { promotionOf } from '../../../src/core/gates/promotion.ts'
import { judgeStatusMix } from '../../../src/core/gates/statusMix.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aGateState, aStatusMixGate, MINUTE } from '../../support/builders.ts'
import { answers, IN_STEP, periodAt } from './support.ts'

const LB = { requests: 10_000, e502: null, e503: null, e504: null }

function comparedOf(share: number, harmBudget: number) {
  return newCompared({
    theta: 1,
    comparison: { profile: 'robust', tolerance: 1.5, alpha: null, stepBackBudget: null },
    part: 1,
    baseline: Array.from({ length: 30 }, () => ({ requests: 10_000, errors: Math.round(share * 10_000) })),
    shares: [0.1, 0.5, 1],
    bakesMs: 30 * MINUTE,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    minShare: 0.001,
    promotion: { minBakeMs: 4 * MINUTE, harmBudget }
  })
}

/** Healthy minutes of a mix with 5 % 3xx and 2 % 4xx, or of one with neither. */
function after(minutes: number, usual: boolean, harmBudget = 20): GateState {
  const side = (n: number) =>
    usual ? answers({ '2xx': n * 0.93, '3xx': n * 0.05, '4xx': n * 0.02 }) : answers({ '2xx': n })
  const classes = { '3xx': comparedOf(usual ? 0.05 : 0, harmBudget), '4xx': comparedOf(usual ? 0.02 : 0, harmBudget) }
  return Array.from({ length: minutes }).reduce<GateState>(
    (state, _, i) =>
      judgeStatusMix(aStatusMixGate(), state, periodAt(i, { new: side(1000), old: side(9000), lb: LB }), {
        ...IN_STEP,
        inStep: true
      }),
    aGateState({ gate: 'statuses', classes })
  )
}

t.test('of several classes the one that is least sure speaks, and with every minute it is surer', async (t) => {
  const [one, two] = [promotionOf(after(1, true), 0), promotionOf(after(2, true), 0)]
  const alone = promotionOf(aGateState({ classes: { '3xx': after(1, true).classes?.['3xx'] ?? comparedOf(0, 1) } }), 0)
  t.equal(one?.enough, true)
  t.ok((two?.lnHarm ?? 0) < (one?.lnHarm ?? 0))
  t.ok((alone?.lnHarm ?? 0) < (one?.lnHarm ?? 0), '4xx are fewer, and say less')
})

t.test('a class that nobody answers with is excluded by what new answers without it', async (t) => {
  const wanting = promotionOf(after(1, false), 0)
  t.equal(wanting?.enough, false, 'a thousand answers do not exclude one bad one in a thousand')
  t.equal(promotionOf(after(8, false), 0)?.enough, true)
})

t.test('the budget and the step are read: more traffic next is more to exclude', async (t) => {
  const state = after(3, true, 2000)
  t.ok((promotionOf(state, 0)?.lnHarm ?? 0) < (promotionOf(after(3, true), 0)?.lnHarm ?? 0))
  const clean = after(3, false)
  t.ok((promotionOf(clean, 0)?.lnHarm ?? 0) < (promotionOf(clean, 1)?.lnHarm ?? 0), 'to 100 % is harder than to 50 %')
  t.strictSame(harmExcess(10_000, { shares: [0.1, 0.5, 1], minBakeBlocks: 4, harmBudget: 20 }), [
    20 / 20_000,
    20 / 40_000,
    20 / 40_000
  ])
  t.strictSame(harmExcess(0, { shares: [0.1], minBakeBlocks: 4, harmBudget: 20 }), [0.5], 'nothing measured')
})

t.test('probes exclude what they can see: a fifth and more, in their own number', async (t) => {
  const probed = (oks: readonly boolean[]) => {
    const evidence = oks.reduce((sum, ok) => stepProbe(sum, !ok), newProbeEvidence(500, 0.05, 0.005, [0.001, 0.4]))
    return aGateState({ gate: 'probe', probe: { evidence, okSince: null } })
  }
  const good = (n: number) => Array.from({ length: n }, () => true)
  t.equal(promotionOf(probed(good(17)), 0)?.enough, false)
  t.equal(promotionOf(probed(good(18)), 0)?.enough, true, 'at most a fifth fails')
  t.equal(promotionOf(probed(good(7)), 1)?.enough, true, 'at most two fifths fail')
  t.equal(promotionOf(probed([...good(18), false]), 0)?.enough, false)
})

t.test('a gate without a score has nothing to say', async (t) => {
  t.equal(promotionOf(aGateState(), 0), null)
  t.equal(promotionOf(aGateState({ probe: { evidence: newProbeEvidence(500), okSince: null } }), 0), null)
  t.equal(LN_BETA, Math.log(0.05))
})
