/**
 * What a person may order of a shift, when, and what will happen then: said before it is done. Pure; the daemon decides anew.
 */
import { LEGAL, STOPPED, type Verb } from '../core/command.ts'
import type { ShiftView } from '../core/view.ts'
import { about, counted, percent } from './format.ts'

export type ActionName = Exclude<Verb, 'resume'> | 'resume' | 'adopt' | 'overwrite' | 'restore'

export interface Action {
  readonly name: ActionName
  readonly label: string
  /** One sentence or two: what will happen. */
  readonly consequence: string
  /** The button that does it. */
  readonly confirm: string
  /** Towards safety: its button has the focus, so that Enter does it. */
  readonly safe: boolean
  readonly danger: boolean
  /** A text that goes along, and whether it must. */
  readonly text: { readonly label: string; readonly required: boolean } | null
  /** Old looks unfit to take the traffic: it can be forced. */
  readonly forcible: boolean
  readonly path: string
  body(text: string, force: boolean): Readonly<Record<string, unknown>>
}

/** Actions that are legal in this phase, the one that stops it first. */
export function actionsOf(view: ShiftView, stopped: boolean): readonly Action[] {
  const { drifted } = view
  const legal = (verb: Verb) => LEGAL[verb].includes(view.phase) && !(stopped && STOPPED.includes(verb))
  const all: readonly (Action | false)[] = [
    legal('abort') && view.rollback.possible && abort(view),
    legal('approve') && approve(view),
    legal('reject') && reject(view),
    legal('resume') && !drifted && resume(view),
    legal('resume') && drifted && adopt(view),
    legal('resume') && drifted && overwrite(view),
    legal('pause') && pause(view),
    legal('advance') && view.step?.steppedBackTo == null && advance(view),
    legal('release') && release(view),
    view.phase === 'completed' && restore(view)
  ]
  return all.filter((action) => action !== false)
}

/** `all 3 routes go back to 0 %; 90 % of users are back within 60 s, the rest within 5 min`. */
export function backSentence({ routes, rollback, restorePercent, phase }: ShiftView): string {
  if (phase === 'preflight') return 'nothing was written: everything stays as it is'
  const many = routes.length === 2 ? 'both routes go' : `all ${routes.length} routes go`
  const who = routes.length === 1 ? `route ${routes[0]?.name ?? ''} goes` : many
  return `${who} back to ${percent(restorePercent ?? 0)}; ${soon(rollback)}`
}

