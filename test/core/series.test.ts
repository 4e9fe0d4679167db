/** What a graph is drawn from: both sides of each gate over time, missing as missing. */
import t from 'tap'
import { valueMeterKey } from '../../src/core/gates/meters.ts'
import { onlyNew, pointsOf } from '../../src/core/series.ts'
import {
  aLatencyGate,
  aMeterState,
  aMetricGate,
  anErrorRateGate,
  aPeriod,
  aRoute,
  aShift,
  aSlowGate,
  aStatusMixGate,
  aTargetHealthGate,
  MINUTE,
  sideCounts,
  T0
} from '../support/builders.ts'

const METER = aMeterState().key
const reading = (periods: readonly ReturnType<typeof aPeriod>[], meter = METER) => [{ meter, periods, unusable: null }]

void t.test('an error rate has both sides, their requests and the limit', async (t) => {
  const shift = aShift({ gateSpecs: [anErrorRateGate({ max: 0.02 }), aTargetHealthGate()] })
  const period = aPeriod({ start: T0, old: sideCounts(900, 9), new: sideCounts(100, 3) })
  t.same(pointsOf(shift, reading([period])), [
    {
      gate: 'errors',
      route: 'web',
      unit: 'share',
      at: new Date(T0 + MINUTE).toISOString(),
      seconds: 60,
      new: 0.03,
      old: 0.01,
      newRequests: 100,
      oldRequests: 900,
      limit: 0.02
    }
  ])
})

void t.test('no requests is no rate, and what cannot be counted is not 0', async (t) => {
  const shift = aShift({ gateSpecs: [anErrorRateGate()] })
  const codeless = { requests: 5, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: null } }
  const [point] = pointsOf(shift, reading([aPeriod({ old: sideCounts(0), new: codeless })]))
  t.match(point, { old: null, oldRequests: 0, new: null, newRequests: null })
})

void t.test('a gate is drawn on the routes that it covers, and only from its own meter', async (t) => {
  const api = aRoute({ name: 'api' })
  const gateSpecs = [anErrorRateGate({ name: 'one', routes: ['api'] }), anErrorRateGate({ name: 'all' })]
  const shift = aShift({ gateSpecs, routeSpecs: [aRoute(), api] })
  const points = pointsOf(shift, [
    ...reading([aPeriod()]),
    ...reading([aPeriod()], aMeterState({ route: 'api' }).key),
    ...reading([aPeriod()], 'nobody/1/1')
  ])
  t.same(
    points.map(({ gate, route }) => `${gate} ${route}`),
    ['all web', 'one api', 'all api']
  )
})

void t.test('each gate has its unit: shares of a class, milliseconds, a number', async (t) => {
  const latency = aLatencyGate({ name: 'tail' })
  const slow = aSlowGate({ name: 'slow' })
  const metric = aMetricGate({ name: 'own' })
  const mix = aStatusMixGate({ classes: ['4xx'] })
  const shift = aShift({ gateSpecs: [latency, slow, metric, mix] })
  const values = (of: Record<string, number>) => aPeriod({ values: of })
  const side = { requests: 10, codes: { c2xx: 8, c3xx: null, c4xx: 2, c5xx: null } }
  const [ids] = [metric.queries.map(({ id }) => id)]
  const points = pointsOf(shift, [
    ...reading(
      [values({ 'new.n#0': 500, 'new.p#0': 0.25, 'old.n#0': 500, 'old.p#0': 0.2 })],
      valueMeterKey('web', latency)
    ),
    ...reading(
      [values({ 'new.n#0': 100, 'new.pr#0': 97, 'old.n#0': 100, 'old.pr#0': 99 })],
      valueMeterKey('web', slow)
    ),
    ...reading([values(Object.fromEntries(ids.map((id) => [`new.${id}#0`, 4])))], valueMeterKey('web', metric)),
    ...reading([aPeriod({ new: side, old: sideCounts(10) })], METER)
  ])
  t.match(points, [
    { gate: 'tail', unit: 'ms', new: 250, old: 200, newRequests: 500 },
    { gate: 'slow', unit: 'share', new: 0.03, old: 0.01 },
    { gate: 'own', unit: 'number', old: null, newRequests: null },
    { gate: mix.name, unit: 'share', new: 0.2, old: 0, limit: null }
  ])
  t.type(points[2]?.new, 'number')
  t.same(pointsOf(shift, reading([aPeriod()], valueMeterKey('web', metric)))[0]?.new, null)
})

void t.test('a period that comes again is drawn once', async (t) => {
  const shift = aShift({ gateSpecs: [anErrorRateGate()] })
  const newest = new Map<string, string>()
  const at = (minute: number) => aPeriod({ start: T0 + minute * MINUTE })
  const first = onlyNew(pointsOf(shift, reading([at(0), at(1)])), newest)
  const second = onlyNew(pointsOf(shift, reading([at(1), at(2)])), newest)
  t.equal(first.length, 2)
  t.same(
    second.map((point) => point.at),
    [new Date(T0 + 3 * MINUTE).toISOString()]
  )
})
