/**
 * The only place where a reason, or where a shift stands, becomes prose: one sentence each, the same in log, API, dashboard
 * and CLI. Says what is true in the state, never what is hoped.
 */
import {
  explainBack,
  explainClose,
  explainJudged,
  explainPeople,
  explainStart,
  explainStep,
  explainTrouble,
  explainWarned,
  explainWrite
} from './explain/reasons.ts'
import { explainEnd } from './explain/ends.ts'
import {
  awaitingApproval,
  baking,
  converging,
  draining,
  halted,
  paused,
  preflight,
  rollingBack,
  stuck,
  type Look
} from './explain/phases.ts'
import { explainUnread } from './explain/unread.ts'
import type { Seen } from './explain/waits.ts'
import type { Reason } from './reason.ts'
import type { Shift } from './shift.ts'
import type { Instant } from './time.ts'

/** One sentence, without a full stop. */
export function explainReason(reason: Reason): string {
  switch (reason.code) {
    case 'started':
    case 'preflight_passed':
    case 'preflight_refused':
      return explainStart(reason)
    case 'write':
      return explainWrite(reason)
    case 'read_back':
    case 'in_effect':
    case 'step_done':
    case 'stepped_back':
    case 'step_resumed':
      return explainStep(reason)
    case 'judged':
      return explainJudged(reason)
    case 'warned':
      return explainWarned(reason)
    case 'approval_needed':
    case 'approved':
    case 'command_refused':
    case 'paused':
    case 'resumed':
    case 'reminder':
      return explainPeople(reason)
    case 'halted':
    case 'drift':
    case 'blind':
    case 'sees_again':
    case 'capacity_short':
    case 'capacity_back':
    case 'share_late':
      return explainTrouble(reason)
    case 'cause':
    case 'rollback_started':
    case 'rollback_confirmed':
    case 'stuck':
      return explainBack(reason)
    case 'drained':
    case 'drain_deadline':
    case 'ended':
      return explainClose(reason)
  }
}

/**
 * Where a shift stands (CONTRACT 5.1, `explain`): what is moving and how far, whether users are hurt, what happens next and
 * when, e.g. `baking at 10 % for 4m12s more: error rate 0.12 % of 5,321 requests; then 50 %`.
 * @param seen the newest look at the routes, where there is one: adds how many targets are healthy now
 */
export function explainShift(shift: Shift, now: Instant, seen: Seen | null = null): string {
  const { phase } = shift
  const look: Look = { shift, now, seen }
  switch (phase.kind) {
    case 'preflight':
      return preflight(look, phase)
    case 'converging':
      return converging(look, phase)
    case 'baking':
      return baking(look, phase)
    case 'awaiting_approval':
      return awaitingApproval(look, phase)
    case 'paused':
      return paused(look, phase)
    case 'halted':
      return phase.why === 'unreadable' ? explainUnread(shift, now) : halted(look, phase)
    case 'draining':
      return draining(look, phase)
    case 'rolling_back':
      return rollingBack(look, phase)
    case 'stuck':
      return stuck(look, phase)
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return explainEnd(shift, phase.kind)
  }
}
