// What each path of the control API does. Reads its input by hand and names what is wrong; the lab's parts do the work.

import type { Alarms, AlarmChange } from './alarms.ts'
import { readBehaviour } from './behaviour.ts'
import type { Cluster } from './cluster.ts'
import type { LabDns } from './dns/labDns.ts'
import type { CallLog } from './endpoint/callLog.ts'
import type { Fault, Faults } from './endpoint/faults.ts'
import type { CloudWatchKnobs } from './endpoint/getMetricData.ts'
import { migrationYaml } from './migration.ts'
import type { Migratable } from './migration.ts'
import type { ForwardSpec } from './spec.ts'
import type { Health } from './targetGroup.ts'
import type { Traffic } from './traffic.ts'

/** The parts of a lab that the control API shows and changes. */
export interface Controlled extends Migratable {
  readonly endpoint: string
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly clusters: readonly Cluster[]
  cluster(name: string): Cluster
  health(targetGroup: string): readonly Health[]
  weights(route: string): Readonly<Record<string, number>>
  overwrite(route: string, forward: ForwardSpec, stickySeconds?: number): void
  readonly traffic: Traffic
  readonly alarms: Alarms
  readonly faults: Faults
  readonly calls: CallLog
  readonly cloudwatch: CloudWatchKnobs
  readonly dns: LabDns
}

interface Asked {
  readonly name: string
  readonly query: URLSearchParams
  readonly input: Readonly<Record<string, unknown>>
}

export type ControlRoute = (lab: Controlled, asked: Asked) => unknown

const clusterState = (cluster: Cluster) => ({
  ...cluster.behaviour(),
  pods: cluster.pods().map((pod) => ({ name: pod.name, port: pod.port, up: pod.up() }))
})

const byName = <T extends { readonly name: string }, V>(list: readonly T[], tell: (one: T) => V) =>
  Object.fromEntries(list.map((one) => [one.name, tell(one)]))

function integer(input: Asked['input'], key: string): number | undefined {
  const value = input[key]
  if (value === undefined) return undefined
  if (!Number.isInteger(value)) throw new Error(`${key}: ${JSON.stringify(value)} is not a whole number`)
  return value as number
}

const instant = (query: URLSearchParams, key: string): number | undefined => {
  const raw = query.get(key)
  return raw === null ? undefined : /^\d+$/.test(raw) ? Number(raw) : Date.parse(raw)
}

export const controlRoutes: Readonly<Record<string, ControlRoute>> = {
  'GET ': (lab) => ({
    endpoint: lab.endpoint,
    loadBalancer: lab.url,
    env: lab.env,
    arns: lab.arns.all(),
    weights: byName(lab.world.rules(), (rule) => lab.weights(rule.name)),
    health: byName(lab.world.targetGroups, (group) => lab.health(group.name).map((health) => health.state)),
    clusters: byName(lab.clusters, clusterState),
    faults: lab.faults.list(),
    alarms: lab.alarms.list(),
    traffic: { rps: lab.traffic.rps(), last10s: lab.traffic.record.summary(Date.now() - 10_000) }
  }),
  'GET migration': (lab) => ({ yaml: migrationYaml(lab) }),
  'GET calls': (lab) => ({ calls: lab.calls.list().slice(-200) }),
  'GET clusters': (lab) => byName(lab.clusters, clusterState),
  'GET clusters/:name': (lab, { name }) => clusterState(lab.cluster(name)),
  'POST clusters/:name': async (lab, { name, input }) => {
    const { targets: _targets, ...behaviour } = input
    const count = integer(input, 'targets')
    const cluster = lab.cluster(name)
    cluster.set(readBehaviour(behaviour))
    if (count !== undefined) await cluster.scale(count)
    return clusterState(cluster)
  },
  'POST clusters/:name/crash': async (lab, { name, input }) => {
    await lab.cluster(name).crash(integer(input, 'target'))
    return clusterState(lab.cluster(name))
  },
  'POST clusters/:name/start': async (lab, { name, input }) => {
    await lab.cluster(name).start(integer(input, 'target'))
    return clusterState(lab.cluster(name))
  },
  'GET traffic': (lab, { query }) =>
    query.has('seconds')
      ? { perSecond: lab.traffic.record.perSecond(Math.min(600, Number(query.get('seconds')) || 10)) }
      : lab.traffic.record.summary(instant(query, 'from'), instant(query, 'to')),
  'POST traffic': (lab, { input }) => {
    if (typeof input['rps'] === 'number') lab.traffic.setRps(input['rps'])
    const users = integer(input, 'users')
    if (users !== undefined) lab.traffic.setUsers(users)
    return { rps: lab.traffic.rps() }
  },
  'GET faults': (lab) => ({ faults: lab.faults.list() }),
  'POST faults': (lab, { input }) => {
    lab.faults.add(input as unknown as Fault)
    return { faults: lab.faults.list() }
  },
  'DELETE faults': (lab) => {
    lab.faults.clear()
    lab.cloudwatch.queryStatus.clear()
    return { faults: [] }
  },
  'POST clock': (lab, { input }) => {
    lab.faults.clockSkewMs = integer(input, 'skewMs') ?? 0
    return { skewMs: lab.faults.clockSkewMs }
  },
  'POST metrics/:name': (lab, { name, input }) => {
    const status = input['status']
    if (status === null) lab.cloudwatch.queryStatus.delete(name)
    else if (status === 'PartialData' || status === 'InternalError' || status === 'Forbidden') {
      lab.cloudwatch.queryStatus.set(name, status)
    } else throw new Error('status: PartialData, InternalError, Forbidden, or null for none')
    return Object.fromEntries(lab.cloudwatch.queryStatus)
  },
  'POST alarms/:name': (lab, { name, input }) => {
    lab.alarms.set(name, input as unknown as AlarmChange)
    return { alarms: lab.alarms.list() }
  },
  'GET rules': (lab) => byName(lab.world.rules(), (rule) => lab.weights(rule.name)),
  'POST rules/:name': (lab, { name, input }) => {
    const { forward } = input
    const fits = typeof forward === 'object' && forward !== null && Object.values(forward).every(Number.isInteger)
    if (!fits) throw new Error('forward: { "target group": weight, … } is needed')
    lab.overwrite(name, forward as ForwardSpec, integer(input, 'stickySeconds'))
    return lab.weights(name)
  }
}
