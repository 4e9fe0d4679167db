// Starts a lab: clusters, load balancers, health checks, the AWS endpoint, users, the control API, all in this process and on
// loopback. The one place that puts the parts together; the daemon that is tried here does not know that it talks to a lab.

import { Agent } from 'node:http'
import type { Alarms } from './alarms.ts'
import { createAlarms } from './alarms.ts'
import { accountId } from './arn.ts'
import type { Cluster } from './cluster.ts'
import { createCluster } from './cluster.ts'
import { startControl } from './control.ts'
import type { LabDns, StartedDns } from './dns/labDns.ts'
import { startLabDns } from './dns/labDns.ts'
import { startOnOnePort } from './dns/samePort.ts'
import type { CallLog } from './endpoint/callLog.ts'
import { createCallLog } from './endpoint/callLog.ts'
import { cloudwatchService } from './endpoint/cloudwatch.ts'
import type { Elbv2Knobs } from './endpoint/elbCall.ts'
import { elbv2Service } from './endpoint/elbv2.ts'
import { startEndpoint } from './endpoint/endpoint.ts'
import type { Faults } from './endpoint/faults.ts'
import { createFaults } from './endpoint/faults.ts'
import { route53Service } from './endpoint/route53.ts'
import type { CloudWatchKnobs } from './endpoint/getMetricData.ts'
import { overwrite, weightsOf } from './foreignWriter.ts'
import { startHealthChecks } from './healthChecker.ts'
import { startLoadBalancer } from './loadBalancer.ts'
import type { MetricStore } from './metrics.ts'
import { createMetricStore } from './metrics.ts'
import { arnsOf } from './names.ts'
import type { LabArns } from './names.ts'
import type { LabOptions, LabSettings } from './options.ts'
import { settingsOf } from './options.ts'
import { randomFor } from './random.ts'
import { registrarFor } from './registry.ts'
import { createRecorder } from './requestMetrics.ts'
import type { ForwardSpec } from './spec.ts'
import type { Health } from './targetGroup.ts'
import { healthOf } from './targetGroup.ts'
import type { Traffic } from './traffic.ts'
import { startTraffic } from './traffic.ts'
import type { LoadBalancer, World } from './world.ts'
import { createWorld } from './world.ts'

