/**
 * What every part of writing needs: whom to ask, where, and what stands there now.
 */
import type { Call } from '../../core/call.ts'
import type { AccountRef, RouteKey } from '../../core/migration.ts'
import type { Ms } from '../../core/time.ts'
import type { Aws, TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Got } from '../elb/batches.ts'
import type { Job } from './job.ts'
import type { RecordSets } from './records.ts'
import { setsByName } from './requests.ts'

export interface Writing {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  /** 0 to 1, for the pauses between tries. */
  readonly random: () => number
  /** Record sets of the last good read. */
  readonly cached: (key: RouteKey) => RecordSets | null
}

/** Where a batch goes. */
export interface Place {
  readonly account: AccountRef
  readonly zone: string
}

/** A rollback waits no longer for a read. */
export const ROLLBACK_READ_MS: Ms = 2_000

/** What stands now, by name. A rollback is not kept waiting. */
export function freshSets(
  { aws, clock }: Writing,
  { account, zone }: Place,
  jobs: readonly Job[],
  call: Call
): Promise<ReadonlyMap<string, Got<RecordSets>>> {
  const names = jobs.map(({ change }) => change.route.record)
  const hurried =
    call.urgency === 'rollback' ? Math.min(call.deadlineAt, clock.now() + ROLLBACK_READ_MS) : call.deadlineAt
  return setsByName({ aws, account, call: { ...call, deadlineAt: hurried } }, zone, names)
}
