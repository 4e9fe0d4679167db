/**
 * Builders of the core's nouns with sensible defaults, for tests: name only what the test is about. Every result is plain
 * JSON, as it would come out of a store.
 */
import type { Command, Order } from '../../src/core/command.ts'
import type { ShiftEvent } from '../../src/core/event.ts'
import type { Notice } from '../../src/core/notice.ts'
import type { AlbRouteSpec, Migration, Route53RouteSpec, RouteSpec } from '../../src/core/migration.ts'
import type {
  Observation,
  PeriodCounts,
  Reading,
  RouteSeen,
  SideCounts,
  SidesHealth,
  TargetsHealth,
  Unreadable
} from '../../src/core/observation.ts'
import type {
  AlarmGate,
  BurnRateGate,
  ErrorRateGate,
  LatencyGate,
  MetricGate,
  Policy,
  ProbeGate,
  StatusMixGate,
  Step,
  TargetHealthGate
} from '../../src/core/policy.ts'
import type { Cause } from '../../src/core/reason.ts'
import type { Share } from '../../src/core/share.ts'
import type { GateState, MeterState, Phase, PhaseName, PlannedStep, RouteState, Shift } from '../../src/core/shift.ts'
import type { Instant } from '../../src/core/time.ts'
import { isEnded, isGoingBack } from '../../src/core/shift.ts'
import { meterKey } from '../../src/core/gates/counts.ts'

/** The instant at which builders' shifts are created: 2026-11-20T10:00:00Z. */
export const T0: Instant = 1_795_168_800_000
export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** The pair of weights for a percent in tenths, out of 1000: 125 is old 875, new 125. */
export function aShare(tenths: number): Share {
  return { old: 1000 - tenths, new: tenths }
}

export function aStep(fields: Partial<Step> = {}): Step {
  return { percent: 100, bakeMs: 10 * MINUTE, approval: null, ...fields }
}

export function anErrorRateGate(fields: Partial<ErrorRateGate> = {}): ErrorRateGate {
  return {
    name: 'errors',
    type: 'errorRate',
    action: null,
    routes: null,
    max: 0.01,
    against: 'none',
    minRequests: 50,
    warmupMs: 0,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    ...fields
  }
}

export function aTargetHealthGate(fields: Partial<TargetHealthGate> = {}): TargetHealthGate {
  return {
    name: 'targets',
    type: 'targetHealth',
    action: null,
    routes: null,
    minHealthyRatio: 0.8,
    everyMs: 10 * SECOND,
    forMs: 30 * SECOND,
    ...fields
  }
}

export function aStatusMixGate(fields: Partial<StatusMixGate> = {}): StatusMixGate {
  return {
    name: 'statuses',
    type: 'statusMix',
    action: null,
    routes: null,
    classes: ['3xx', '4xx'],
    against: 'old',
    comparison: { profile: 'robust', tolerance: 1.5, alpha: null, stepBackBudget: null },
    minRequests: 50,
    warmupMs: 0,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    ...fields
  }
}

/** p99 at most 800 ms and 1.5 times old's, unless given. */
export function aLatencyGate(fields: Partial<LatencyGate> = {}): LatencyGate {
  return {
    name: 'latency',
    type: 'latency',
    action: null,
    routes: null,
    percentile: { stat: 'p99', maxMs: 800, maxRatio: 1.5 },
    slow: null,
    minRequests: 50,
    warmupMs: 0,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    ...fields
  }
}

/** At most 1 % of answers over 800 ms. */
export function aSlowGate(fields: Partial<LatencyGate> = {}): LatencyGate {
  const comparison = { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null } as const
  return aLatencyGate({ percentile: null, slow: { max: 0.01, overMs: 800, comparison }, ...fields })
}

/** Failed checkouts of all checkouts at most 2 %, out of it in 2 of 3 periods. */
export function aMetricGate(fields: Partial<MetricGate> = {}): MetricGate {
  const query = { namespace: 'Shop', stat: 'Sum', dimensions: { Cluster: '$cluster' } }
  return {
    name: 'checkout-failures',
    type: 'metric',
    action: null,
    routes: null,
    queries: [
      { id: 'failed', metric: 'CheckoutFailed', ...query },
      { id: 'all', metric: 'Checkout', ...query }
    ],
    expression: 'failed / all',
    max: 0.02,
    min: null,
    breaches: 2,
    outOf: 3,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    account: null,
    ...fields
  }
}

