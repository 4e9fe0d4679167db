// Turns what became of one request into the metrics an ALB reports for it. Never counts what AWS does not: no target chosen
// means no RequestCount, and an ELB error has no target group.

import { dimensionOf } from './arn.ts'
import type { MetricStore } from './metrics.ts'
import type { Random } from './random.ts'
import type { LoadBalancer } from './world.ts'
import type { TargetGroup } from './targetGroup.ts'

/** What became of one request, seen from the load balancer. */
export interface Outcome {
  /** The group whose target was chosen; absent if there was none. */
  readonly group?: TargetGroup
  readonly targetStatus?: number
  readonly elbStatus?: number
  readonly connectionFailed?: boolean
  readonly responseMs?: number
}

export const albNamespace = 'AWS/ApplicationELB'

export type Recorder = (loadBalancer: LoadBalancer, outcome: Outcome) => void

export function createRecorder(store: MetricStore, lateShare: number, random: Random): Recorder {
  return (loadBalancer, outcome) => {
    const lb = { LoadBalancer: dimensionOf(loadBalancer.arn) }
    const sets = outcome.group === undefined ? [lb] : [lb, { ...lb, TargetGroup: dimensionOf(outcome.group.arn) }]
    // One die per request: the report of one load balancer node comes late as a whole, so a request never lacks only its error.
    const late = random() < lateShare
    const at = Date.now()
    for (const dimensions of sets) {
      const put = (name: string, value: number): void =>
        store.put({ namespace: albNamespace, name, dimensions }, value, at, late)
      if (outcome.group !== undefined) put('RequestCount', 1)
      if (outcome.targetStatus !== undefined)
        put(`HTTPCode_Target_${Math.floor(outcome.targetStatus / 100)}XX_Count`, 1)
      if (outcome.connectionFailed === true) put('TargetConnectionErrorCount', 1)
      // Rounded to 0.1 ms: CloudWatch's percentiles are coarser than that, and a bucket stays small.
      if (outcome.responseMs !== undefined) put('TargetResponseTime', Math.round(outcome.responseMs * 10) / 10_000)
      if (dimensions === lb && outcome.elbStatus !== undefined) {
        put(`HTTPCode_ELB_${Math.floor(outcome.elbStatus / 100)}XX_Count`, 1)
        if (outcome.elbStatus >= 500) put(`HTTPCode_ELB_${outcome.elbStatus}_Count`, 1)
      }
    }
  }
}
