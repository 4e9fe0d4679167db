/** Where measurements are read, and whose they are: other accounts, and metrics of a side's own choice. */
import t, { type Test } from 'tap'
import type { AccountRef, CountedMetric, DnsSideSpec, Migration, Side } from '../../src/core/migration.ts'
import type { GateSpec } from '../../src/core/policy.ts'
import { isGoingBack, type Shift } from '../../src/core/shift.ts'
import { aBurnRateGate, anErrorRateGate, aSlowGate, aStatusMixGate, aTargetHealthGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig, type RigOptions } from './rig.ts'

const MINUTE = 60_000

const policyWith = (...gates: readonly GateSpec[]) =>
  aProductionPolicy({
    steps: [100, 500, 1000].map((percent) => ({ percent, bakeMs: 8 * MINUTE, approval: null })),
    gates,
    drain: { residual: 0.03, forMs: 3 * MINUTE, deadlineMs: 120 * MINUTE }
  })

const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
const ZONE = role('111111111111', 'zone')
const BALANCERS = role('111122223333', 'balancers')
const METRICS = role('999999999999', 'metrics')
const TARGETS = role('111122223333', 'targets')

type Asked = {
  readonly MetricDataQueries?: readonly { AccountId?: string; MetricStat?: { Metric?: { Namespace?: string } } }[]
}

/** Every query that CloudWatch was asked. */
function asking(rig: Rig): readonly NonNullable<Asked['MetricDataQueries']>[number][] {
  const seen: NonNullable<Asked['MetricDataQueries']>[number][] = []
  rig.world.watch((call) => {
    if (call.operation === 'GetMetricData') seen.push(...((call.input as Asked).MetricDataQueries ?? []))
  })
  return seen
}

function inAccounts(migration: Migration): Migration {
  const as = (account: AccountRef, roleArn: string): AccountRef => ({ ...account, roleArn })
  const routes = migration.routes.map((route) =>
    route.type === 'alb'
      ? route
      : {
          ...route,
          account: as(route.account, ZONE),
          old: { ...route.old, account: as(route.old.account, BALANCERS) },
          new: { ...route.new, account: as(route.new.account, BALANCERS) }
        }
  )
  return { ...migration, routes }
}

async function dnsRig(t: Test, options: RigOptions = {}): Promise<Rig> {
  return aRig(t, { routes: [{ name: 'api', kind: 'dns' }], rps: 300, counts: 'random', ...options })
}

t.test('zone, load balancers and measurements in three accounts: each is read by its own role', async (t) => {
  const refused: string[] = []
  const rig = await dnsRig(t, {
    rights: (service, { roleArn }) => {
      const may =
        service === 'route53' ? roleArn === ZONE : service === 'elbv2' ? roleArn !== ZONE : roleArn === METRICS
      if (!may) refused.push(`${service} as ${roleArn ?? 'nobody'}`)
      return may
    }
  })
  const asked = asking(rig)
  for (const side of [rig.world.old, rig.world.new]) {
    side.errorRate = 0.002
    side.clientErrorRate = 0.02
  }
  const account = { region: null, roleArn: METRICS, externalId: 'x' }
  const gates = [
    anErrorRateGate({ against: 'old', account }),
    aStatusMixGate({ account }),
    aSlowGate({ name: 'slow', account }),
    aBurnRateGate({ objective: 0.99, account }),
    aTargetHealthGate({ account: { region: null, roleArn: TARGETS } })
  ]
  const { id } = await rig.start(policyWith(...gates), {}, inAccounts(rig.world.migration()))
  const end = await rig.untilEnd(id, '12h')
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  t.strictSame(refused, [], 'nobody asked with the wrong role')
  t.ok(end.gates.every(({ verdict }) => verdict === 'pass'))
  t.equal(end.meters.length, 2, 'gates that read the same counts as the same role share a meter')
  t.notMatch(JSON.stringify(end.meters.map(({ key }) => key)), /"x"|externalId/)
  t.ok(asked.length > 0)
  t.ok(
    asked.every(({ AccountId }) => AccountId === '111122223333'),
    'a monitoring account says whose metrics it means'
  )
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('a gate that may not read its measurements is refused in preflight, before anything is written', async (t) => {
  const rig = await dnsRig(t, { rights: (service, { roleArn }) => service !== 'cloudwatch' || roleArn !== METRICS })
  const account = { region: null, roleArn: METRICS }
  const { id } = await rig.start(policyWith(anErrorRateGate({ against: 'old', account })))
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'refused')
  t.match(
    end.findings.find(({ severity }) => severity === 'blocker'),
    { code: 'metrics_forbidden' }
  )
  t.equal(rig.world.told('api').new, 0)
})

t.test('targets that a gate may not read are blind, never healthy', async (t) => {
  const rig = await dnsRig(t, { rights: (service, { roleArn }) => service !== 'elbv2' || roleArn !== TARGETS })
  const gates = [
    anErrorRateGate({ against: 'old' }),
    aTargetHealthGate({ account: { region: null, roleArn: TARGETS } })
  ]
  const { id } = await rig.start(policyWith(...gates))
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'blind' })
  t.match(halted.gates[1], { gate: 'targets', verdict: 'blind' })
  t.equal(halted.step, 0)
})

