/**
 * The health of a target group's targets, whoever routes to it. Throws AwsFailure only.
 */
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
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
  const states = (output.TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State ?? 'unknown')
  return countStates(states)
}

/** Only `healthy` is healthy. A target that is `draining` was taken out: it is no part of the total. */
function countStates(states: readonly string[]): TargetsHealth {
  const counts: Record<string, number> = {}
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return { healthy: counts['healthy'] ?? 0, total: states.length - (counts['draining'] ?? 0), states: counts }
}
