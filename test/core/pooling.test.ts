/** The evidence of all routes together: which block is whole, what a late revision changes, when a step begins. */
import t from 'tap'
import { beginComparisons } from '../../src/core/comparisons.ts'
import { judge } from '../../src/core/judge.ts'
import { meterOf } from '../../src/core/gates/meters.ts'
import type { MeterReading, PeriodCounts } from '../../src/core/observation.ts'
import type { Shift } from '../../src/core/shift.ts'
import { takeStep } from '../../src/core/step.ts'
import { beginTurn } from '../../src/core/turn.ts'
import { anErrorRateGate, anObservation, aPolicy, aRoute, aShift, aStep, MINUTE, T0 } from '../support/builders.ts'
import { answers, periodAt } from './gates/support.ts'

const NAMES = ['web', 'api']
const gate = anErrorRateGate({ against: 'old' })
const LB = { requests: 2000, e502: null, e503: null, e504: null }

const minute = (n: number, errors: number): PeriodCounts =>
  periodAt(n, {
    old: answers({ '2xx': 1796, '5xx': 4 }),
    new: answers({ '2xx': 200 - errors, '5xx': errors }),
    lb: LB
  })

/** Both routes at 10 % since T0, each with half an hour of old before. */
function begun(): Shift {
  const policy = aPolicy({ gates: [gate], steps: [aStep({ percent: 100 }), aStep({ percent: 500 })] })
  const shift = aShift({ policy, routeSpecs: NAMES.map((name) => aRoute({ name })), pools: [] })
  const served = [{ since: T0, w: 0.1 }]
  const turn = beginTurn(
    { ...shift, step: 0, routes: shift.routes.map((route) => ({ ...route, served, inEffectAt: T0 })) },
    anObservation(),
    T0
  )
  const before = Array.from({ length: 30 }, (_, i) => minute(i - 40, 0))
  const baseline = Object.fromEntries(NAMES.map((name) => [meterOf(gate, name) ?? '', before]))
  beginComparisons(turn, { routeSpecs: shift.routeSpecs, findings: [], baseline, unread: [] })
  return { ...turn.shift, meters: turn.shift.meters.map((meter) => ({ ...meter, judgedTo: T0 })) }
}

const reading = (
  route: string,
  periods: readonly PeriodCounts[],
  revised: readonly PeriodCounts[] = []
): MeterReading => ({
  meter: meterOf(gate, route) ?? '',
  periods,
  ...(revised.length > 0 ? { revised } : {}),
  unusable: null
})

function after(shift: Shift, ...meters: readonly MeterReading[]): Shift {
  const turn = beginTurn(shift, anObservation({ meters }), T0 + 60 * MINUTE)
  judge(turn)
  return turn.shift
}

const verdicts = ({ gates }: Shift) => gates.map(({ verdict, note }) => `${verdict} ${note ?? ''}`.trim())

t.test('a block counts once every route has delivered it, whoever comes first', async (t) => {
  // Three errors where a fifth of one was due: odd on one route, no chance on both together.
  const one = after(begun(), reading('web', [minute(0, 3), minute(1, 3), minute(2, 3)]))
  t.notOk(verdicts(one).includes('breach pooled'))
  t.equal(one.pools[0]?.blocks.length, 3)
  const both = after(one, reading('api', [minute(0, 3), minute(1, 3), minute(2, 3)]))
  const atOnce = after(
    begun(),
    reading('web', [minute(0, 3), minute(1, 3), minute(2, 3)]),
    reading('api', [minute(0, 3), minute(1, 3), minute(2, 3)])
  )
  t.strictSame(both.pools, atOnce.pools)
  t.strictSame(verdicts(both), verdicts(atOnce))
})

t.test('a period that is counted again changes its block as long as that is kept, and older ones settle', async (t) => {
  const periods = (from: number, to: number, errors: number) =>
    Array.from({ length: to - from }, (_, i) => minute(from + i, errors))
  const shift = NAMES.reduce<Shift>((sum, name) => after(sum, reading(name, periods(0, 7, 0))), begun())
  const [pool] = shift.pools
  t.equal(pool?.blocks.length, 4, 'three may be revised beside the newest')
  t.equal(pool?.total.n1, 3 * 400, 'the others are settled')
  const again = after(shift, reading('web', [], [minute(5, 4)]))
  const block = again.pools[0]?.blocks.find(({ start }) => start === T0 + 5 * MINUTE)
  t.equal(block?.periods.find(({ route }) => route === 'web')?.counts.e1, 4)
  t.equal(block?.periods.length, 2)
  t.strictSame(after(shift, reading('web', [], [minute(1, 4)])).pools, shift.pools, 'what is settled stays')
})

t.test('a step begins with the first period at its share, in the pool and on each route; once', async (t) => {
  const settled = NAMES.reduce<Shift>((sum, name) => after(sum, reading(name, [minute(0, 0)])), begun())
  t.strictSame(
    settled.pools[0]?.blocks.map(({ first }) => first),
    [true]
  )
  const turn = beginTurn(settled, anObservation(), T0 + 2 * MINUTE)
  takeStep(turn, 1)
  const served = [
    { since: T0, w: 0.1 },
    { since: T0 + 3 * MINUTE - 1, w: 0.5 }
  ]
  const moved = { ...turn.shift, routes: turn.shift.routes.map((route) => ({ ...route, served })) }
  const next = NAMES.reduce<Shift>(
    (sum, name) => after(sum, reading(name, [minute(1, 0), minute(2, 0), minute(3, 0), minute(4, 0)])),
    moved
  )
  t.strictSame(
    next.pools[0]?.blocks.map(({ start, first }) => [(start - T0) / MINUTE, first]),
    [
      [1, false],
      [2, false],
      [3, true],
      [4, false]
    ],
    'minutes 1 and 2 were served, wholly or in part, at the share before'
  )
  const blocks = next.gates[0]?.compared?.evidence.blocks ?? []
  t.strictSame(
    blocks.map(({ start, first }) => [(start - T0) / MINUTE, first]),
    [
      [1, false],
      [2, false],
      [3, true],
      [4, false]
    ]
  )
})
