/**
 * The whole way of a number: requests through a real load balancer, what it reports, GetMetricData over the wire, mature
 * periods, errors. The lab lives in real time, so it is waited for, with periods of a second.
 */
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import { tally } from '../../src/core/gates/counts.ts'
import { slowTally } from '../../src/core/gates/latency.ts'
import { valueMeterKey } from '../../src/core/gates/meters.ts'
import { makeMeters } from '../../src/engine/meters.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import type { LabOptions } from '../../src/lab/options.ts'
import { cloudwatchObserver } from '../../src/observers/index.ts'
import { aMeterState, aRoute, aShift, aSlowGate, MINUTE, SECOND } from '../support/builders.ts'
import { aCall, aQuery, aWanted, codeOf, seriesOf } from './support.ts'

const SLOW = {
  max: 0.01,
  comparison: { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null }
} as const

async function aLab(t: Test, options: LabOptions = {}) {
  const lab = await startLab({ propagationMs: 0, healthCheckMs: 60, ...options })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region })
  t.teardown(async () => {
    aws.close()
    await lab.close()
  })
  for (const cluster of lab.clusters) cluster.set({ latencyMs: 0, jitterMs: 0 })
  return { lab, clock, observer: cloudwatchObserver({ aws, clock }) }
}

/** The route `web` of the lab, with a meter of one-second periods that are a second late. */
function aLabShift(lab: Lab, judgedTo: number) {
  const side = (cluster: string) => ({
    targetGroup: lab.arns.targetGroup(`shop-${cluster}-web`),
    vars: {},
    account: { region: lab.region }
  })
  const target = { kind: 'listener', arn: lab.arns.listener('web') } as const
  const route = aRoute({ target, account: { region: lab.region }, old: side('old'), new: side('new') })
  return aShift({
    routeSpecs: [route],
    meters: [aMeterState({ periodMs: SECOND, delayMs: SECOND, judgedTo })]
  })
}

t.test('mature periods hold exactly what the requests did, although a third of it is reported late', async (t) => {
  const { lab, clock, observer } = await aLab(t, { partialShare: 0.3, partialMs: 400 })
  lab.cluster('new').set({ errorRate: 0.4 })
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 3 })
  const judgedTo = Math.ceil(clock.now() / SECOND) * SECOND
  await clock.sleep(judgedTo - clock.now())

  const statuses: number[] = []
  for (let i = 0; i < 200; i += 1) {
    const response = await fetch(lab.url)
    await response.arrayBuffer()
    statuses.push(response.status)
  }
  const done = Math.ceil(clock.now() / SECOND) * SECOND

  const meters = makeMeters({ observer, clock })
  let shift = aLabShift(lab, judgedTo)
  const sum = { requests: 0, errors: 0, onNew: 0 }
  for (let seen = judgedTo; seen < done;) {
    const [reading] = await meters.read(shift, clock.now(), aCall())
    t.equal(reading?.unusable, null)
    for (const period of reading?.periods ?? []) {
      t.equal(period.start, seen, 'in order and without gap')
      seen += SECOND
      const [old, fresh] = [tally(period.old, period.lb), tally(period.new, period.lb)]
      if ('blind' in old || 'blind' in fresh) throw new Error('blind')
      sum.requests += old.requests + fresh.requests
      sum.errors += old.errors + fresh.errors
      sum.onNew += fresh.requests
    }
    shift = aLabShift(lab, seen)
    await clock.sleep((meters.nextReadAt(shift, clock.now()) ?? 0) - clock.now())
  }
  t.match(sum, { requests: 200, errors: statuses.filter((status) => status >= 500).length })
  t.ok(sum.errors > 20, `${sum.errors} errors`)
  t.ok(sum.onNew > 100, `${sum.onNew} requests on new`)
})

