/**
 * What stands, plus what is wanted, to a batch of changes: all record types and both members of a route, each set rebuilt whole
 * from what it is. Pure; never gives back a batch after which every weight of a group would be 0.
 *
 * FM-21, FM-23: weights of 0 for all mean equal shares for all, not silence; members that are written apart can end at 100 % both.
 */
import type { Change } from '@aws-sdk/client-route-53'
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { Want } from '../../core/shift.ts'
import { AwsFailure } from '../../aws/aws.ts'
import { groupsOf, ttlOf, type Group, type RecordSet, type RecordSets } from './records.ts'
import { LARGEST_WEIGHT } from './weights.ts'

export type Mode = 'swap' | 'upsert'

/** A set as it stands, null where it does not, and as it shall be. */
export interface Piece {
  readonly before: RecordSet | null
  readonly after: RecordSet
}

/**
 * `remembered`: an earlier state, for members that stand no more. Throws AwsFailure `bug` where the want cannot be written.
 */
export function piecesOf(
  route: Route53RouteSpec,
  sets: RecordSets,
  want: Want,
  remembered: RecordSets = []
): readonly Piece[] {
  for (const weight of [want.share.old, want.share.new]) {
    if (!Number.isInteger(weight) || weight < 0 || weight > LARGEST_WEIGHT) {
      throw bug('BadWeight', `a weight is an integer from 0 to ${LARGEST_WEIGHT}, not ${weight}`)
    }
  }
  if (want.share.old + want.share.new === 0) throw bug('AllZero', 'every weight would be 0')
  const past = groupsOf(route, remembered)
  return groupsOf(route, sets).flatMap((group, i) => {
    const pieces = ofGroup(group, past[i], want)
    const sum = pieces.reduce((total, { after }) => total + (after.Weight ?? 0), 0) + weightsLeft(group, pieces)
    if (sum === 0) throw bug('AllZero', `every weight of ${group.type} ${route.record} would be 0`)
    return pieces
  })
}

function ofGroup(group: Group, past: Group | undefined, want: Want): readonly Piece[] {
  const sides = (['old', 'new'] as const).flatMap((side): readonly Piece[] => {
    const before = group[side]
    const base = before ?? past?.[side]
    return base == null ? [] : [{ before, after: withTtl({ ...base, Weight: want.share[side] }, want) }]
  })
  // FM-18: all members of a group share one TTL.
  const others = group.others
    .filter((set) => ttlOf(withTtl(set, want)) !== ttlOf(set))
    .map((set) => ({ before: set, after: withTtl(set, want) }))
  return [...sides, ...others]
}

function withTtl(set: RecordSet, { ttlSeconds }: Want): RecordSet {
  return ttlSeconds === undefined || ttlOf(set) === null ? set : { ...set, TTL: ttlSeconds }
}

function weightsLeft(group: Group, pieces: readonly Piece[]): number {
  const written = pieces.map(({ before }) => before)
  return group.others.filter((set) => !written.includes(set)).reduce((total, { Weight }) => total + (Weight ?? 0), 0)
}

/** swap: a DELETE must name every field as it stands, or Route 53 refuses the whole batch. All of them go first. */
export function changesOf(pieces: readonly Piece[], mode: Mode): Change[] {
  switch (mode) {
    case 'swap':
      return [
        ...pieces.flatMap(({ before }) =>
          before === null ? [] : [{ Action: 'DELETE' as const, ResourceRecordSet: before }]
        ),
        ...pieces.map(({ after }) => ({ Action: 'CREATE' as const, ResourceRecordSet: after }))
      ]
    case 'upsert':
      return pieces.map(({ after }) => ({ Action: 'UPSERT' as const, ResourceRecordSet: after }))
  }
}

/** Route 53: 1,000 records and 32,000 characters of values a batch, UPSERT counted twice. */
const MOST_RECORDS = 1_000
const MOST_CHARACTERS = 32_000

export function fits(changes: readonly Change[]): boolean {
  let [records, characters] = [0, 0]
  for (const { Action, ResourceRecordSet: set } of changes) {
    const times = Action === 'UPSERT' ? 2 : 1
    const values = set?.ResourceRecords ?? []
    records += times * Math.max(1, values.length)
    characters += times * values.reduce((sum, { Value }) => sum + (Value ?? '').length, 0)
  }
  return records <= MOST_RECORDS && characters <= MOST_CHARACTERS
}

function bug(code: string, detail: string): AwsFailure {
  return new AwsFailure(detail, { kind: 'bug', code })
}