function soon({
  inEffectWithinSeconds,
  mostWithinSeconds,
  residualPercent,
  stuckUntil
}: ShiftView['rollback']): string {
  if (stuckUntil !== null) return 'users with a cookie stay on new until it runs out'
  if (inEffectWithinSeconds === null) return 'as fast as old can take them'
  const most = mostWithinSeconds ?? inEffectWithinSeconds
  if ((residualPercent ?? 0) === 0 && most >= inEffectWithinSeconds) {
    return `every user is back within ${about(inEffectWithinSeconds)}`
  }
  const tail =
    (residualPercent ?? 0) === 0
      ? `the rest within ${about(inEffectWithinSeconds)}`
      : `in effect within ${about(inEffectWithinSeconds)}, when ${percent(residualPercent)} of all users may still hold an old DNS answer`
  return `90 % of users are back within ${about(most)}, ${tail}`
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

const UNFIT: readonly (string | null)[] = ['old_unfit', 'old_unhealthy']

function order(view: ShiftView, verb: string): Pick<Action, 'path' | 'forcible' | 'safe' | 'danger' | 'text' | 'body'> {
  return {
    path: `/v1/shifts/${encodeURIComponent(view.id)}/${verb}`,
    forcible: false,
    safe: false,
    danger: false,
    text: null,
    body: () => ({})
  }
}

const REASON = { label: 'Reason', required: false }
const MUST = { label: 'Reason', required: true }
const COMMENT = { label: 'Comment', required: false }

function abort(view: ShiftView): Action {
  return {
    ...order(view, 'abort'),
    name: 'abort',
    label: 'Abort',
    confirm: 'Abort: take everybody back',
    consequence: `${capital(backSentence(view))}.`,
    safe: true,
    danger: true,
    text: REASON,
    forcible: UNFIT.includes(view.attention),
    body: (reason, force) => ({ reason, ...(force ? { force: true } : {}) })
  }
}

function pause(view: ShiftView): Action {
  const going = view.phase === 'converging' ? 'The percent that is asked for still takes effect. ' : ''
  return {
    ...order(view, 'pause'),
    name: 'pause',
    label: 'Pause',
    confirm: 'Pause here',
    consequence: `${going}New keeps ${percent(view.percent)}; no step goes forward until somebody resumes. Gates still watch, and a breach still rolls back.`,
    safe: true,
    text: REASON,
    body: (reason) => ({ reason })
  }
}

function resume(view: ShiftView): Action {
  return {
    ...order(view, 'resume'),
    name: 'resume',
    label: 'Resume',
    confirm: 'Resume',
    consequence: `The step at ${percent(view.percent)} bakes anew, then it goes on.`
  }
}

function adopt(view: ShiftView): Action {
  return {
    ...order(view, 'resume'),
    name: 'adopt',
    label: 'Adopt what is live',
    confirm: 'Adopt it and go on',
    consequence: `What somebody else set stays: ${livesOf(view)}. The shift goes on from there.`,
    body: () => ({ drift: 'adopt' })
  }
}

function overwrite(view: ShiftView): Action {
  return {
    ...order(view, 'resume'),
    name: 'overwrite',
    label: 'Overwrite it',
    confirm: 'Overwrite it and go on',
    consequence: `What somebody else set (${livesOf(view)}) is written over: ${counted(view.routes.length, 'route')} to ${percent(view.percent)}.`,
    danger: true,
    body: () => ({ drift: 'overwrite' })
  }
}

function livesOf({ routes }: ShiftView): string {
  return routes
    .filter(({ livePercent, desiredPercent }) => livePercent !== desiredPercent)
    .map(
      ({ name, livePercent }) => `${name} ${livePercent === null ? 'cannot be read' : `has ${percent(livePercent)}`}`
    )
    .join(', ')
}

function stepBody(view: ShiftView) {
  return { step: view.step?.index ?? 0 }
}

function nextOf({ step, steps, targetPercent }: ShiftView): string {
  const next = steps[(step?.index ?? -1) + 1]
  if (next) return `New goes to ${percent(next.percent)}`
  return targetPercent === 100 ? 'Old is drained' : 'The shift completes'
}

function advance(view: ShiftView): Action {
  return {
    ...order(view, 'advance'),
    name: 'advance',
    label: 'Advance',
    confirm: 'Advance now',
    consequence: `The bake at ${percent(view.step?.percent ?? 0)} ends now, also where there is too little to judge by. ${nextOf(view)} once every gate lets it: a breach, a hold or blindness is not overridden.`,
    body: () => stepBody(view)
  }
}

function approve(view: ShiftView): Action {
  return {
    ...order(view, 'approve'),
    name: 'approve',
    label: 'Approve',
    confirm: 'Approve',
    consequence: `${nextOf(view)}.`,
    text: COMMENT,
    body: (comment) => ({ ...stepBody(view), comment })
  }
}

function reject(view: ShiftView): Action {
  return {
    ...order(view, 'reject'),
    name: 'reject',
    label: 'Reject',
    confirm: 'Reject: take everybody back',
    consequence: `${capital(backSentence(view))}.`,
    safe: true,
    danger: true,
    text: COMMENT,
    body: (comment) => ({ ...stepBody(view), comment })
  }
}

function release(view: ShiftView): Action {
  return {
    ...order(view, 'release'),
    name: 'release',
    label: 'Release',
    confirm: 'Release: stop watching',
    consequence: `The weights stay as they are, at ${percent(view.percent)}, and nothing watches them any more: no gate, no rollback.`,
    danger: true,
    text: MUST,
    body: (reason) => ({ reason })
  }
}

function restore(view: ShiftView): Action {
  return {
    ...order(view, 'restore'),
    name: 'restore',
    label: 'Take it back',
    confirm: 'Take everybody back to old',
    consequence: `A new shift starts that takes ${counted(view.routes.length, 'route')} back to ${percent(view.restorePercent ?? 0)} at once. Old must still be there and healthy.`,
    danger: true,
    text: MUST,
    body: (reason) => ({ reason })
  }
}
