/**
 * One sentence for each phase: what is moving and how far, whether users are hurt, what happens next and when.
 */
import { formatWait } from '../duration.ts'
import { countsRequests } from '../gates/meters.ts'
import { ALL, formatPercent, formatRate } from '../percent.ts'
import { sameShare, tenthsOfShare } from '../share.ts'
import type { Phase, Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import { mayStillLand } from '../want.ts'
import { explainCause } from './causes.ts'
import { driftChoices, driftsOf, explainDrift, type Drifted } from './drift.ts'
import { explainHealth } from './gates.ts'
import { explainHalt, haltRemedy, orGoBack } from './halts.ts'
import { groundText, nextPercent, percentText } from './percents.ts'
import { newShort, obstaclesOf, type Seen } from './waits.ts'
import { counted, joined, listed } from './words.ts'

export interface Look {
  readonly shift: Shift
  readonly now: Instant
  readonly seen: Seen | null
}

type In<K extends Phase['kind']> = Extract<Phase, { kind: K }>

export function preflight({ shift, now }: Look, phase: In<'preflight'>): string {
  const routes = counted(shift.routeSpecs.length, 'route')
  const blockers = shift.findings.filter((finding) => finding.severity === 'blocker')
  const found = blockers.length > 0 ? `: found ${listed(blockers.map(({ code }) => code))}` : ''
  return `looking at ${routes} before anything is written, for ${left(phase.deadlineAt, now)} at most${found}`
}

export function converging(look: Look, phase: In<'converging'>): string {
  const { shift, now } = look
  const problems = problemsOf(shift)
  const far = readBack(shift)
  if (shift.step < 0) {
    const short = newShort(shift, look.seen)
    const state = far ?? joined(['new stands there', ...short], ', ')
    return joined([`${groundText(shift)}: ${state}`, ...problems, `then ${nextPercent(shift)}`], '; ')
  }
  const inEffect = inEffectAt(shift)
  const progress =
    far !== null || inEffect === null
      ? `${far ?? 'not yet in effect'}, ${left(phase.deadlineAt, now)} left`
      : `live everywhere, in effect in ${left(inEffect, now)}`
  const bake = `then it bakes for ${formatWait(shift.steps[shift.step]?.bakeMs ?? 0)}`
  return joined([`moving to ${percentText(shift)}: ${progress}`, ...problems, explainHealth(shift), bake], '; ')
}

export function baking(look: Look, phase: In<'baking'>): string {
  const { shift, now } = look
  const at = percentText(shift)
  const rest = left(phase.until, now)
  if (shift.policy.mode === 'observe')
    return `watching what others move, at ${at} for ${rest} more: ${explainHealth(shift)}`
  if (shift.back !== null) {
    const far = readBack(shift)
    const how =
      far === null ? `stepped back to ${at}` : `stepping back to ${at} (${joined([far, ...problemsOf(shift)], '; ')})`
    return `${how} until the evidence clears; its bake stands still: ${explainHealth(shift)}`
  }
  if (now < phase.until && !shift.advance) {
    return `baking at ${at} for ${rest} more: ${explainHealth(shift)}; ${afterBake(shift)}`
  }
  const obstacles = obstaclesOf(shift, look.seen)
  const why = obstacles.length > 0 ? `cannot go on yet because ${listed(obstacles)}` : 'about to go on'
  return `baked at ${at}, ${why}: ${explainHealth(shift)}; ${afterBake(shift)}`
}

export function awaitingApproval({ shift, now }: Look, phase: In<'awaiting_approval'>): string {
  const step = shift.steps[shift.step]
  const who = step?.approval?.by === 'other' ? `somebody other than ${shift.startedBy}` : 'somebody'
  const at = percentText(shift)
  return `baked at ${at}, waiting for ${who} to approve step ${shift.step} within ${left(phase.expiresAt, now)}: ${explainHealth(shift)}; then ${nextPercent(shift)}`
}

export function paused({ shift, now }: Look, phase: In<'paused'>): string {
  const back = shift.policy.mode === 'observe' ? 'release ends it' : 'abort goes back'
  const [who, how] =
    phase.by === 'stop'
      ? ['by the red button', `resume goes on, not before the button is lifted, and ${back}`]
      : ['by a person', `resume goes on, ${back}`]
  return `paused ${where(shift)} ${who} for ${since(phase, now)}: ${watched(shift)}; ${how}`
}

export function halted({ shift, now }: Look, phase: In<'halted'>): string {
  const drifts = phase.cause === null ? driftsOf(shift) : []
  const details = phase.cause === null ? drifts.map(explainDrift).join('; ') : explainCause(phase.cause)
  const why = `${explainHalt(phase.why)}${details === '' ? '' : ` (${details})`}`
  return `halted ${where(shift)} for ${since(phase, now)}: ${why}; ${watched(shift)}; ${todo(phase, drifts, shift.policy.mode === 'observe')}`
}

/** A drift's choices with what each would do, where they are known. */
function todo({ why }: In<'halted'>, drifts: readonly Drifted[], watches: boolean): string {
  const choices = why === 'drift' ? driftChoices(drifts) : ''
  return choices === '' ? haltRemedy(why, watches) : orGoBack(choices)
}

export function draining({ shift, now }: Look, phase: In<'draining'>): string {
  const { residual, forMs } = shift.policy.drain
  const shares = shift.routes.flatMap(({ observed }) => (observed === null ? [] : [1 - observed]))
  const still =
    shares.length > 0 ? `old still gets ${formatRate(Math.max(...shares))}` : 'what old still gets is not measured yet'
  const goal = `completed once old gets at most ${formatRate(residual)} for ${formatWait(forMs)}, or in ${left(phase.deadlineAt, now)}`
  return `draining: new has ${percentText(shift)}, ${still}; ${explainHealth(shift)}; ${goal}`
}

export function rollingBack(look: Look, phase: In<'rolling_back'>): string {
  return `going back to ${restoreText(look.shift)} because ${explainCause(phase.cause)}; ${wayBack(look, phase)}`
}

/** How far the way back is: read back, then in effect, then what is still waited for. */
function wayBack({ shift, now }: Look, phase: In<'rolling_back'>): string {
  const inEffect = inEffectAt(shift)
  if (phase.confirmedAt === null || inEffect === null) {
    return `${readBack(shift) ?? 'more of it moves soon'}, ${left(phase.deadlineAt, now)} left`
  }
  if (now < inEffect) return `read back everywhere, in effect in ${left(inEffect, now)}`
  return `read back everywhere and in effect, ${tailOf(shift, phase.confirmedAt, now)}`
}

/** What keeps a rollback from its end once it is in effect. */
function tailOf(shift: Shift, confirmedAt: Instant, now: Instant): string {
  if (shift.routes.some((route) => mayStillLand(route, now))) return 'waits until no earlier write can land any more'
  const dns = shift.routeSpecs.some(({ type }) => type === 'route53')
  if (!dns || !shift.gateSpecs.some(countsRequests)) return 'about to end'
  const { residual, forMs, deadlineMs } = shift.policy.drain
  const shares = shift.routes.flatMap(({ observed }) => (observed === null ? [] : [observed]))
  const still =
    shares.length > 0 ? `new still gets ${formatRate(Math.max(...shares))}` : 'what new still gets is not measured yet'
  return `${still}: over once it gets at most ${formatRate(residual)} for ${formatWait(forMs)}, or in ${left(confirmedAt + deadlineMs, now)}`
}

export function stuck({ shift, now }: Look, phase: In<'stuck'>): string {
  const late = shift.routes.filter((route) => route.confirmedAt === null)
  const problems = late.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]))
  const what = late.length > 0 ? `${listed(late.map(({ name }) => name))} not read back` : 'not yet in effect'
  const text = `stuck on the way back to ${restoreText(shift)} for ${since(phase, now)}: ${what}, still trying`
  return joined([text, ...problems, 'the commands shown do it by hand'], '; ')
}

