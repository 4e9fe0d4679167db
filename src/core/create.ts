/**
 * A shift at its birth: everything resolved and frozen, nothing written yet.
 */
import { ALL, type Tenths } from './percent.ts'
import { accountKey } from './gates/account.ts'
import { meterKey } from './gates/counts.ts'
import { countsRequests, hasValues, valueMeterKey } from './gates/meters.ts'
import type { Finding, GateState, MeterState, PlannedStep, RouteState, Shift, ShiftId } from './shift.ts'
import type { GateSpec, Policy, Step } from './policy.ts'
import type { Migration, RouteSpec } from './migration.ts'
import { sameShare, type Share } from './share.ts'
import type { Instant, Ms } from './time.ts'
import { ZERO } from './want.ts'

/** Preflight that cannot finish is refused: nothing was written. */
export const PREFLIGHT_MS: Ms = 5 * 60_000

/** Where no gate says otherwise (CONTRACT 4.1). */
const DEFAULT_PERIOD_MS: Ms = 60_000
const DEFAULT_DELAY_MS: Ms = 120_000

export interface Birth {
  readonly id: ShiftId
  readonly migration: Migration
  readonly policy: Policy
  /** Names of the routes to move; null: all. */
  readonly routes: readonly string[] | null
  readonly toPercent: Tenths | null
  readonly from: 'zero' | 'live'
  readonly reason: string
  readonly actor: string
  readonly now: Instant
  /** The router's pairs of weights for each percent, by route. */
  readonly quantise: (route: RouteSpec, percents: readonly Tenths[]) => readonly Share[]
}

/** The ladder up to `toPercent`, which is added as a step where it is missing. */
export function ladder(steps: readonly Step[], toPercent: Tenths | null): readonly Step[] {
  if (toPercent === null) return steps
  const below = steps.filter((step) => step.percent < toPercent)
  const next = steps.find((step) => step.percent >= toPercent)
  const last = next ?? steps.at(-1)
  return last ? [...below, { ...last, percent: toPercent }] : below
}

/** Steps with their weights; steps that round to the same weights on every route are one. */
export function planSteps(
  steps: readonly Step[],
  routes: readonly RouteSpec[],
  quantise: Birth['quantise']
): { readonly steps: readonly PlannedStep[]; readonly merged: readonly Tenths[] } {
  const percents = steps.map((step) => step.percent)
  const pairs = new Map(routes.map((route) => [route.name, quantise(route, percents)]))
  const planned: PlannedStep[] = []
  const merged: Tenths[] = []
  steps.forEach((step, i) => {
    const shares = Object.fromEntries(routes.map((route) => [route.name, pairs.get(route.name)?.[i] ?? ZERO]))
    const former = planned.at(-1)
    if (former && routes.every(({ name }) => sameShare(former.shares[name] ?? ZERO, shares[name] ?? ZERO))) {
      planned.pop()
      merged.push(former.percent)
    }
    planned.push({ ...step, shares })
  })
  return { steps: planned, merged }
}

export function createShift(birth: Birth): Shift {
  const { policy, migration, now } = birth
  const routeSpecs = migration.routes.filter((route) => birth.routes === null || birth.routes.includes(route.name))
  const gateSpecs = [...policy.gates, ...migration.gates]
  const { steps, merged } = planSteps(ladder(policy.steps, birth.toPercent), routeSpecs, birth.quantise)
  return {
    ...blank(birth.id, now),
    migration: migration.name,
    versions: migration.versions,
    policy,
    routeSpecs,
    gateSpecs,
    steps,
    target: steps.at(-1)?.percent ?? ALL,
    reason: birth.reason,
    startedBy: birth.actor,
    start: birth.from,
    phase: {
      kind: 'preflight',
      since: now,
      deadlineAt: now + Math.max(PREFLIGHT_MS, policy.preflight.healthyWithinMs)
    },
    routes: routeSpecs.map(newRoute),
    gates: gateStates(gateSpecs, routeSpecs),
    meters: meterStates(gateSpecs, routeSpecs),
    findings: merged.map(mergedFinding),
    adopted: {}
  }
}

/** A linked shift that takes back what `original` (completed) moved: its preflight checks that the weights are still its own. */
export function createRestore(original: Shift, id: ShiftId, actor: string, reason: string, now: Instant): Shift {
  return {
    ...original,
    ...blank(id, now),
    reason,
    startedBy: actor,
    restores: original.id,
    phase: { kind: 'preflight', since: now, deadlineAt: now + PREFLIGHT_MS },
    step: original.step,
    routes: original.routes.map((route) => ({
      ...route,
      from: route.want.share,
      asks: [],
      sentAt: null,
      problem: null
    })),
    gates: gateStates(original.gateSpecs, original.routeSpecs),
    meters: meterStates(original.gateSpecs, original.routeSpecs),
    findings: []
  }
}

