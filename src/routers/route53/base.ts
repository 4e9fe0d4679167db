/**
 * What a write is built on: a fresh read that must show what is expected, or, for a rollback, the freshest that can be had. Decides,
 * and sends nothing.
 */
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { WriteOutcome } from '../../core/observation.ts'
import { sameShare } from '../../core/share.ts'
import { AwsFailure } from '../../aws/aws.ts'
import type { Got } from '../elb/batches.ts'
import { piecesOf, type Piece } from './compose.ts'
import type { DnsChange, Job } from './job.ts'
import { normalise } from './normalise.ts'
import { groupsOf, setsIn, type RecordSets } from './records.ts'

export type Based =
  | { readonly kind: 'based'; readonly pieces: readonly Piece[]; readonly base: RecordSets; readonly fresh: boolean }
  | WriteOutcome

/** `cached`: of the last good read. */
export function basedOn(job: Job, read: Got<RecordSets>, cached: RecordSets | null): Based {
  try {
    return job.change.expect === 'any' ? anyBase(job.change, read, cached) : expectedBase(job.change, read)
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    return { kind: 'refused', code: error.code, detail: error.message }
  }
}

function expectedBase(change: DnsChange, read: Got<RecordSets>): Based {
  const { route, expect, to } = change
  if (read instanceof AwsFailure) {
    return { kind: 'withheld', code: read.code, detail: read.message }
  }
  const found = normalise(route, read)
  if (found.kind === 'shapeless') return { kind: 'conflict', found: null }
  const same = expect === 'any' || (sameShare(found.share, expect.share) && expect.attached !== false)
  if (!same || found.uneven) return { kind: 'conflict', found: found.share }
  return { kind: 'based', pieces: piecesOf(route, read, to), base: read, fresh: true }
}

/** A rollback goes out whatever stands, and even where nothing can be read. */
function anyBase({ route, to, origin }: DnsChange, read: Got<RecordSets>, cached: RecordSets | null): Based {
  const remembered = cached ?? (origin === null ? null : setsIn(origin))
  if (read instanceof AwsFailure) {
    if (read.gone) return { kind: 'refused', code: read.code, detail: read.message }
    if (remembered !== null) {
      return { kind: 'based', pieces: piecesOf(route, remembered, to), base: remembered, fresh: false }
    }
    const detail = `nothing is known of the record sets: ${read.message}`
    return { kind: 'withheld', code: 'NothingToBuildOn', detail }
  }
  if (!anyMember(route, read)) {
    const detail = `${route.record} has neither old's nor new's records: nothing reaches new, and what stands there is not ours`
    return { kind: 'refused', code: 'record_missing', detail }
  }
  const past = withBoth(route, cached) ? cached : ((origin === null ? null : setsIn(origin)) ?? cached)
  return { kind: 'based', pieces: piecesOf(route, read, to, past ?? []), base: read, fresh: true }
}

function anyMember(route: Route53RouteSpec, sets: RecordSets): boolean {
  return groupsOf(route, sets).some((group) => group.old !== null || group.new !== null)
}

function withBoth(route: Route53RouteSpec, sets: RecordSets | null): boolean {
  return sets !== null && groupsOf(route, sets).every((group) => group.old !== null && group.new !== null)
}
