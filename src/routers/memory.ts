/**
 * A router over rules that are kept in memory, with the behaviour of the real ones: for tests, and for trying a policy without
 * a provider. Never calls anything, and keeps nothing after the process.
 */
import type { RouteKey, AlbRouteSpec } from '../core/migration.ts'
import type { Reading, SidesHealth, TargetsHealth, Unreadable, WriteOutcome } from '../core/observation.ts'
import { sameShare, type Share } from '../core/share.ts'
import type { Finding, Want } from '../core/shift.ts'
import type { Clock } from '../clock.ts'
import type { Change, Router } from './router.ts'
import { shareOf } from './thousandths.ts'

export interface MemoryRule {
  /** Weights by target group. */
  readonly weights: Readonly<Record<string, number>>
  readonly stickySeconds: number | null
  /** Stands for every other facet: kept by each write. */
  readonly others: readonly string[]
}

/** What a test changes behind the router's back. */
export interface MemoryWorld {
  readonly rules: Map<RouteKey, MemoryRule>
  /** How many targets in each state, by target group; a group that is not here does not exist. */
  readonly targets: Map<string, Readonly<Record<string, number>>>
  /** These can't be read; a write of theirs is of unknown outcome, and does happen. */
  readonly unreachable: Set<RouteKey>
}

export function memoryWorld(): MemoryWorld {
  return { rules: new Map(), targets: new Map(), unreachable: new Set() }
}

export function memoryRouter(world: MemoryWorld, clock: Clock): Router<AlbRouteSpec> {
  const read = (route: AlbRouteSpec): Reading | Unreadable => {
    if (world.unreachable.has(route.key)) return unreadable('Unreachable', `${route.key} does not answer`)
    const rule = world.rules.get(route.key)
    if (rule === undefined) return { ...unreadable('RuleNotFound', `${route.key} does not exist`), gone: true }
    return readingOf(route, rule, clock.now())
  }
  return {
    read: async (routes) => new Map(routes.map((route) => [route.key, read(route)])),
    write: async (changes) => new Map(changes.map((change) => [change.route.key, write(world, change, read)])),
    health: async (routes) => new Map(routes.map((route) => [route.key, healthOf(world, route, clock.now())])),
    resolve: async (routes) => routes,
    inspect: async (routes) => routes.flatMap((route) => findingsOf(world, route, read(route))),
    quantise: (_route, percents) => percents.map(shareOf),
    // There is no provider whose commands could be told.
    byHand: () => []
  }
}

function readingOf(route: AlbRouteSpec, rule: MemoryRule, readAt: number): Reading | Unreadable {
  const { [route.old.targetGroup]: old, [route.new.targetGroup]: fresh, ...others } = rule.weights
  if (old === undefined && fresh === undefined) return unreadable('not_forwarding', 'forwards to neither old nor new')
  const alone = Object.keys(rule.weights).length === 1
  const share: Share = alone ? { old: old === undefined ? 0 : 1, new: fresh === undefined ? 0 : 1 } : pair(old, fresh)
  if (share.old + share.new === 0) return unreadable('no_weight', 'old and new both have weight 0')
  const shape = JSON.stringify([
    Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    rule.stickySeconds,
    rule.others
  ])
  const raw = JSON.stringify(rule)
  return {
    kind: 'reading',
    share,
    attached: fresh !== undefined,
    stickySeconds: rule.stickySeconds,
    shape,
    readAt,
    raw
  }
}

function pair(old: number | undefined, fresh: number | undefined): Share {
  return { old: old ?? 0, new: fresh ?? 0 }
}

function write(
  world: MemoryWorld,
  change: Change<AlbRouteSpec>,
  read: (route: AlbRouteSpec) => Reading | Unreadable
): WriteOutcome {
  const { route, expect } = change
  const found = read(route)
  const unreachable = world.unreachable.has(route.key)
  if (expect !== 'any') {
    if (found.kind === 'unreadable') return unlike(found)
    const asExpected =
      sameShare(found.share, expect.share) && (expect.attached === null || expect.attached === found.attached)
    if (!asExpected) return { kind: 'conflict', found: found.share }
  }
  if (found.kind === 'unreadable' && !unreachable && found.code !== 'no_weight') {
    return { kind: 'refused', code: found.code, detail: found.detail }
  }
  const rule = world.rules.get(route.key)
  if (rule === undefined) return { kind: 'refused', code: 'RuleNotFound', detail: `${route.key} does not exist` }
  const next = written(route, rule, change.to)
  if (next === null) return { kind: 'refused', code: 'AllZero', detail: 'every weight would be 0' }
  world.rules.set(route.key, next)
  return unreachable ? { kind: 'unknown', code: 'Unreachable', detail: 'no answer' } : { kind: 'accepted' }
}

/** A forward write needs a share to compare with. */
function unlike(found: Unreadable): WriteOutcome {
  return found.code === 'not_forwarding' || found.code === 'no_weight'
    ? { kind: 'conflict', found: null }
    : { kind: 'withheld', code: found.code, detail: found.detail }
}

/** Null where nobody would get traffic. */
function written(route: AlbRouteSpec, rule: MemoryRule, want: Want): MemoryRule | null {
  const weights: Record<string, number> = { ...rule.weights, [route.old.targetGroup]: want.share.old }
  const stands = route.new.targetGroup in weights
  if (want.attached === false) delete weights[route.new.targetGroup]
  else if (want.attached === true || stands || want.share.new > 0) weights[route.new.targetGroup] = want.share.new
  if (Object.values(weights).every((weight) => weight === 0)) return null
  return { ...rule, weights, stickySeconds: want.unstick ? null : rule.stickySeconds }
}

function healthOf(world: MemoryWorld, route: AlbRouteSpec, readAt: number): SidesHealth | Unreadable {
  const old = targetsOf(world, route.old.targetGroup)
  const fresh = targetsOf(world, route.new.targetGroup)
  if (old === null || fresh === null) {
    return { ...unreadable('TargetGroupNotFound', `a target group of ${route.name} does not exist`), gone: true }
  }
  return { kind: 'health', old, new: fresh, readAt }
}

function targetsOf(world: MemoryWorld, targetGroup: string): TargetsHealth | null {
  const states = world.targets.get(targetGroup)
  if (states === undefined) return null
  const all = Object.values(states).reduce((sum, count) => sum + count, 0)
  return { healthy: states['healthy'] ?? 0, total: all - (states['draining'] ?? 0), states }
}

function findingsOf(world: MemoryWorld, route: AlbRouteSpec, found: Reading | Unreadable): readonly Finding[] {
  const blocker = (code: string, detail: string, remedy: string): Finding => ({
    severity: 'blocker',
    code,
    route: route.name,
    detail,
    remedy
  })
  if (found.kind === 'unreadable') {
    const code = found.gone ? `${route.target.kind}_not_found` : found.code
    return [blocker(code, found.detail, 'correct the migration, or the rule')]
  }
  const {
    [route.old.targetGroup]: old,
    [route.new.targetGroup]: _new,
    ...others
  } = world.rules.get(route.key)?.weights ?? {}
  const findings = Object.entries(others)
    .filter(([, weight]) => weight > 0)
    .map(([arn, weight]) => blocker('third_group', `${arn} gets traffic as well (weight ${weight})`, 'take it out'))
  if (old !== undefined) return findings
  return [...findings, blocker('old_not_forwarded', 'old does not stand in the rule', 'add it')]
}

function unreadable(code: string, detail: string): Unreadable {
  return { kind: 'unreadable', code, detail, gone: false }
}