t.test('pages, failing queries, throttling and skew, over the wire', async (t) => {
  const { lab, clock, observer } = await aLab(t)
  const start = Math.floor(clock.now() / MINUTE - 60) * MINUTE
  const wanted = [0, 1, 2].map((i) =>
    aWanted({ key: `k${i}`, query: aQuery({ metric: `M${i}` }), from: start, to: start + 5 * MINUTE })
  )
  for (const { query } of wanted) {
    const { namespace, metric: name, dimensions } = query
    for (let i = 0; i < 5; i += 1) lab.metrics.put({ namespace, name, dimensions }, i + 1, start + i * MINUTE)
  }
  const all = [1, 2, 3, 4, 5].map((value, i) => [start + i * MINUTE, value])
  lab.cloudwatch.pageSize = 4
  const paged = await observer.measure(wanted, aCall())
  for (const { key } of wanted) t.same(seriesOf(paged.get(key)), all)

  lab.cloudwatch.queryStatus.set('M1', 'Forbidden')
  lab.cloudwatch.queryStatus.set('M2', 'PartialData')
  const some = await observer.measure(wanted, aCall())
  t.same(
    [codeOf(some.get('k0')), codeOf(some.get('k1')), codeOf(some.get('k2'))],
    ['series', 'Forbidden', 'PartialData']
  )
  lab.cloudwatch.queryStatus.clear()

  lab.faults.clockSkewMs = -45 * SECOND
  const skewed = (await observer.measure(wanted, aCall())).get('k0')
  t.ok(skewed?.kind === 'series' && Math.abs((skewed.skewMs ?? 0) + 45 * SECOND) < 3 * SECOND)
  lab.faults.clockSkewMs = 0

  lab.faults.add({ kind: 'throttle', service: 'cloudwatch' })
  const throttled = await observer.measure(wanted, aCall(clock.now() + 1500))
  for (const { key } of wanted) t.equal(throttled.get(key)?.kind, 'unusable')
  lab.faults.clear()
})

t.test(
  'latency as a share of slow answers: the percentile rank that is asked for is what the requests took',
  async (t) => {
    const { lab, clock, observer } = await aLab(t)
    lab.cluster('new').set({ latencyMs: 150 })
    lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 1 })
    const gate = aSlowGate({ periodMs: SECOND, delayMs: SECOND, slow: { ...SLOW, overMs: 120 } })
    const judgedTo = Math.ceil(clock.now() / SECOND) * SECOND
    await clock.sleep(judgedTo - clock.now())
    for (let i = 0; i < 20; i += 1) await (await fetch(lab.url)).arrayBuffer()
    const done = Math.ceil(clock.now() / SECOND) * SECOND

    const meters = makeMeters({ observer, clock })
    const key = valueMeterKey('web', gate)
    const shiftAt = (seen: number) => ({
      ...aLabShift(lab, judgedTo),
      gateSpecs: [gate],
      meters: [aMeterState({ key, gate: gate.name, periodMs: SECOND, delayMs: SECOND, judgedTo: seen })]
    })
    const sum = { old: { requests: 0, errors: 0 }, new: { requests: 0, errors: 0 } }
    let seen = judgedTo
    while (seen < done) {
      const [reading] = await meters.read(shiftAt(seen), clock.now(), aCall())
      t.equal(reading?.unusable, null)
      for (const period of reading?.periods ?? []) {
        seen += SECOND
        for (const side of ['old', 'new'] as const) {
          const counted = slowTally(period, side)
          if ('blind' in counted) throw new Error(counted.blind)
          sum[side].requests += counted.requests
          sum[side].errors += counted.errors
        }
      }
      await clock.sleep((meters.nextReadAt(shiftAt(seen), clock.now()) ?? 0) - clock.now())
    }
    t.equal(sum.old.requests + sum.new.requests, 20)
    t.equal(sum.new.errors, sum.new.requests, 'every answer of new took longer')
    t.ok(sum.new.requests >= 5)
  }
)
