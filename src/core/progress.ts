/**
 * Progress, after danger and people: never without this very observation showing every route as wanted (FM-48), never on a
 * remembered confirmation, never past a gate whose newest verdict is not a pass.
 */
import { shareArrived } from './arrival.ts'
import { resumeStep } from './back.ts'
import { tooFewNew } from './capacity.ts'
import { canStillLand, complete, draining, goingBack, isWhole, tidyUp } from './closing.ts'
import { lateShareSince } from './danger.ts'
import { halt } from './end.ts'
import { unreadableRoutes } from './fold.ts'
import { meterOf } from './gates/meters.ts'
import { promotionOf } from './gates/promotion.ts'
import { actionOf, READS_ASKED, specOfGate } from './judge.ts'
import { expireApproval } from './orders.ts'
import { passPreflight } from './preflight.ts'
import { goBack } from './rollback.ts'
import type { GateState, StepBack } from './shift.ts'
import { unprovenProbes } from './signals.ts'
import { allAsWanted, allInEffect, percentNow, percentWanted } from './standing.ts'
import { bake, leastBakeMs, shareAt, takeStep } from './step.ts'
import type { Instant } from './time.ts'
import { emit, enter, healthOf, patch, readingOf, type Turn } from './turn.ts'
import { isAsWanted, nextStep } from './want.ts'

export function progress(turn: Turn): void {
  switch (turn.shift.phase.kind) {
    case 'preflight':
      return passPreflight(turn)
    case 'converging':
      return converging(turn)
    case 'baking':
      return baking(turn)
    case 'awaiting_approval':
      return expireApproval(turn)
    case 'draining':
      return draining(turn)
    case 'rolling_back':
    case 'stuck':
      return goingBack(turn)
    case 'paused':
    case 'halted':
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return
  }
}

function converging(turn: Turn): void {
  const { phase, step } = turn.shift
  if (phase.kind !== 'converging') return
  const live = allAsWanted(turn)
  if (live && allInEffect(turn)) {
    if (step < 0) return attached(turn)
    emit(turn, 'weight.in_effect', { code: 'in_effect', percent: percentWanted(turn.shift), step })
    return bake(turn, leastBakeMs(turn.shift, step))
  }
  const unreadable = unreadableRoutes(turn).length > 0
  // What cannot be read is blindness, with its own deadline and action: not a reason to go back (FM-36).
  if (turn.now < phase.deadlineAt || (live && step >= 0) || unreadable) return
  const short = step < 0 ? [] : tooFewNew(turn, (route) => route.want.share)
  if (step < 0) return halt(turn, 'new_unhealthy', 'new could not be attached at weight 0 in time', null)
  if (short.length > 0) return haltShort(turn, short, 'too few healthy targets of new')
  const late = turn.shift.routes.filter((route) => !isAsWanted(route, readingOf(turn, route.name)))
  goBack(turn, { kind: 'policy', why: 'converge', routes: late.map((route) => route.name) })
}

/** Step 0: new stands at weight 0, or where it was; it must become healthy within preflight.healthyWithin of the read-back. */
function attached(turn: Turn): void {
  const { routes, policy } = turn.shift
  const next = nextStep(turn.shift)
  const short = tooFewNew(turn, shareAt(turn, next))
  const unproven = unprovenProbes(turn)
  if (short.length === 0 && unproven.length === 0 && turn.seen.stop === null) {
    emit(turn, 'weight.in_effect', { code: 'in_effect', percent: percentNow(turn), step: -1 })
    return takeStep(turn, next)
  }
  const readBackAt = Math.max(...routes.map((route) => route.inEffectAt ?? route.confirmedAt ?? turn.now))
  if (turn.now < readBackAt + policy.preflight.healthyWithinMs) return
  if (short.length > 0) return haltShort(turn, short, 'new did not become healthy at weight 0')
  halt(turn, 'new_unhealthy', `probes of new do not pass at weight 0: gate ${unproven.join(', ')}`, null)
}

function baking(turn: Turn): void {
  const { phase, advance, policy, step, steps } = turn.shift
  if (phase.kind !== 'baking') return
  if (policy.mode === 'observe') return followStep(turn)
  if (turn.shift.back !== null) return steppedBack(turn, turn.shift.back)
  foldShareArrival(turn)
  if (turn.now < phase.until && !advance) return
  const current = steps[step]
  const unready = unreadyGates(turn)
  if (!allAsWanted(turn) || !allInEffect(turn)) return
  if (unready.length > 0) return insufficient(turn, unready)
  if (!shareIsFine(turn)) return
  if (current?.approval && !turn.shift.approved) {
    const expiresAt = turn.now + current.approval.expiresMs
    enter(turn, { kind: 'awaiting_approval', since: turn.now, expiresAt, bakingSince: phase.since })
    return emit(
      turn,
      'approval.requested',
      { code: 'approval_needed', step, percent: current.percent, expiresAt },
      { page: true }
    )
  }
  leaveStep(turn, 'bake')
}

/** A step back is written like any step, and has the same time to be live everywhere (CONTRACT, converge). */
function steppedBack(turn: Turn, { since }: StepBack): void {
  if (allAsWanted(turn) && allInEffect(turn)) return void resumeStep(turn)
  const unreadable = unreadableRoutes(turn).length > 0
  const late = turn.shift.routes.filter((route) => route.confirmedAt === null && route.drift === null)
  if (late.length === 0 || unreadable || turn.now < since + turn.shift.policy.converge.deadlineMs) return
  goBack(turn, { kind: 'policy', why: 'converge', routes: late.map((route) => route.name) })
}

