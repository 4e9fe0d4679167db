/**
 * The numbers behind an event, as JSON for callers: tenths as percents, instants as RFC 3339, everything else as it is.
 */
import { percentOf } from '../percent.ts'
import type { Reason } from '../reason.ts'
import { rfc3339, rfc3339OrNull } from '../rfc3339.ts'

/** Every field of a reason but its code. */
export function numbersOf(reason: Reason): Readonly<Record<string, unknown>> {
  const { code: _, ...fields } = reason
  switch (reason.code) {
    case 'write':
    case 'read_back':
    case 'in_effect':
    case 'step_done':
    case 'rollback_confirmed':
    case 'ended':
      return { ...fields, percent: percentOf(reason.percent) }
    case 'stepped_back':
      return { ...fields, from: percentOf(reason.from), to: percentOf(reason.to) }
    case 'step_resumed':
      return { ...fields, percent: percentOf(reason.percent) }
    case 'approval_needed':
      return { ...fields, percent: percentOf(reason.percent), expiresAt: rfc3339(reason.expiresAt) }
    case 'drift': {
      const { confirmedAt = null } = reason
      return { ...fields, confirmedAt: rfc3339OrNull(confirmedAt) }
    }
    case 'cause':
      return { ...fields, seenAt: rfc3339OrNull(reason.seenAt) }
    case 'rollback_started':
      return { ...fields, from: percentOf(reason.from), to: percentOf(reason.to) }
    case 'started':
    case 'preflight_passed':
    case 'preflight_refused':
    case 'judged':
    case 'approved':
    case 'command_refused':
    case 'paused':
    case 'resumed':
    case 'halted':
    case 'warned':
    case 'blind':
    case 'sees_again':
    case 'capacity_short':
    case 'capacity_back':
    case 'stuck':
    case 'reminder':
    case 'drained':
    case 'drain_deadline':
    case 'share_late':
      return fields
  }
}