/** `at 10 %`, or that nothing was written, or that a share was asked for which was not read back. */
function where(shift: Shift): string {
  if (shift.firstWriteAt === null && shift.policy.mode === 'act') return 'before the first write'
  const from = shift.routes.flatMap(({ confirmedAt, drift, from: before, want }) =>
    confirmedAt === null && drift === null && !sameShare(before, want.share) ? [tenthsOfShare(before)] : []
  )
  if (from.length === 0) return `at ${percentText(shift)}`
  return `on the way from ${formatPercent(Math.min(...from))} to ${percentText(shift)} (${readBack(shift)})`
}

function watched(shift: Shift): string {
  if (shift.firstWriteAt === null && shift.policy.mode === 'act') return 'no user is affected'
  return `gates still watch, ${explainHealth(shift)}`
}

function restoreText(shift: Shift): string {
  const shares = shift.routes.flatMap(({ restore }) => (restore === null ? [] : [tenthsOfShare(restore)]))
  return formatPercent(Math.min(ALL, ...(shares.length > 0 ? shares : [0])))
}

/** Why writes did not go through, route by route. */
function problemsOf(shift: Shift): readonly string[] {
  return shift.routes.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]))
}

/** How many routes are read back as wanted; null where all are. */
function readBack(shift: Shift): string | null {
  const done = shift.routes.filter((route) => route.confirmedAt !== null).length
  return done === shift.routes.length ? null : `read back on ${done} of ${counted(shift.routes.length, 'route')}`
}

/** When the slowest route is in effect; null while one is not read back. */
function inEffectAt(shift: Shift): Instant | null {
  const moments = shift.routes.map((route) => route.inEffectAt)
  const known = moments.filter((moment) => moment !== null)
  return known.length === moments.length && known.length > 0 ? Math.max(...known) : null
}

function afterBake(shift: Shift): string {
  const approval = shift.steps[shift.step]?.approval ?? null
  return `then ${approval !== null && !shift.approved ? 'somebody must approve' : nextPercent(shift)}`
}

function left(until: Instant, now: Instant): string {
  return formatWait(until - now)
}

function since(phase: Phase, now: Instant): string {
  return formatWait(now - phase.since)
}