export interface Lab {
  /** The AWS endpoint: ELBv2, Route 53 and CloudWatch. */
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  /** What the daemon's environment needs. */
  readonly env: Readonly<Record<string, string>>
  readonly controlUrl: string
  /** The first listener of the first load balancer: where users go. */
  readonly url: string
  urlOf(listener: string): string
  readonly arns: LabArns
  readonly world: World
  readonly clusters: readonly Cluster[]
  cluster(name: string): Cluster
  /** Health of a target group's targets as DescribeTargetHealth tells it. */
  health(targetGroup: string): readonly Health[]
  /** Weights written in a rule or listener, by the name of the target group. */
  weights(route: string): Readonly<Record<string, number>>
  /** A foreign writer's change. `stickySeconds`: absent = as it was, 0 = off. */
  overwrite(route: string, forward: ForwardSpec, stickySeconds?: number): void
  readonly traffic: Traffic
  readonly metrics: MetricStore
  readonly alarms: Alarms
  readonly faults: Faults
  readonly calls: CallLog
  readonly elbv2: Elbv2Knobs
  readonly cloudwatch: CloudWatchKnobs
  /** Zones, name server, resolvers, clients; without zones where neither `dns` nor the spec asks for any. */
  readonly dns: LabDns
  /** Ends everything at once; a second call does nothing. */
  close(): Promise<void>
}

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const closers: Closer[] = []
  const closeAll = async (): Promise<void> => {
    // The last started goes first: users before load balancers before pods.
    for (const close of closers.splice(0).toReversed()) await close()
  }
  try {
    return await assemble(settingsOf(options), closers, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

type Closer = () => Promise<void> | void

async function assemble(settings: LabSettings, closers: Closer[], close: () => Promise<void>): Promise<Lab> {
  const world = createWorld(settings.spec, settings)
  const metrics = createMetricStore({ ...settings, delayMs: settings.metricDelayMs })
  const parts = { alarms: createAlarms(), faults: createFaults(), calls: createCallLog(), ...knobs() }
  const clusters = await startClusters(settings, world, closers)
  await startDataPlane(settings, world, metrics, closers)
  const { dns, ways } = await startDns(settings, world, closers)
  const services = [
    elbv2Service(world, parts.elbv2),
    route53Service({ ...dns, now: Date.now }),
    cloudwatchService(metrics, parts.alarms, parts.cloudwatch)
  ]
  const endpoint = await startEndpoint({ ...parts, services }, settings.awsPort)
  closers.push(() => endpoint.close())
  const access = accessTo(world, clusters)
  const url = access.urlOf(world.listeners()[0]?.name ?? '')
  const traffic = startTraffic({
    url: () => url,
    routes: settings.paths,
    ways,
    rps: settings.rps,
    users: settings.users,
    timeoutMs: settings.targetTimeoutMs + 2000
  })
  closers.push(() => traffic.close())
  const identity = { region: settings.region, accountId, env: envFor(endpoint.url, settings.region) }
  const open = { ...parts, ...access, ...identity, dns, world, clusters, metrics, traffic, endpoint: endpoint.url, url }
  const control = await startControl(open, settings.controlPort)
  closers.push(() => control.close())
  return { ...open, controlUrl: control.url, close }
}

const knobs = (): { readonly elbv2: Elbv2Knobs; readonly cloudwatch: CloudWatchKnobs } => ({
  elbv2: { pageSize: 400 },
  cloudwatch: { pageSize: 100_800, queryStatus: new Map() }
})

async function startClusters(settings: LabSettings, world: World, closers: Closer[]): Promise<readonly Cluster[]> {
  const clusters: Cluster[] = []
  for (const spec of settings.spec.clusters) {
    const groups = world.targetGroups.filter((group) => group.cluster === spec.name)
    const registrar = registrarFor(groups, settings.region, settings.drainMs)
    const cluster = createCluster(spec, registrar, randomFor(settings.seed, `cluster ${spec.name}`))
    closers.push(() => cluster.close())
    await cluster.scale(spec.targets)
    clusters.push(cluster)
  }
  // Whoever is in a rule from the beginning has been in service for long.
  for (const group of world.targetGroups.filter((one) => world.usedBy(one.arn).length > 0)) {
    for (const one of group.registrations) one.health = { state: 'healthy' }
  }
  return clusters
}

async function startDataPlane(settings: LabSettings, world: World, metrics: MetricStore, closers: Closer[]) {
  const agent = new Agent({ keepAlive: true })
  closers.push(() => agent.destroy())
  const record = createRecorder(metrics, settings.partialShare, randomFor(settings.seed, 'late'))
  const start = async (one: LoadBalancer): Promise<() => Promise<void>> => {
    const random = randomFor(settings.seed, `load balancer ${one.name}`)
    return await startLoadBalancer(one, { world, record, random, agent, targetTimeoutMs: settings.targetTimeoutMs })
  }
  const routes = settings.spec.dns?.routes ?? []
  const inDns = new Set(routes.flatMap((route) => [route.old.loadBalancer, route.new.loadBalancer]))
  const [plain, named] = [false, true].map((is) => world.loadBalancers.filter((one) => inDns.has(one.name) === is))
  for (const one of plain ?? []) closers.push(await start(one))
  closers.push(await startOnOnePort(named ?? [], start))
  const checks = { intervalMs: settings.healthCheckMs, timeoutMs: settings.healthTimeoutMs }
  closers.push(startHealthChecks(world, metrics, checks))
}

async function startDns(settings: LabSettings, world: World, closers: Closer[]): Promise<StartedDns> {
  const options = typeof settings.dns === 'object' ? settings.dns : {}
  const started = await startLabDns(world, settings.spec.dns ?? { zones: [], routes: [] }, settings.seed, options)
  closers.push(() => started.close())
  return started
}

function accessTo(world: World, clusters: readonly Cluster[]) {
  return {
    arns: arnsOf(world),
    cluster: (name: string): Cluster => {
      const found = clusters.find((one) => one.name === name)
      if (found === undefined)
        throw new Error(`no cluster ${name}; there are ${clusters.map((one) => one.name).join(', ')}`)
      return found
    },
    urlOf: (listener: string): string => {
      for (const lb of world.loadBalancers) {
        const found = lb.listeners.find((one) => one.name === listener)
        if (found !== undefined) return `http://${lb.host}:${found.port}`
      }
      throw new Error(`no listener ${listener}`)
    },
    health: (name: string): readonly Health[] => {
      const group = world.targetGroup(name)
      if (group === undefined) throw new Error(`no target group ${name}`)
      return group.registrations.map((one) => healthOf(one, world.usedBy(group.arn).length > 0))
    },
    weights: (route: string) => weightsOf(world, route),
    overwrite: (route: string, forward: ForwardSpec, stickySeconds?: number): void =>
      overwrite(world, route, forward, stickySeconds)
  }
}

const envFor = (endpoint: string, region: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'lab',
  AWS_SECRET_ACCESS_KEY: 'lab'
})
