/**
 * Orders of people and the red button. Those that bring users back come before everything else; the others after danger.
 * An order that was legal when it was accepted may not be any more: that is said, never silently dropped.
 */
import type { Command, Order } from './command.ts'
import { LEGAL, refusalOf } from './command.ts'
import { emptyGates } from './judge.ts'
import { PREFLIGHT_MS } from './create.ts'
import { finish, halt } from './end.ts'
import { adopt, overwrite } from './drift.ts'
import { goBack } from './rollback.ts'
import { isDrifted, isGoingBack, type Finding } from './shift.ts'
import { emit, enter, patch, readingOf, type Turn } from './turn.ts'
import { sameShare } from './share.ts'
import { converge } from './step.ts'
import { isTidy, mayStillLand } from './want.ts'

const URGENT: readonly Order['verb'][] = ['abort', 'reject', 'release']

/** Abort, reject, release, and the red button. */
export function obeyUrgent(turn: Turn): void {
  for (const command of turn.seen.commands.filter(({ order }) => URGENT.includes(order.verb))) obey(turn, command)
  const { stop } = turn.seen
  if (!stop || turn.shift.endedAt !== null || isRestoring(turn)) return
  if (stop.action === 'rollback' && !isGoingBack(turn.shift.phase) && !waitsForOld(turn)) {
    goBack(turn, { kind: 'person', verb: 'stop', actor: stop.actor, text: stop.reason, force: false })
  }
  if (stop.action === 'hold' && LEGAL.pause.includes(turn.shift.phase.kind)) {
    enter(turn, { kind: 'paused', since: turn.now, by: 'stop' })
    emit(turn, 'shift.paused', { code: 'paused', by: 'stop', text: stop.reason }, { actor: stop.actor, page: true })
  }
}

/** It takes traffic back as soon as it can read what is live: to end it now, or to hold it, would leave users on new. */
function isRestoring({ shift }: Turn): boolean {
  return shift.restores !== null && shift.phase.kind === 'preflight'
}

/** The red button was heard already, and the rollback waits for an old side that can take it. */
function waitsForOld(turn: Turn): boolean {
  const { phase } = turn.shift
  return phase.kind === 'halted' && phase.cause?.kind === 'person'
}

/** Pause, resume, advance, approve. */
export function obeyOthers(turn: Turn): void {
  for (const command of turn.seen.commands.filter(({ order }) => !URGENT.includes(order.verb))) obey(turn, command)
}

function obey(turn: Turn, command: Command): void {
  if (turn.shift.endedAt !== null) return
  const { order, actor } = command
  const refusal = refusalOf(turn.shift, order, actor, turn.seen.stop)
  if (!refusal && order.verb === 'release' && wouldStillMove(turn)) return awaitRelease(turn, order.reason, actor)
  turn.consumed.push(command.id)
  if (refusal) return refuse(turn, command, refusal.code, refusal.detail)
  switch (order.verb) {
    case 'abort':
    case 'reject':
      return bringBack(turn, command, order)
    case 'release':
      tellLoweredTtls(turn)
      return finish(turn, 'released', order.reason, actor)
    case 'pause':
      enter(turn, { kind: 'paused', since: turn.now, by: 'person' })
      return emit(turn, 'shift.paused', { code: 'paused', by: 'person', text: order.reason }, { actor })
    case 'resume':
      return resume(turn, command, order.drift)
    case 'advance':
      return patch(turn, { advance: true, advancedBy: actor })
    case 'approve':
      return approve(turn, actor, order.comment)
  }
}

function refuse(turn: Turn, command: Command, problem: string, detail: string): void {
  const { verb } = command.order
  emit(turn, 'command.refused', { code: 'command_refused', verb, problem, detail }, { actor: command.actor })
}

/** A write that is on its way, or whose outcome nobody knows, would land when nobody watches any more (FM-47). */
function wouldStillMove(turn: Turn): boolean {
  const { routes, phase } = turn.shift
  return routes.some((route) => {
    // On the way back writes are repeated for as long as it takes: those that lead there are no reason to wait.
    if (isGoingBack(phase)) return mayStillLand(route, turn.now)
    const live = readingOf(turn, route.name)?.share
    return route.asks.some(({ want }) => live === undefined || !sameShare(want.share, live))
  })
}

