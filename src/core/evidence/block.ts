/**
 * The unit in which evidence is booked: one period, or the periods of one minute where they are shorter (GATING 3.9). Counts
 * are added before they are judged, so it never matters in how many reads they came.
 */
import type { Instant, Ms } from '../time.ts'
import { addCounts, NO_COUNTS, type Bucket, type Counts } from './counts.ts'
import { BLOCK_MS } from './rule.ts'

interface Period extends Counts {
  readonly start: Instant
}

/** Periods of one minute that were served at one share. Plain JSON. */
export interface Block {
  readonly start: Instant
  readonly periodMs: Ms
  readonly w: number
  readonly first: boolean
  readonly cold: boolean
  /** In order; at least one. */
  readonly periods: readonly Period[]
}

/** A block's sum: what the scores see. */
export interface Total extends Counts {
  readonly w: number
  readonly first: boolean
  readonly cold: boolean
  /** How much of it was measured. */
  readonly measuredMs: Ms
}

export function blockOf(bucket: Bucket): Block {
  const { start, periodMs, w, first, cold } = bucket
  return { start, periodMs, w, first, cold: cold ?? false, periods: [periodOf(bucket)] }
}

export function totalOf({ w, first, cold, periodMs, periods }: Block): Total {
  return { ...periods.reduce(addCounts, NO_COUNTS), w, first, cold, measuredMs: periodMs * periods.length }
}

/** The block with the period in it, new or counted again; null where it belongs to another block. */
export function withPeriod(block: Block, bucket: Bucket): Block | null {
  const known = block.periods.some(({ start }) => start === bucket.start)
  if (!known && !belongs(block, bucket)) return null
  const others = block.periods.filter(({ start }) => start !== bucket.start)
  return { ...block, periods: [...others, periodOf(bucket)].sort((a, b) => a.start - b.start) }
}

function belongs({ start, periodMs, w, cold }: Block, bucket: Bucket): boolean {
  const sameKind = bucket.w === w && bucket.periodMs === periodMs && (bucket.cold ?? false) === cold && !bucket.first
  return sameKind && bucket.start > start && bucket.start < start + BLOCK_MS
}

function periodOf({ start, n1, e1, n0, e0 }: Bucket): Period {
  return { start, n1, e1, n0, e0 }
}
