/**
 * What must hold for every decision, in production too. A broken one is a bug: that shift is halted and on-call is paged,
 * nothing of the decision is performed; its gates still judge, and a rollback stays possible.
 */
import type { Decision, Effect } from './decision.ts'
import type { Observation, Reading } from './observation.ts'
import { compareShares, isValidShare, sameShare, type Share } from './share.ts'
import { isEnded, isGoingBack, type RouteState, type Shift } from './shift.ts'
import { beginTurn } from './turn.ts'
import { halt } from './end.ts'
import type { Instant } from './time.ts'
import { isForward, matches, ZERO } from './want.ts'

/** Every broken law, in words; empty where the decision is sound. */
export function brokenLaws(before: Shift, seen: Observation, decision: Decision, now: Instant): readonly string[] {
  const { shift, effects, events, wakeAt } = decision
  const broken: string[] = []
  const law = (holds: boolean, text: string) => {
    if (!holds) broken.push(text)
  }
  const at = Math.max(now, before.updatedAt)
  law(
    shift.routes.every((route) => isValidShare(route.want.share)),
    'no route may want all weights zero'
  )
  law(isEnded(shift.phase) === (shift.endedAt !== null), 'an end has a date, and only an end')
  law(
    isEnded(shift.phase) ? wakeAt === null : wakeAt !== null && wakeAt > at,
    'an open shift looks again, later than now'
  )
  law(shift.step >= -1 && shift.step < Math.max(1, shift.steps.length), 'the step is one of the plan')
  law(
    events.every((event, i) => event.seq === before.seq + 1 + i),
    'events are numbered without gaps'
  )
  law(effects.length === 0 || mayWrite(shift), `nothing is written while ${shift.phase.kind}`)
  for (const effect of effects) broken.push(...brokenEffect(before, shift, seen, effect))
  broken.push(...brokenEnd(before, shift, seen), ...brokenProgress(before, shift, seen))
  return broken
}

function mayWrite(shift: Shift): boolean {
  const { phase, policy } = shift
  return policy.mode === 'act' && (isForward(phase.kind) || isGoingBack(phase) || phase.kind === 'draining')
}

function reading(seen: Observation, route: string): Reading | null {
  const found = seen.routes[route]?.reading
  return found?.kind === 'reading' ? found : null
}

function brokenEffect(before: Shift, after: Shift, seen: Observation, effect: Effect): readonly string[] {
  const route = after.routes.find(({ name }) => name === effect.route)
  if (!route) return [`no route ${effect.route}`]
  const live = reading(seen, route.name)
  const { share } = effect.want
  const broken: string[] = []
  if (!isValidShare(share)) broken.push(`${route.name}: all weights zero`)
  if (!route.asks.some((ask) => ask.n === effect.n))
    broken.push(`${route.name}: a write that is not in the saved state`)
  const back = isGoingBack(after.phase)
  if (back !== (effect.urgency === 'rollback'))
    broken.push(`${route.name}: ${effect.urgency} write while ${after.phase.kind}`)
  const ceiling = live?.share ?? highest(before, route.name)
  if (back && compareShares(share, ceiling) > 0) broken.push(`${route.name}: a rollback would raise new`)
  if (!back && !inPlan(after, route, share)) broken.push(`${route.name}: ${share.old}:${share.new} is not in the plan`)
  const raises = live !== null && compareShares(share, live.share) > 0
  if (raises && effect.minHealthyNew < 1) broken.push(`${route.name}: an increase without healthy targets`)
  if (raises && seen.stop !== null) broken.push(`${route.name}: an increase while everything is stopped`)
  return broken
}

function highest(before: Shift, name: string): Share {
  const route = before.routes.find((candidate) => candidate.name === name)
  if (!route) return ZERO
  const shares = [route.want.share, route.from, ...route.asks.map((ask) => ask.want.share)]
  return shares.reduce((a, b) => (compareShares(a, b) >= 0 ? a : b))
}

function inPlan(shift: Shift, route: RouteState, share: Share): boolean {
  const allowed = [
    ZERO,
    route.restore,
    shift.step < 0 ? route.from : null,
    shift.back?.shares[route.name],
    shift.adopted[route.name],
    shift.steps[shift.step]?.shares[route.name]
  ]
  return allowed.some((candidate) => candidate !== undefined && candidate !== null && sameShare(candidate, share))
}

/** What is said at an end is what is: read in this very observation. */
function brokenEnd(before: Shift, after: Shift, seen: Observation): readonly string[] {
  const { kind } = after.phase
  if (before.firstWriteAt === null || (kind !== 'completed' && kind !== 'rolled_back' && kind !== 'aborted')) return []
  return after.routes.flatMap((route) => {
    const live = reading(seen, route.name)
    if (!live || !matches(live, route.want)) return [`${route.name}: ${kind} although live is not as wanted`]
    const above = kind !== 'completed' && compareShares(live.share, route.restore ?? ZERO) > 0
    return above ? [`${route.name}: ${kind} although live is above what was to be restored`] : []
  })
}

/** A next step begins only from a bake whose every route is live as wanted now. */
function brokenProgress(before: Shift, after: Shift, seen: Observation): readonly string[] {
  if (before.policy.mode === 'observe') return []
  const fromBake = before.phase.kind === 'baking' || before.phase.kind === 'awaiting_approval'
  if (!fromBake || after.phase.kind !== 'converging' || after.step <= before.step) return []
  const late = before.routes.filter((route) => {
    const live = reading(seen, route.name)
    return !live || !matches(live, route.want)
  })
  const breached = after.gates.filter((gate) => gate.verdict === 'breach')
  return [
    ...late.map((route) => `${route.name}: the next step began although live was not as wanted`),
    ...(after.step > before.step + 1 ? [`a step was skipped: ${before.step} to ${after.step}`] : []),
    ...(breached.length === 0
      ? []
      : breachedByWarning(
          after,
          breached.map((gate) => gate.gate)
        ))
  ]
}

function breachedByWarning(shift: Shift, gates: readonly string[]): readonly string[] {
  const acting = shift.gateSpecs.filter(
    (spec) => gates.includes(spec.name) && (spec.action ?? shift.policy.onBreach) !== 'warn'
  )
  return acting.map((spec) => `the next step began although gate ${spec.name} is breached`)
}

/** In the place of a broken decision: the shift as it was, halted. Commands stay open. */
export function haltBroken(
  before: Shift,
  seen: Observation,
  laws: readonly string[],
  now: Instant,
  again: Instant
): Decision {
  const turn = beginTurn(before, seen, Math.max(now, before.updatedAt))
  halt(turn, 'invariant', laws.join('; '), null)
  const changed = turn.events.length > 0
  return {
    shift: changed ? { ...turn.shift, version: before.version + 1, updatedAt: turn.now } : before,
    events: turn.events,
    effects: [],
    consumed: [],
    wakeAt: again
  }
}