/** The order stays open, for 90 s at most, and nothing is asked for meanwhile. */
function awaitRelease(turn: Turn, reason: string, actor: string): void {
  const { kind } = turn.shift.phase
  if (!LEGAL.pause.includes(kind)) return
  enter(turn, { kind: 'paused', since: turn.now, by: 'person' })
  const text = `released${reason === '' ? '' : ` (${reason})`} once no write of this shift can land any more`
  emit(turn, 'shift.paused', { code: 'paused', by: 'person', text }, { actor })
}

/** Every other end puts a lowered TTL back. A released shift writes no more at all: it says what it leaves. */
function tellLoweredTtls(turn: Turn): void {
  const left = turn.shift.routes.filter((route) => !isTidy(route))
  const found = left.map(({ name, want, ttlAtStart }): Finding => ({
    severity: 'warning',
    code: 'ttl_left_lowered',
    route: name,
    detail: `the TTL that this shift lowered stays at ${want.ttlSeconds} s; before, it was ${ttlAtStart} s`,
    remedy: `set it to ${ttlAtStart} s again once the weights are what they shall be`
  }))
  if (found.length > 0) patch(turn, { findings: [...turn.shift.findings, ...found] })
}

function bringBack(turn: Turn, command: Command, order: Extract<Order, { verb: 'abort' | 'reject' }>): void {
  const { phase } = turn.shift
  const text = order.verb === 'abort' ? order.reason : order.comment
  const force = order.verb === 'abort' && order.force
  if (isGoingBack(phase)) return
  goBack(turn, { kind: 'person', verb: order.verb, actor: command.actor, text, force })
}

function approve(turn: Turn, actor: string, comment: string): void {
  const { phase, step } = turn.shift
  if (phase.kind !== 'awaiting_approval') return
  enter(turn, { kind: 'baking', since: phase.bakingSince, until: turn.now })
  patch(turn, { approved: true })
  emit(turn, 'approval.granted', { code: 'approved', step, comment }, { actor })
}

/** Goes on at the same step and bakes anew. A foreign share that stands needs a choice (refusalOf asked for it). */
function resume(turn: Turn, command: Command, drift: 'adopt' | 'overwrite' | null): void {
  const late =
    turn.shift.deadlineAt !== null && turn.shift.phase.kind === 'halted' && turn.shift.phase.why === 'deadline'
  const stands = isDrifted(turn.shift)
  const problem = !stands ? null : drift === 'adopt' ? adopt(turn) : overwrite(turn)
  if (problem) return refuse(turn, command, 'drift_choice_impossible', problem)
  emptyGates(turn)
  if (turn.shift.firstWriteAt === null) resumeUnexposed(turn)
  else convergeAgain(turn)
  if (late) patch(turn, { deadlineAt: turn.now + turn.shift.policy.deadlineMs })
  emit(turn, 'shift.resumed', { code: 'resumed', drift: stands ? drift : null }, { actor: command.actor })
}

/** A step that was stepped back from is still to be cleared: it goes on at its lower share. */
function convergeAgain(turn: Turn): void {
  const { back, backs, step } = turn.shift
  converge(turn, step)
  patch(turn, { back, backs })
}

function resumeUnexposed(turn: Turn): void {
  const { policy, deadlineAt } = turn.shift
  if (policy.mode === 'observe' && deadlineAt !== null) {
    return enter(turn, { kind: 'baking', since: turn.now, until: deadlineAt })
  }
  const within = Math.max(PREFLIGHT_MS, policy.preflight.healthyWithinMs)
  enter(turn, { kind: 'preflight', since: turn.now, deadlineAt: turn.now + within })
}

export function expireApproval(turn: Turn): void {
  const { phase } = turn.shift
  if (phase.kind !== 'awaiting_approval' || turn.now < phase.expiresAt) return
  halt(turn, 'approval_expired', 'nobody approved in time', null)
}
