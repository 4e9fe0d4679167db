/**
 * What somebody else changed, as a diff in words, and what each choice of a person would do with it.
 */
import { formatPercent } from '../percent.ts'
import { formatInstant } from '../rfc3339.ts'
import { formatShare, tenthsOfShare, type Share } from '../share.ts'
import type { RouteState, Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import { joined, listed } from './words.ts'

export interface Drifted {
  readonly route: string
  readonly kind: 'share' | 'shape' | 'gone'
  /** Null where there is no share to read. */
  readonly found: Share | null
  readonly expected: Share
  /** When it was last read back as wanted; null: never, undefined: not known. */
  readonly confirmedAt?: Instant | null
}

/** `web: sluice wanted 10 % on new (old:new 90:10) and found 0 % (old:new 100:0)`. */
export function explainDrift({ route, kind, found, expected, confirmedAt }: Drifted): string {
  const wanted = `sluice wanted ${share(expected)}${since(confirmedAt)}`
  switch (kind) {
    case 'share':
      return `${route}: ${wanted} and found ${found === null ? 'other weights' : shortly(found)}`
    case 'shape': {
      const weights = found === null ? '' : ` (new has ${shortly(found)})`
      return `${route}: ${wanted} and found something other than the weights of old and new changed${weights}`
    }
    case 'gone':
      return `${route}: ${wanted} and it is not there any more`
  }
}

/** The drift that stands on each route of a shift. */
export function driftsOf({ routes }: Shift): readonly Drifted[] {
  return routes.flatMap(({ name, drift, want, confirmedAt }: RouteState) => {
    return drift === null
      ? []
      : [{ route: name, kind: drift.kind, found: drift.share, expected: want.share, confirmedAt }]
  })
}

/**
 * `adopt goes on from 0 % (web), overwrite sets web to 10 % again`, as half a sentence; what cannot be chosen is not offered.
 * '' where nothing stands.
 */
export function driftChoices(drifts: readonly Drifted[]): string {
  const first = drifts[0]
  if (first === undefined || drifts.some(({ kind }) => kind === 'gone')) return ''
  const found = drifts.map((one) => `${one.found === null ? 'what is there' : formatted(one.found)} (${one.route})`)
  const adopt = `resume with drift adopt goes on from ${listed(found)}`
  const shapes = drifts.filter(({ kind }) => kind === 'shape').map(({ route }) => route)
  const again = drifts.map((one) => `${one.route} to ${formatted(one.expected)}`)
  const overwrite =
    shapes.length > 0
      ? `overwrite is refused for ${listed(shapes)}, as only weights are ever written over`
      : `resume with drift overwrite sets ${listed(again)} again`
  return joined([adopt, overwrite], ', ')
}

function since(confirmedAt: Instant | null | undefined): string {
  return confirmedAt === null || confirmedAt === undefined ? '' : `, read back at ${formatInstant(confirmedAt)},`
}

function share(of: Share): string {
  return `${formatted(of)} on new (${formatShare(of)})`
}

function shortly(of: Share): string {
  return `${formatted(of)} (${formatShare(of)})`
}

function formatted(of: Share): string {
  return formatPercent(tenthsOfShare(of))
}
