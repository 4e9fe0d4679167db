/**
 * A shift as the API shows it (CONTRACT 5.1): tenths become percents, instants become RFC 3339, and what is not known is null.
 * Shows only what stands in the state and what was seen; decides nothing.
 */
import type { ShiftEvent } from './event.ts'
import { explainReason, explainShift } from './explain.ts'
import { expectedShare } from './dns/model.ts'
import { LN_BETA } from './evidence/promotion.ts'
import { explainGate, specOf } from './explain/gates.ts'
import { promotionOf } from './gates/promotion.ts'
import type { Observation } from './observation.ts'
import { percentOf } from './percent.ts'
import { numbersOf } from './present/numbers.ts'
import { holdOf, rollbackView } from './present/rollback.ts'
import { rfc3339, rfc3339OrNull } from './rfc3339.ts'
import { tenthsOfShare } from './share.ts'
import { isDrifted, isEnded, type GateState, type RouteState, type Shift } from './shift.ts'
import { percentWanted } from './standing.ts'
import { isDns } from './want.ts'
import type { Instant } from './time.ts'
import type { EventView, GateView, RouteView, ShiftView, StepView } from './view.ts'

/** The newest look at the routes; null where there was none, e.g. of an ended shift after a restart. */
export type LastSeen = { readonly routes: Observation['routes']; readonly at: Instant } | null

/**
 * @param commands the provider's own command lines that bring each route back without Sluice, by route name
 * @param wakeAt when the shift is looked at again at the latest
 */
export function present(
  shift: Shift,
  seen: LastSeen,
  commands: Readonly<Record<string, readonly string[]>>,
  wakeAt: Instant | null,
  now: Instant
): ShiftView {
  const { phase } = shift
  return {
    id: shift.id,
    migration: shift.migration,
    policy: shift.policy.name,
    versions: shift.versions,
    reason: shift.reason,
    startedBy: shift.startedBy,
    restores: shift.restores,
    phase: phase.kind,
    outcome: outcomeOf(shift),
    percent: percentOf(percentWanted(shift)),
    targetPercent: percentOf(shift.target),
    restorePercent: restorePercent(shift),
    step: stepView(shift),
    steps: shift.steps.map(({ percent, bakeMs, approval }) => ({
      percent: percentOf(percent),
      bakeSeconds: bakeMs / 1000,
      approval: approval?.by ?? null
    })),
    routes: shift.routes.map((route) => routeView(shift, route, seen, now)),
    gates: shift.gates.map((state) => gateView(shift, state)),
    rollback: rollbackView(shift, seen?.routes ?? null, commands, now),
    findings: shift.findings,
    attention: attentionOf(shift),
    drifted: isDrifted(shift),
    wakeAt: rfc3339OrNull(wakeAt),
    seenAt: rfc3339OrNull(seen?.at ?? null),
    explain: explainShift(shift, now, seen?.routes ?? null),
    createdAt: rfc3339(shift.createdAt),
    updatedAt: rfc3339(shift.updatedAt),
    endedAt: rfc3339OrNull(shift.endedAt)
  }
}

export function presentEvent(event: ShiftEvent): EventView {
  return {
    seq: event.seq,
    at: rfc3339(event.at),
    type: event.type,
    phase: event.phase,
    actor: event.actor,
    reason: event.reason.code,
    explain: explainReason(event.reason),
    data: numbersOf(event.reason)
  }
}

/** The end phase; null before the end. */
export function outcomeOf({ phase }: Shift): ShiftView['outcome'] {
  switch (phase.kind) {
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return phase.kind
    default:
      return null
  }
}

/** Where a rollback goes, the lowest of the routes; null before preflight recorded it. */
function restorePercent({ routes }: Shift): number | null {
  const tenths = routes.flatMap(({ restore }) => (restore === null ? [] : [tenthsOfShare(restore)]))
  return tenths.length > 0 ? percentOf(Math.min(...tenths)) : null
}

/** Null before the first step was taken up: in preflight, and where it never got further. */
function stepView(shift: Shift): StepView | null {
  const { phase, steps, step, firstWriteAt, policy } = shift
  const begun = firstWriteAt !== null || (policy.mode === 'observe' && shift.deadlineAt !== null)
  if (phase.kind === 'preflight' || phase.kind === 'refused' || !begun) return null
  return {
    index: step,
    of: steps.length,
    percent: percentOf(steps[step]?.percent ?? 0),
    since: rfc3339(phase.since),
    until: rfc3339OrNull(untilOf(shift)),
    evidence: evidenceOf(shift),
    steppedBackTo: shift.back === null ? null : percentWantedOf(shift)
  }
}

/** With `promote: evidence`: how far along the evidence is that lets this step end, 0 to 1; the least of the gates. */
function evidenceOf(shift: Shift): number | null {
  const along = shift.gates.flatMap((state) => {
    const harm = promotionOf(state, shift.step)
    return harm === null ? [] : [Math.min(1, Math.max(0, harm.lnHarm / LN_BETA))]
  })
  return along.length === 0 ? null : Math.round(Math.min(...along) * 100) / 100
}

function percentWantedOf({ routes }: Shift): number {
  return percentOf(Math.min(...routes.map((route) => tenthsOfShare(route.want.share))))
}

/** When the phase ends at the latest by itself; null where only a person, or nothing, ends it. */
export function untilOf({ phase }: Shift): Instant | null {
  switch (phase.kind) {
    case 'baking':
      return phase.until
    case 'awaiting_approval':
      return phase.expiresAt
    case 'converging':
    case 'draining':
    case 'rolling_back':
      return phase.deadlineAt
    default:
      return null
  }
}

function routeView(shift: Shift, route: RouteState, seen: LastSeen, at: Instant): RouteView {
  const expected = expectedShare(route.tides, at)
  const now = seen?.routes[route.name]
  const reading = now?.reading.kind === 'reading' ? now.reading : null
  const health = now?.health.kind === 'health' ? now.health : null
  return {
    name: route.name,
    type: shift.routeSpecs.find(({ name }) => name === route.name)?.type ?? 'alb',
    desiredPercent: percentOf(tenthsOfShare(route.want.share)),
    livePercent: reading && percentOf(tenthsOfShare(reading.share)),
    observedPercent: route.observed === null ? null : percentOf(Math.round(route.observed * 1000)),
    // Resolvers follow slowly; a load balancer's requests are split at once.
    expectedPercent: expected === null ? null : percentOf(Math.round(expected * 1000)),
    inEffectAt: rfc3339OrNull(route.inEffectAt),
    holdSeconds: isDns(shift, route.name) ? holdOf(shift, route) / 1000 : null,
    healthyTargets: { old: health?.old.healthy ?? null, new: health?.new.healthy ?? null }
  }
}

function gateView(shift: Shift, state: GateState): GateView {
  return {
    name: state.gate,
    route: state.route,
    verdict: state.verdict,
    value: state.value,
    limit: state.limit,
    samples: state.samples,
    at: rfc3339OrNull(state.at),
    explain: explainGate(state, specOf(shift, state))
  }
}

/** Why a person is needed: a halt's reason, `approval`, `stuck`, `paused`, `rollback_capacity`, or null. */
export function attentionOf({ phase, routes }: Shift): string | null {
  switch (phase.kind) {
    case 'halted':
      return phase.why
    case 'stuck':
      return 'stuck'
    case 'awaiting_approval':
      return 'approval'
    case 'paused':
      return 'paused'
    default:
      return !isEnded(phase) && routes.some(({ oldShortSince }) => oldShortSince !== null) ? 'rollback_capacity' : null
  }
}
