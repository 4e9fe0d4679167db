/**
 * What stands in for a shift whose stored state this version cannot read: enough to list it, to say what a person can do, and to
 * print the commands that bring its routes back. Nothing is ever decided on it, and it must never be stored in the place of
 * the state that it stands for, which the version that wrote it can still go on with.
 */
import { createShift } from './create.ts'
import type { RouteSpec } from './migration.ts'
import type { Policy } from './policy.ts'
import { isValidShare, type Share } from './share.ts'
import { ENDS, type End, type Phase, type RouteState, type Shift, type ShiftId } from './shift.ts'
import type { ShiftEvent } from './event.ts'
import type { Instant } from './time.ts'
import type { EventView } from './view.ts'
import { rfc3339 } from './rfc3339.ts'

const CODE = 'unreadable'

/** Above the number of any event, for a state that does not tell its own: the log only has to grow. */
const SEQ_UNKNOWN = 1_000_000

/** What the store knows of a shift without reading its state. */
export interface Known {
  readonly id: ShiftId
  readonly version: number
  readonly ended: boolean
}

type Facts = Readonly<Record<string, unknown>>

/**
 * @param state what could be parsed; whatever of it does not look right is left out
 * @param why e.g. `it was stored in format 7, and this version reads format 1`
 */
export function standIn(known: Known, state: unknown, why: string): Shift {
  const facts = factsOf(state)
  const createdAt = instantOf(facts['createdAt']) ?? 0
  const policy = factsOf(facts['policy'])
  const specs = listOf(facts['routeSpecs']).filter(isRouteSpec)
  const shift = createShift({
    id: known.id,
    migration: {
      name: textOf(facts['migration'], 'unknown'),
      description: '',
      versions: null,
      routes: specs,
      gates: []
    },
    policy: policyOf(policy),
    routes: null,
    toPercent: null,
    from: 'zero',
    reason: textOf(facts['reason'], ''),
    actor: textOf(facts['startedBy'], 'unknown'),
    now: createdAt,
    quantise: () => []
  })
  const phase = phaseOf(known, factsOf(facts['phase']), createdAt)
  return {
    ...shift,
    version: known.version,
    updatedAt: instantOf(facts['updatedAt']) ?? createdAt,
    endedAt: known.ended ? (instantOf(facts['endedAt']) ?? createdAt) : null,
    phase,
    // It may have written: nobody is told that no user is affected.
    firstWriteAt: instantOf(facts['firstWriteAt']) ?? createdAt,
    step: wholeOf(facts['step']) ?? -1,
    seq: wholeOf(facts['seq']) ?? SEQ_UNKNOWN,
    routes: shift.routes.map((route) => routeOf(route, listOf(facts['routes']).map(factsOf))),
    findings: [
      {
        severity: 'blocker',
        code: CODE,
        route: null,
        detail: `the stored state of this shift cannot be read: ${why}`,
        remedy: 'start the version that stored it; or move the weights with the commands shown, then release the shift'
      }
    ]
  }
}

/** It stands in for a state that could not be read. */
export function isUnreadable(shift: Shift): boolean {
  return shift.findings.some(({ code }) => code === CODE)
}

/** Why it cannot be read, and what can be done; null where it can be. */
export function whyUnreadable(shift: Shift): string | null {
  const finding = shift.findings.find(({ code }) => code === CODE)
  return finding ? `${finding.detail}; ${finding.remedy}` : null
}

/** A person takes it from here: the only order that can be carried out without reading the state. Its claims are given back. */
export function releaseUnread(shift: Shift, actor: string, reason: string, now: Instant): [Shift, ShiftEvent] {
  const at = Math.max(now, shift.updatedAt)
  const seq = shift.seq + 1
  const phase = { kind: 'released', since: at } as const
  const next = { ...shift, version: shift.version + 1, updatedAt: at, endedAt: at, seq, phase }
  const event: ShiftEvent = {
    seq,
    at,
    type: 'shift.ended',
    phase: 'released',
    actor,
    reason: { code: 'ended', outcome: 'released', percent: 0, text: reason },
    page: false
  }
  return [next, event]
}

/** An event of such a shift as the API shows it: its reason may be one that this version does not know. */
export function presentUnread({ seq, at, type, phase, actor, reason }: ShiftEvent): EventView {
  const explain = `${reason.code} (stored by another version of Sluice)`
  return { seq, at: rfc3339(at), type, phase, actor, reason: reason.code, explain, data: {} }
}

function phaseOf({ ended }: Known, phase: Facts, createdAt: Instant): Phase {
  const since = instantOf(phase['since']) ?? createdAt
  if (!ended) return { kind: 'halted', since, why: 'unreadable', cause: null }
  const end: End = ENDS.find((kind) => kind === phase['kind']) ?? 'failed'
  return { kind: end, since }
}

function routeOf(blank: RouteState, all: readonly Facts[]): RouteState {
  const found = all.find(({ name }) => name === blank.name) ?? {}
  const share = shareOf(factsOf(found['want'])['share'])
  return {
    ...blank,
    restore: shareOf(found['restore']),
    origin: typeof found['origin'] === 'string' ? found['origin'] : null,
    sticky: found['sticky'] === true,
    want: { ...blank.want, share: share ?? blank.want.share }
  }
}

function isRouteSpec(value: unknown): value is RouteSpec {
  const { name, key, type, account, old, new: fresh } = factsOf(value)
  const isKnown = type === 'alb' || type === 'route53'
  return isKnown && [name, key].every((text) => typeof text === 'string') && [account, old, fresh].every(isObject)
}

function shareOf(value: unknown): Share | null {
  const { old, new: fresh } = factsOf(value)
  if (typeof old !== 'number' || typeof fresh !== 'number') return null
  const share = { old, new: fresh }
  return isValidShare(share) ? share : null
}

function factsOf(value: unknown): Facts {
  return isObject(value) ? Object.fromEntries(Object.entries(value)) : {}
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function instantOf(value: unknown): Instant | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function wholeOf(value: unknown): number | null {
  return Number.isSafeInteger(value) ? Number(value) : null
}

/** Only its name, its mode and how its rollback treats cookies are ever looked at. */
function policyOf(policy: Facts): Policy {
  const keeps = factsOf(policy['rollback'])['stickiness'] === 'keep'
  return {
    name: textOf(policy['name'], 'unknown'),
    description: '',
    mode: policy['mode'] === 'observe' ? 'observe' : 'act',
    steps: [],
    maxJump: 0,
    maxBakeMs: null,
    promotion: null,
    ramp: null,
    onInsufficient: 'hold',
    gates: [],
    onBreach: 'hold',
    onAmber: 'hold',
    onBlind: { holdMs: 0, rollbackMs: null },
    onDrift: 'halt',
    onShare: 'hold',
    onHold: { afterMs: 0, action: 'halt' },
    converge: { deadlineMs: 0 },
    alb: { settleMs: 0 },
    dns: { staleFactor: 0, floorMs: 0, maxTtlMs: 0, lowerTtlMs: null, write: 'swap' },
    capacity: { new: 1, old: 1 },
    preflight: { minHealthyTargets: 1, healthyWithinMs: 0 },
    rollback: { to: 'start', deadlineMs: 0, stickiness: keeps ? 'keep' : 'release', shape: 'direct' },
    drain: { residual: 0, forMs: 0, deadlineMs: 0 },
    deadlineMs: 0
  }
}