export function aBurnRateGate(fields: Partial<BurnRateGate> = {}): BurnRateGate {
  return {
    name: 'burn',
    type: 'burnRate',
    action: null,
    routes: null,
    objective: 0.999,
    windows: [{ longMs: HOUR, shortMs: 5 * MINUTE, factor: 14.4 }],
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    ...fields
  }
}

export function anAlarmGate(fields: Partial<AlarmGate> = {}): AlarmGate {
  return {
    name: 'alarms',
    type: 'alarm',
    action: null,
    routes: null,
    names: ['checkout'],
    ignoreIfAlreadyFiring: false,
    everyMs: 30 * SECOND,
    account: null,
    ...fields
  }
}

export function aProbeGate(fields: Partial<ProbeGate> = {}): ProbeGate {
  return {
    name: 'probe',
    type: 'probe',
    action: null,
    routes: null,
    url: 'https://new.internal/healthz',
    host: null,
    everyMs: 5 * SECOND,
    max: 0.05,
    windowMs: 30 * SECOND,
    ...fields
  }
}

/** The defaults of CONTRACT section 4, with the ladder 1, 10, 50, 100 % and one errorRate gate. */
export function aPolicy(fields: Partial<Policy> = {}): Policy {
  return {
    name: 'standard',
    description: '',
    mode: 'act',
    steps: [
      aStep({ percent: 10, bakeMs: 5 * MINUTE }),
      aStep({ percent: 100, bakeMs: 10 * MINUTE }),
      aStep({ percent: 500, bakeMs: 10 * MINUTE }),
      aStep({ percent: 1000, bakeMs: 30 * MINUTE })
    ],
    maxJump: 1000,
    maxBakeMs: null,
    promotion: null,
    ramp: null,
    onInsufficient: 'hold',
    gates: [anErrorRateGate()],
    onBreach: 'rollback',
    onAmber: 'stepBack',
    onBlind: { holdMs: 5 * MINUTE, rollbackMs: null },
    onDrift: 'halt',
    onShare: 'hold',
    onHold: { afterMs: 15 * MINUTE, action: 'halt' },
    converge: { deadlineMs: 5 * MINUTE },
    alb: { settleMs: MINUTE },
    dns: { staleFactor: 2, floorMs: MINUTE, maxTtlMs: 5 * MINUTE, lowerTtlMs: null, write: 'swap' },
    capacity: { new: 1, old: 0.9 },
    preflight: { minHealthyTargets: 1, healthyWithinMs: 10 * MINUTE },
    rollback: { to: 'zero', deadlineMs: 10 * MINUTE, stickiness: 'release', shape: 'direct' },
    drain: { residual: 0.005, forMs: 5 * MINUTE, deadlineMs: 2 * HOUR },
    deadlineMs: DAY,
    ...fields
  }
}

/** A route over a rule. Its key and ARNs are derived from its name, so that routes of different names never collide. */
export function aRoute(fields: Partial<AlbRouteSpec> = {}): AlbRouteSpec {
  const name = fields.name ?? 'web'
  const elb = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'
  const target = fields.target ?? {
    kind: 'rule',
    arn: `${elb}:listener-rule/app/shop/50dc6c495c0c9188/0467ef3c8400ae65/${name}`
  }
  const account = fields.account ?? { region: 'ap-northeast-1' }
  const side = (cluster: string) => ({
    targetGroup: `${elb}:targetgroup/${name}-${cluster}/73e2d6bc24d8a067`,
    vars: { cluster: `shop-${cluster}` },
    account
  })
  return {
    name,
    type: 'alb',
    key: `alb:${target.arn}`,
    target,
    account,
    old: side('133'),
    new: side('134'),
    ...fields
  }
}