/** What an application behind a network load balancer tells of itself, from what users really got. */
function tellOwn(rig: Rig): void {
  for (const side of ['old', 'new'] as const) {
    const dimensions = { Cluster: side === 'old' ? 'shop-133' : 'shop-134', Route: 'api', Side: side }
    const got = (at: number) => rig.world.served(at, at + MINUTE, 'api')[side]
    // A count of nothing is not published.
    const told = (count: number) => (count > 0 ? count : null)
    rig.world.custom.set({ namespace: 'Shop', metric: 'Calls', dimensions }, (at) => told(got(at).requests))
    rig.world.custom.set({ namespace: 'Shop', metric: 'Failed', dimensions }, (at) => told(got(at).errors))
    rig.world.custom.set({ namespace: 'Shop', metric: 'Refused', dimensions }, () => null)
  }
}

function measuredByItself(rig: Rig): Migration {
  const counted = (metric: string): CountedMetric => ({
    namespace: 'Shop',
    metric,
    stat: 'Sum',
    dimensions: { Cluster: '${cluster}', Route: '$route', Side: '$side' }
  })
  const { groups } = { groups: rig.world.migration().routes }
  const routes = groups.map((route) => {
    if (route.type === 'alb') return route
    const side = (which: Side, cluster: string): DnsSideSpec => ({
      ...route[which],
      vars: { cluster },
      measure: { requests: [counted('Calls')], errors: [counted('Failed'), counted('Refused')], account: null }
    })
    return { ...route, old: side('old', 'shop-133'), new: side('new', 'shop-134') }
  })
  return { ...rig.world.migration(), routes }
}

t.test(
  'a side that counts by its own metrics: gates, the share that arrived, and drained by the same counts',
  async (t) => {
    const rig = await dnsRig(t)
    const asked = asking(rig)
    tellOwn(rig)
    rig.world.old.errorRate = 0.002
    rig.world.new.errorRate = 0.002
    const gates = [anErrorRateGate({ against: 'old' }), aBurnRateGate({ objective: 0.99 })]
    const { id } = await rig.start(policyWith(...gates), {}, measuredByItself(rig))
    const half = await rig.until(id, (shift: Shift) => shift.step === 1 && shift.phase.kind === 'baking')
    await rig.until(id, ({ routes }) => (routes[0]?.counted.new ?? 0) > 0)
    t.ok((half.routes[0]?.observed ?? 0) > 0.02, 'the share is observed')
    const end = await rig.untilEnd(id, '12h')
    t.equal(end.phase.kind, 'completed', await rig.story(id))
    t.ok(
      (await rig.events(id)).some(({ reason }) => reason.code === 'drained'),
      'drained is seen by its own counts'
    )
    t.ok(asked.every(({ MetricStat }) => MetricStat?.Metric?.Namespace === 'Shop'))
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  }
)

for (const against of ['old', 'none'] as const) {
  t.test(`a side that counts by its own metrics, against ${against}: new fails and is taken back`, async (t) => {
    const rig = await dnsRig(t)
    tellOwn(rig)
    const { id } = await rig.start(policyWith(anErrorRateGate({ against })), {}, measuredByItself(rig))
    await rig.until(id, (shift: Shift) => shift.step === 1 && shift.phase.kind === 'baking')
    rig.world.new.errorRate = 0.05
    await rig.until(id, (shift) => isGoingBack(shift.phase))
    t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'rolled_back')
    t.equal(rig.world.told('api').new, 0)
    await rig.replay(id)
  })
}
