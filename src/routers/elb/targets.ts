/**
 * The health of a target group's targets, whoever routes to it. Throws AwsFailure only.
 */
import { DescribeTargetHealthCommand, type TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Aws, TurnTaking } from '../../aws/aws.ts'
import type { Call } from '../../core/call.ts'
import type { AccountRef } from '../../core/migration.ts'
import type { TargetsHealth } from '../../core/observation.ts'

/** As whom, and for which caller. */
export interface As {
  readonly aws: Aws & TurnTaking
  readonly account: AccountRef
  readonly call: Call
}

/** AWS gives all of them at once: this list has no pages. */
export async function targetsHealthOf(as: As, TargetGroupArn: string): Promise<TargetsHealth> {
  const command = new DescribeTargetHealthCommand({ TargetGroupArn })
  const { output } = await as.aws.send('elbv2', as.account, command, as.call)
  return counted((output.TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth ?? {}))
}

/**
 * Only `healthy` is healthy. A target that is `draining` was taken out, and of one whose health checks are off (a function behind a
 * shared load balancer) nobody can say: neither is part of the total.
 */
function counted(targets: readonly TargetHealth[]): TargetsHealth {
  const states: Record<string, number> = {}
  for (const { State = 'unknown' } of targets) states[State] = (states[State] ?? 0) + 1
  const meant = targets.filter(({ State, Reason }) => State !== 'draining' && Reason !== 'Target.HealthCheckDisabled')
  return { healthy: states['healthy'] ?? 0, total: meant.length, states }
}