/** Weighted records of one name, for two load balancers. */
export function aDnsRoute(fields: Partial<Route53RouteSpec> = {}): Route53RouteSpec {
  const name = fields.name ?? 'api'
  const hostedZone = fields.hostedZone ?? 'Z0123456789ABCDEFGHIJ'
  const record = fields.record ?? `${name}.example.com`
  const recordTypes = fields.recordTypes ?? ['A']
  const account = fields.account ?? { region: 'ap-northeast-1' }
  const side = (setIdentifier: string) => ({
    setIdentifier,
    loadBalancer: `arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:loadbalancer/app/${name}-${setIdentifier}/50dc6c495c0c9188`,
    targetGroups: null,
    vars: { cluster: `shop-${setIdentifier}` },
    account
  })
  return {
    name,
    type: 'route53',
    key: `route53:${hostedZone}/${record}/${recordTypes.join('+')}`,
    account,
    hostedZone,
    record,
    recordTypes,
    old: side('blue'),
    new: side('green'),
    ...fields
  }
}

export function aMigration(fields: Partial<Migration> = {}): Migration {
  return {
    name: 'shop-eks-134',
    description: 'EKS 1.33 to 1.34',
    versions: { from: '1.33', to: '1.34' },
    routes: [aRoute()],
    gates: [],
    ...fields
  }
}

/** A route's state after preflight: nothing moved yet, confirmed and in effect at old alone. */
export function aRouteState(fields: Partial<RouteState> = {}): RouteState {
  const name = fields.name ?? 'web'
  return {
    name,
    key: aRoute({ name }).key,
    restore: aShare(0),
    origin: null,
    shape: 'shape-1',
    sticky: false,
    ttlAtStart: null,
    changeId: null,
    tides: [],
    lumps: { periods: 0, sum: 0 },
    served: [],
    oldHealthyAtStart: 40,
    from: aShare(0),
    fromAttached: true,
    want: { share: aShare(0), attached: true, unstick: false },
    confirmedAt: T0,
    inEffectAt: T0,
    suspect: null,
    drift: null,
    repairs: 0,
    asks: [],
    sentAt: null,
    problem: null,
    emptySince: null,
    oldShortSince: null,
    counted: { old: 0, new: 0 },
    observed: null,
    ...fields
  }
}

export function aGateState(fields: Partial<GateState> = {}): GateState {
  const none = { requests: 0, errors: 0 }
  return {
    gate: 'errors',
    route: 'web',
    verdict: 'inconclusive',
    at: null,
    value: null,
    limit: 0.01,
    samples: 0,
    passed: 0,
    pool: { new: none, old: none, periods: 0 },
    last: null,
    lowSince: null,
    note: null,
    ...fields
  }
}

export function aMeterState(fields: Partial<MeterState> = {}): MeterState {
  const route = fields.route ?? 'web'
  const periodMs = fields.periodMs ?? MINUTE
  const delayMs = fields.delayMs ?? 2 * MINUTE
  return {
    key: meterKey(route, periodMs, delayMs),
    route,
    gate: null,
    periodMs,
    delayMs,
    judgedTo: null,
    blind: null,
    guardBaseline: null,
    guard: [],
    ...fields
  }
}

export const BREACH: Extract<Cause, { kind: 'breach' }> = {
  kind: 'breach',
  gate: 'errors',
  route: 'web',
  counts: true,
  value: 0.05,
  limit: 0.01,
  samples: 5321,
  oldValue: 0.001,
  oldSamples: 47_000
}

export const ABORT: Extract<Cause, { kind: 'person' }> = {
  kind: 'person',
  verb: 'abort',
  actor: 'oncall',
  text: 'it looks bad',
  force: false
}

/** A phase entered at `since` with the fields that the phase needs. */
export function aPhase(kind: PhaseName, since: Instant = T0): Phase {
  switch (kind) {
    case 'preflight':
      return { kind, since, deadlineAt: since + 10 * MINUTE }
    case 'converging':
      return { kind, since, deadlineAt: since + 5 * MINUTE }
    case 'baking':
      return { kind, since, until: since + 10 * MINUTE }
    case 'awaiting_approval':
      return { kind, since, expiresAt: since + DAY, bakingSince: since - 10 * MINUTE }
    case 'paused':
      return { kind, since, by: 'person' }
    case 'halted':
      return { kind, since, why: 'blind', cause: null }
    case 'draining':
      return { kind, since, deadlineAt: since + 2 * HOUR, lowSince: null }
    case 'rolling_back':
      return {
        kind,
        since,
        cause: BREACH,
        deadlineAt: since + 10 * MINUTE,
        nextAt: null,
        confirmedAt: null,
        lowSince: null
      }
    case 'stuck':
      return { kind, since, cause: BREACH, nextAt: null, confirmedAt: null, lowSince: null }
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return { kind, since }
  }
}

