/**
 * The AWS CLI's own command that brings a route to a want: what a person pastes when Sluice is gone. Pure.
 */
import type { Change } from '@aws-sdk/client-route-53'
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { Want } from '../../core/shift.ts'
import { changesOf, piecesOf } from './compose.ts'
import { setsIn } from './records.ts'

/** Empty where the whole record sets are not known: an UPSERT that leaves a field out loses it. */
export function commandsByHand(route: Route53RouteSpec, want: Want, raw: string | null): readonly string[] {
  const sets = raw === null ? null : setsIn(raw)
  if (sets === null) return []
  const pieces = piecesOf(route, sets, want)
  return pieces.length === 0 ? [] : [changeCommand(route.hostedZone, changesOf(pieces, 'upsert'))]
}

/** One atomic batch, as one line for a POSIX shell. */
export function changeCommand(zone: string, changes: readonly Change[]): string {
  const batch = JSON.stringify({ Changes: changes }).replaceAll("'", `'\\''`)
  return `aws route53 change-resource-record-sets --hosted-zone-id ${zone} --change-batch '${batch}'`
}
