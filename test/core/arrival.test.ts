import t from 'tap'
import { shareArrived } from '../../src/core/arrival.ts'
import type { RouteState } from '../../src/core/shift.ts'
import { beginTurn } from '../../src/core/turn.ts'
import { aDnsRoute, anErrorRateGate, anObservation, aRoute, aShift, aTargetHealthGate } from '../support/builders.ts'

const NOW = 1_000_000

/** What is made of these counts at this percent. `resolvers`: as if so many had been fitted. */
function arrived(
  percent: number,
  counted: RouteState['counted'],
  fields: { resolvers?: number; sticky?: boolean; blind?: boolean } = {}
) {
  const { resolvers, sticky = false, blind = false } = fields
  const spec = resolvers === undefined ? aRoute({ name: 'web' }) : aDnsRoute({ name: 'web' })
  const base = aShift({ routeSpecs: [spec], gateSpecs: [blind ? aTargetHealthGate() : anErrorRateGate()] })
  const [former] = base.routes
  if (!former) throw new Error('no route')
  const n = 1_000_000
  const route: RouteState = {
    ...former,
    name: 'web',
    sticky,
    counted,
    want: { ...former.want, share: { old: 100 - percent, new: percent } },
    lumps: { periods: n, sum: resolvers === undefined ? 0 : n / resolvers }
  }
  return shareArrived(beginTurn({ ...base, routes: [route] }, anObservation(), NOW), route)
}

const counts = (share: number, requests = 100_000) => ({ old: requests * (1 - share), new: requests * share })

t.test('behind DNS a share is accepted within three standard deviations of what resolvers draw', async (t) => {
  // 50 resolvers at 50 %: 3 × 7.07 points; a third of 50 are 16.7.
  t.equal(arrived(50, counts(0.3), { resolvers: 50 }), 'arrived')
  t.equal(arrived(50, counts(0.28), { resolvers: 50 }), 'late')
  // Of 5,000 it is 2.1 points, and a third is more.
  t.equal(arrived(50, counts(0.34), { resolvers: 5_000 }), 'arrived')
  t.equal(arrived(50, counts(0.32), { resolvers: 5_000 }), 'late')
})

t.test('however many requests there are: it is resolvers that are split', async (t) => {
  t.equal(arrived(10, counts(0.2, 10_000_000), { resolvers: 50 }), 'arrived')
  t.equal(arrived(10, counts(0.2, 10_000_000)), 'late', 'a load balancer splits requests')
})

t.test('no request on new is never accepted, and no request at all is waited for', async (t) => {
  t.equal(arrived(1, counts(0), { resolvers: 5 }), 'late')
  t.equal(arrived(1, { old: 0, new: 0 }, { resolvers: 5 }), 'waiting')
})

t.test('sticky routes, and those whose requests nobody counts, are not judged by it', async (t) => {
  t.equal(arrived(50, counts(0), { sticky: true }), 'arrived')
  t.equal(arrived(50, counts(0), { blind: true }), 'arrived')
})