/** Fields of a shift; `phase` may be a name; `routeSpecs` decides which routes there are. */
export interface ShiftFields extends Omit<Partial<Shift>, 'phase'> {
  readonly phase?: PhaseName | Phase
  /** The percent in tenths that every route wants (or comes from, while going back); the step's unless given. */
  readonly at?: number
}

/** The ladder of a policy with the weights of every route, out of 1000. */
export function plannedSteps(policy: Policy, routes: readonly { readonly name: string }[]): readonly PlannedStep[] {
  return policy.steps.map((step) => ({
    ...step,
    shares: Object.fromEntries(routes.map((route) => [route.name, aShare(step.percent)]))
  }))
}

/** Routes where the phase says: on their way in converging and while going back, else confirmed and in effect. */
function routesIn(
  phase: Phase,
  specs: readonly RouteSpec[],
  percent: { readonly now: number; readonly former: number }
) {
  const back = isGoingBack(phase) || ['rolled_back', 'aborted', 'refused', 'failed'].includes(phase.kind)
  const want = { share: aShare(back ? 0 : percent.now), attached: true, unstick: false }
  const moving = phase.kind === 'converging' || isGoingBack(phase)
  const untouched = phase.kind === 'preflight' || phase.kind === 'refused'
  return specs.map(({ name, key }) =>
    aRouteState({
      name,
      key,
      want,
      from: moving ? aShare(back ? percent.now : percent.former) : want.share,
      ...(moving ? { confirmedAt: null, inEffectAt: null } : { confirmedAt: phase.since, inEffectAt: phase.since }),
      ...(untouched ? { restore: null, shape: null, confirmedAt: null, inEffectAt: null, oldHealthyAtStart: 0 } : {})
    })
  )
}

/**
 * A shift of one route `web` under `aPolicy()`, by default baking at 10 % (step 1). The routes want what the step says, or
 * the restore share where the phase goes back; the phases preflight and refused come without a first write.
 */
export function aShift(fields: ShiftFields = {}): Shift {
  const { at, phase: given, ...rest } = fields
  const phase = typeof given === 'object' ? given : aPhase(given ?? 'baking')
  const policy = rest.policy ?? aPolicy()
  const routeSpecs = rest.routeSpecs ?? [aRoute()]
  const untouched = phase.kind === 'preflight' || phase.kind === 'refused'
  const atEnd = phase.kind === 'draining' || phase.kind === 'completed'
  const step = rest.step ?? (untouched ? -1 : atEnd ? policy.steps.length - 1 : 1)
  const steps = rest.steps ?? plannedSteps(policy, routeSpecs)
  const percentAt = (index: number) => steps[index]?.percent ?? 0
  const target = percentAt(steps.length - 1)
  return {
    id: 'shf_01K9ZJ8E80000000000000000A',
    version: 1,
    migration: 'shop-eks-134',
    versions: { from: '1.33', to: '1.34' },
    policy,
    routeSpecs,
    gateSpecs: policy.gates,
    steps,
    target,
    reason: 'upgrade',
    startedBy: 'oncall',
    start: 'zero',
    restores: null,
    createdAt: T0,
    updatedAt: T0,
    endedAt: isEnded(phase) ? phase.since : null,
    phase,
    step,
    firstWriteAt: untouched ? null : T0,
    deadlineAt: untouched ? null : T0 + policy.deadlineMs,
    blindSince: null,
    holdSince: null,
    shareSince: null,
    waitSince: null,
    advance: false,
    approved: false,
    shareTold: false,
    back: null,
    backs: 0,
    bakeLeftMs: null,
    insufficient: [],
    pools: [],
    routes: routesIn(phase, routeSpecs, { now: at ?? percentAt(step), former: percentAt(step - 1) }),
    gates: gateStates(policy.gates, routeSpecs),
    meters: meterStates(policy.gates, routeSpecs),
    findings: [],
    pagedAt: null,
    seq: 1,
    asked: 0,
    adopted: Object.fromEntries(routeSpecs.map((route) => [route.name, aShare(target)])),
    ...rest
  }
}