/** Gates whose newest verdict does not let the step end. */
function unreadyGates(turn: Turn): readonly GateState[] {
  return turn.shift.gates.filter((state) => {
    const spec = specOfGate(turn, state)
    if (actionOf(turn, spec) === 'warn') return false
    if (turn.shift.advance && state.verdict === 'inconclusive') return false
    if (!turn.shift.advance && promotionOf(state, turn.shift.step)?.enough === false) return true
    return state.verdict !== 'pass' || (state.passed < READS_ASKED && !turn.shift.advance)
  })
}

function doneBy(turn: Turn, by: 'bake'): 'bake' | 'advance' | 'approval' | 'insufficient' {
  if (turn.shift.insufficient.includes(turn.shift.step)) return 'insufficient'
  if (turn.shift.advance) return 'advance'
  return turn.shift.approved ? 'approval' : by
}

/** Still inconclusive long after its bake: low volume is neither good nor bad, but the wait has an end (FM-28). */
function insufficient(turn: Turn, unready: readonly GateState[]): void {
  const { phase, policy, step, steps } = turn.shift
  if (phase.kind !== 'baking') return
  const bakeMs = leastBakeMs(turn.shift, step)
  const maxBakeMs = policy.maxBakeMs ?? 3 * (steps[step]?.bakeMs ?? 0)
  const dangerous = unready.some((state) => state.verdict !== 'inconclusive' && state.verdict !== 'pass')
  const end = phase.until + Math.max(0, maxBakeMs - bakeMs)
  if (dangerous || turn.now < end || unready.some((state) => !isReadTo(turn, state, end))) return
  if (policy.onInsufficient === 'advance')
    return patch(turn, { advance: true, insufficient: [...turn.shift.insufficient, step] })
  const names = unready.map((state) => `${state.gate} on ${state.route}`).join(', ')
  halt(turn, 'insufficient', `still inconclusive: ${names}`, null)
}

/** Every period that could be known by then was judged: right after a start the newest is not, and that is no lack of requests. */
function isReadTo(turn: Turn, state: GateState, at: Instant): boolean {
  const key = meterOf(specOfGate(turn, state), state.route)
  const meter = turn.shift.meters.find((candidate) => candidate.key === key)
  return !meter || (meter.judgedTo ?? 0) + meter.periodMs + meter.delayMs > at
}

function foldShareArrival(turn: Turn): void {
  const arrived = turn.shift.routes.every((route) => shareArrived(turn, route) !== 'late')
  const { shareSince } = turn.shift
  if (arrived && shareSince !== null) patch(turn, { shareSince: null })
  if (!arrived && shareSince === null) patch(turn, { shareSince: turn.now })
}

/** A person's `advance` goes on before it can be known; what is known to stay away holds, and is no lack of requests. */
function shareIsFine(turn: Turn): boolean {
  const { shift } = turn
  if (shift.routes.every((route) => shareArrived(turn, route) === 'arrived')) return true
  if (lateShareSince(turn) !== null) return shift.policy.onShare === 'advance'
  return shift.advance && !shift.insufficient.includes(shift.step)
}

/** The step is done; the next one begins where its own preconditions hold, else this one goes on watching. */
function leaveStep(turn: Turn, by: 'bake'): void {
  const { step, steps, waitSince, policy } = turn.shift
  const next = steps[step + 1]
  const done = () => {
    const how = doneBy(turn, by)
    const actor = (how === 'advance' ? turn.shift.advancedBy : null) ?? 'daemon'
    const percent = percentWanted(turn.shift)
    emit(turn, 'step.completed', { code: 'step_done', step, percent, by: how, actor }, { actor })
  }
  if (!next) {
    if (canStillLand(turn)) return
    if (!isWhole(turn) && tidyUp(turn)) return
    done()
    return complete(turn)
  }
  const short = tooFewNew(turn, shareAt(turn, step + 1))
  const oldShort = turn.shift.routes.some((route) => route.oldShortSince !== null)
  if (short.length === 0 && !oldShort && turn.seen.stop === null) {
    done()
    return takeStep(turn, step + 1)
  }
  // How long old is short says nothing of new: each waits for its own time, and old's is the shift's.
  if (short.length === 0) return waitSince === null ? undefined : patch(turn, { waitSince: null })
  if (waitSince === null) return patch(turn, { waitSince: turn.now })
  if (turn.now - waitSince < policy.converge.deadlineMs) return
  haltShort(turn, short, `too few healthy targets of new for ${next.percent / 10} %`)
}

/** What cannot be read is not unhealthy: a person has something else to repair. */
function haltShort(turn: Turn, short: readonly string[], text: string): void {
  const unread = short.every((route) => healthOf(turn, route) === null)
  if (unread) return halt(turn, 'blind', `the targets of new cannot be read on ${short.join(', ')}`, null)
  halt(turn, 'new_unhealthy', `${text} on ${short.join(', ')}`, null)
}

/** mode: observe. The step is the greatest at or below what is live. */
function followStep(turn: Turn): void {
  const { steps, step } = turn.shift
  const live = percentWanted(turn.shift)
  const at = steps.findLastIndex((candidate) => candidate.percent <= live)
  if (at !== step) patch(turn, { step: at })
}
