// Checks the health of targets by real HTTP requests, but only of groups that a rule names, as ALB does: a group in no rule
// is `unused` for ever. Also reports HealthyHostCount and UnHealthyHostCount. Never takes a target out by itself.

import { request } from 'node:http'
import { dimensionOf } from './arn.ts'
import type { MetricStore } from './metrics.ts'
import { healthPath } from './podServer.ts'
import type { Pod } from './podServer.ts'
import { albNamespace } from './requestMetrics.ts'
import type { Health, Registration, TargetGroup } from './targetGroup.ts'
import { registering, unused } from './targetGroup.ts'
import type { World } from './world.ts'

export interface HealthCheckOptions {
  readonly intervalMs: number
  readonly timeoutMs: number
}

export const healthyThreshold = 2
export const unhealthyThreshold = 2

/** Starts checking; the answer stops it. */
export function startHealthChecks(world: World, store: MetricStore, options: HealthCheckOptions): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const round = async (): Promise<void> => {
    await Promise.all(world.targetGroups.map((group) => checkGroup(world, store, group, options)))
    if (!stopped) timer = setTimeout(() => void round(), options.intervalMs)
  }
  void round()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

async function checkGroup(world: World, store: MetricStore, group: TargetGroup, options: HealthCheckOptions) {
  const usedBy = world.usedBy(group.arn)
  const here = group.registrations.filter((one) => one.health.state !== 'draining')
  if (usedBy.length === 0) {
    for (const one of here) one.health = unused
    return
  }
  await Promise.all(here.map((one) => checkTarget(one, options)))
  for (const loadBalancer of usedBy) {
    const dimensions = { TargetGroup: dimensionOf(group.arn), LoadBalancer: dimensionOf(loadBalancer.arn) }
    const healthy = here.filter((one) => one.health.state === 'healthy').length
    const unhealthy = here.filter((one) => one.health.state === 'unhealthy').length
    store.put({ namespace: albNamespace, name: 'HealthyHostCount', dimensions }, healthy)
    store.put({ namespace: albNamespace, name: 'UnHealthyHostCount', dimensions }, unhealthy)
  }
}

async function checkTarget(one: Registration, options: HealthCheckOptions): Promise<void> {
  const now = Date.now()
  if (one.health.state === 'unused') {
    Object.assign(one, { health: registering, passes: 0, failures: 0, checkFrom: now + options.intervalMs })
  }
  if (now < one.checkFrom) return
  const failure = await probe(one.pod, options.timeoutMs)
  // It may have begun to drain, or left its last rule, while it was asked.
  if (one.health.state !== 'draining' && one.health.state !== 'unused') settle(one, failure)
}

/** Counts one result. A new target needs one pass only; one that failed needs `healthyThreshold`. */
function settle(one: Registration, failure: Health | undefined): void {
  if (failure === undefined) {
    one.failures = 0
    one.passes += 1
    if (one.health.state === 'initial' || one.passes >= healthyThreshold) one.health = { state: 'healthy' }
    return
  }
  one.passes = 0
  one.failures += 1
  if (one.failures >= unhealthyThreshold) one.health = failure
  else if (one.health.state === 'initial') {
    one.health = {
      state: 'initial',
      reason: 'Elb.InitialHealthChecking',
      description: 'Initial health checks in progress'
    }
  }
}

/** Asks one pod; nothing = it passed. */
async function probe(pod: Pod, timeoutMs: number): Promise<Health | undefined> {
  return await new Promise((resolve) => {
    const asked = request({ host: pod.host, port: pod.port, path: healthPath, agent: false }, (response) => {
      response.resume()
      const code = response.statusCode ?? 0
      if (code === 200) resolve(undefined)
      else resolve(failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${code}]`))
    })
    asked.setTimeout(timeoutMs, () => {
      resolve(failed('Target.Timeout', 'Request timed out'))
      asked.destroy()
    })
    asked.on('error', () => resolve(failed('Target.FailedHealthChecks', 'Health checks failed')))
    asked.end()
  })
}

const failed = (reason: string, description: string): Health => ({ state: 'unhealthy', reason, description })