function gateStates(gates: Policy['gates'], routes: readonly RouteSpec[]): readonly GateState[] {
  return gates.flatMap((gate) =>
    routes.map((route) =>
      aGateState({
        gate: gate.name,
        route: route.name,
        limit: gate.type === 'errorRate' ? gate.max : gate.type === 'targetHealth' ? gate.minHealthyRatio : 0
      })
    )
  )
}

function meterStates(gates: Policy['gates'], routes: readonly RouteSpec[]): readonly MeterState[] {
  const gate = gates.find(({ type }) => type === 'errorRate')
  if (gate?.type !== 'errorRate') return []
  return routes.map((route) => aMeterState({ route: route.name, periodMs: gate.periodMs, delayMs: gate.delayMs }))
}

/** A live state: old alone unless given. */
export function aReading(fields: Partial<Reading> = {}): Reading {
  return {
    kind: 'reading',
    share: aShare(0),
    attached: true,
    stickySeconds: null,
    shape: 'shape-1',
    readAt: T0,
    ...fields
  }
}

export function anUnreadable(fields: Partial<Unreadable> = {}): Unreadable {
  return { kind: 'unreadable', code: 'Throttling', detail: 'Rate exceeded', gone: false, ...fields }
}

export function targets(healthy: number, total: number = healthy): TargetsHealth {
  const unhealthy = total - healthy
  return { healthy, total, states: { ...(healthy > 0 ? { healthy } : {}), ...(unhealthy > 0 ? { unhealthy } : {}) } }
}

/** 40 healthy targets on both sides unless given; a number stands for so many, all healthy. */
export function aHealth(
  fields: {
    readonly old?: number | TargetsHealth
    readonly new?: number | TargetsHealth
    readonly readAt?: Instant
  } = {}
): SidesHealth {
  const side = (value: number | TargetsHealth = 40) => (typeof value === 'number' ? targets(value) : value)
  return { kind: 'health', old: side(fields.old), new: side(fields.new), readAt: fields.readAt ?? T0 }
}

export function aRouteSeen(fields: Partial<RouteSeen> = {}): RouteSeen {
  return { reading: aReading(), health: aHealth(), ...fields }
}

/** One look at the route `web` in which nothing happened. */
export function anObservation(fields: Partial<Observation> = {}): Observation {
  return {
    routes: { web: aRouteSeen() },
    meters: [],
    answers: [],
    inFlight: [],
    commands: [],
    stop: null,
    preflight: null,
    ...fields
  }
}

/** What one side reported: `errors` of `requests` were 5XX, all others 2XX; no value where CloudWatch publishes none (a count of zero). */
export function sideCounts(requests: number | null, errors = 0): SideCounts {
  const count = (n: number) => (n > 0 ? n : null)
  return {
    requests,
    codes: { c2xx: count((requests ?? 0) - errors), c3xx: null, c4xx: null, c5xx: count(errors) }
  }
}

/** A closed period: 1,000 good requests on old and 100 on new unless given. */
export function aPeriod(fields: Partial<PeriodCounts> = {}): PeriodCounts {
  return {
    start: T0,
    old: sideCounts(1000),
    new: sideCounts(100),
    lb: { requests: 1100, e502: null, e503: null, e504: null },
    ...fields
  }
}

export function anEvent(fields: Partial<ShiftEvent> = {}): ShiftEvent {
  return {
    seq: 1,
    at: T0,
    type: 'shift.started',
    phase: 'preflight',
    actor: 'oncall',
    reason: { code: 'started', migration: 'shop-eks-134', policy: 'standard', text: 'upgrade' },
    page: false,
    ...fields
  }
}

export function aNotice(fields: Partial<Notice> = {}): Notice {
  return {
    id: 'shf_01K9ZJ8E800000000000000001.1.oncall',
    to: 'oncall',
    at: T0,
    event: 'shift.halted',
    page: true,
    about: null,
    title: 'shop-eks-134 is halted at 10 %',
    evidence: ['error rate 4 % of 1,200 requests'],
    todo: ['Decide: resume or abort.'],
    ...fields
  }
}

export function aCommand(order: Order, fields: Partial<Omit<Command, 'order'>> = {}): Command {
  return { id: 'cmd_1', at: T0, actor: 'oncall', order, ...fields }
}