function blank(id: ShiftId, now: Instant) {
  return {
    id,
    version: 1,
    restores: null,
    createdAt: now,
    updatedAt: now,
    endedAt: null,
    step: -1,
    firstWriteAt: null,
    deadlineAt: null,
    blindSince: null,
    holdSince: null,
    shareSince: null,
    shareTold: false,
    waitSince: null,
    advance: false,
    approved: false,
    back: null,
    backs: 0,
    bakeLeftMs: null,
    insufficient: [],
    pools: [],
    pagedAt: null,
    seq: 0,
    asked: 0
  }
}

function newRoute(spec: RouteSpec): RouteState {
  return {
    name: spec.name,
    key: spec.key,
    restore: null,
    origin: null,
    shape: null,
    sticky: false,
    ttlAtStart: null,
    changeId: null,
    tides: [],
    lumps: { periods: 0, sum: 0 },
    served: [],
    oldHealthyAtStart: 0,
    from: ZERO,
    fromAttached: false,
    want: { share: ZERO, attached: null, unstick: false },
    confirmedAt: null,
    inEffectAt: null,
    suspect: null,
    drift: null,
    repairs: 0,
    asks: [],
    sentAt: null,
    problem: null,
    emptySince: null,
    oldShortSince: null,
    counted: { old: 0, new: 0 },
    observed: null
  }
}

/** Does this gate judge this route? */
export function gateCovers(gate: GateSpec, route: string): boolean {
  return gate.routes === null || gate.routes.includes(route)
}

export function newGate(gate: string, route: string, limit: number): GateState {
  return {
    gate,
    route,
    verdict: 'inconclusive',
    at: null,
    value: null,
    limit,
    samples: 0,
    passed: 0,
    pool: { new: { requests: 0, errors: 0 }, old: { requests: 0, errors: 0 }, periods: 0 },
    last: null,
    lowSince: null,
    note: null
  }
}

function gateStates(gates: readonly GateSpec[], routes: readonly RouteSpec[]): readonly GateState[] {
  return gates.flatMap((gate) =>
    routes
      .filter((route) => gateCovers(gate, route.name))
      .map((route) => newGate(gate.name, route.name, firstLimit(gate)))
  )
}

/** What is shown as the limit before anything was measured; gates that compare with old show a limit from their first period on. */
function firstLimit(gate: GateSpec): number {
  switch (gate.type) {
    case 'errorRate':
    case 'probe':
      return gate.max
    case 'targetHealth':
      return gate.minHealthyRatio
    case 'statusMix':
      return 1
    case 'latency':
      return gate.slow?.max ?? gate.percentile?.maxMs ?? 0
    case 'metric':
      return gate.max ?? gate.min ?? 0
    case 'burnRate':
      return gate.windows[0]?.factor ?? 0
    case 'alarm':
      return 0
  }
}

/**
 * Request counts: one meter for each route and pair of period and delay, a default one where no gate counts requests there. And
 * one for each gate with values of its own.
 */
function meterStates(gates: readonly GateSpec[], routes: readonly RouteSpec[]): readonly MeterState[] {
  return routes.flatMap((route) => {
    const covering = gates.filter((gate) => gateCovers(gate, route.name))
    const counting = covering.filter(countsRequests)
    const usual = { periodMs: DEFAULT_PERIOD_MS, delayMs: DEFAULT_DELAY_MS, account: undefined }
    const wanted = counting.length > 0 ? counting : [usual]
    const counts = wanted.map(({ periodMs, delayMs, account }) => ({
      key: meterKey(route.name, periodMs, delayMs) + accountKey(account),
      gate: null,
      periodMs,
      delayMs,
      ...(account === undefined ? {} : { account })
    }))
    const values = covering.filter(hasValues).map((gate) => {
      return { key: valueMeterKey(route.name, gate), gate: gate.name, periodMs: gate.periodMs, delayMs: gate.delayMs }
    })
    const meters = new Map([...counts, ...values].map((meter) => [meter.key, meter]))
    return [...meters.values()].map((meter) => ({
      ...meter,
      route: route.name,
      judgedTo: null,
      blind: null,
      guardBaseline: null,
      guard: []
    }))
  })
}

function mergedFinding(percent: Tenths): Finding {
  return {
    severity: 'info',
    code: 'step_merged',
    route: null,
    detail: `the step of ${percent / 10} % has the same weights as the next one and is left out`,
    remedy: `take the step of ${percent / 10} % out of the policy`
  }
}
