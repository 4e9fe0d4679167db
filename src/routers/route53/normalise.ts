/**
 * Record sets as read, to what two reads can be compared by. Pure.
 */
import { SIDES, type Route53RouteSpec } from '../../core/migration.ts'
import { compareShares, sameShare, type Share } from '../../core/share.ts'
import { groupsOf, setsOf, textOf, ttlOf, type Group, type RecordSets } from './records.ts'

export interface Normal {
  readonly kind: 'normal'
  /** Where record types stand at different shares: the highest. */
  readonly share: Share
  readonly uneven: boolean
  /** The longest of the group; null where all of them are aliases. */
  readonly ttlSeconds: number | null
  readonly shape: string
}

/** There is no share of old and new that could be compared with another. */
export interface Shapeless {
  readonly kind: 'shapeless'
  readonly code: 'record_missing' | 'no_weight'
  readonly detail: string
}

export function normalise(route: Route53RouteSpec, sets: RecordSets): Normal | Shapeless {
  const groups = groupsOf(route, sets)
  const missing = groups.flatMap((group) => missingIn(route, group))
  if (missing.length > 0) return { kind: 'shapeless', code: 'record_missing', detail: missing.join('; ') }
  const shares = groups.map(shareOf)
  const zero = groups.filter((_, i) => shares[i]?.old === 0 && shares[i]?.new === 0)
  const [first, ...rest] = shares
  if (first === undefined || zero.length > 0) {
    const types = zero.map(({ type }) => type).join(', ')
    // Route 53 then answers with every record alike: it is neither side's weight.
    return { kind: 'shapeless', code: 'no_weight', detail: `old and new both have weight 0 (${types})` }
  }
  const ttls = groups.flatMap(({ old, new: fresh }) => [old, fresh].flatMap((set) => (set && ttlOf(set)) ?? []))
  return {
    kind: 'normal',
    share: rest.reduce((highest, one) => (compareShares(one, highest) > 0 ? one : highest), first),
    uneven: rest.some((one) => !sameShare(one, first)),
    ttlSeconds: ttls.length === 0 ? null : Math.max(...ttls),
    shape: shapeOf(route, sets)
  }
}

function shareOf(group: Group): Share {
  return { old: group.old?.Weight ?? 0, new: group.new?.Weight ?? 0 }
}

function missingIn(route: Route53RouteSpec, group: Group): readonly string[] {
  const lost = SIDES.filter((side) => group[side] === null)
  if (lost.length === 0) return []
  const stands = [group.old, group.new, ...group.others].flatMap((set) => (set === null ? [] : [set.SetIdentifier]))
  const there =
    stands.length === 0
      ? 'there is no record at all'
      : `there is ${stands.map((name) => (name === undefined ? 'a simple record' : JSON.stringify(name))).join(', ')}`
  const wanted = lost.map((side) => `${side} (${JSON.stringify(route[side].setIdentifier)})`).join(' and ')
  return [`${group.type} ${route.record}: no weighted record of ${wanted}; ${there}`]
}

/** Every facet but the weights of old and new, and TTLs: those a shift may lower itself, and the reading tells them apart. */
function shapeOf(route: Route53RouteSpec, sets: RecordSets): string {
  const texts = groupsOf(route, setsOf(route, sets)).flatMap(({ old, new: fresh, others }) => [
    ...[old, fresh].map((set) => (set === null ? '' : textOf(set, ['Weight', 'TTL']))),
    ...others.map((set) => textOf(set, ['TTL']))
  ])
  return JSON.stringify(texts.toSorted())
}
