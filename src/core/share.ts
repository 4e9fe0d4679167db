/**
 * How a provider splits traffic: a pair of integer weights. Two shares are compared by cross-multiplication, never as
 * percent: a provider cannot write every percent, so a percent compared with its own read-back would look like drift for ever.
 */
import { ALL, type Tenths } from './percent.ts'

/** Weights of the two sides; never both 0. Which integers are possible is the router's business. */
export interface Share {
  readonly old: number
  readonly new: number
}

export function sameShare(a: Share, b: Share): boolean {
  return a.old * b.new === b.old * a.new
}

/** Negative where `a` gives new less than `b` does. */
export function compareShares(a: Share, b: Share): number {
  return a.new * (b.old + b.new) - b.new * (a.old + a.new)
}

export function lowerShare(a: Share, b: Share): Share {
  return compareShares(a, b) <= 0 ? a : b
}

export function isZero(share: Share): boolean {
  return share.new === 0
}

export function isValidShare(share: Share): boolean {
  return share.old >= 0 && share.new >= 0 && share.old + share.new > 0
}

/** For people and for the greatest step at or below: tenths of a percent, rounded. */
export function tenthsOfShare(share: Share): Tenths {
  return Math.round((share.new * ALL) / (share.old + share.new))
}

/** The fraction of traffic that new is meant to get, 0 to 1. */
export function fractionOf(share: Share): number {
  return share.new / (share.old + share.new)
}

export function formatShare(share: Share): string {
  return `old:new ${share.old}:${share.new}`
}
