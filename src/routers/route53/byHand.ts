/**
 * The AWS CLI's own command that brings a route to a want: what a person pastes when Sluice is gone. Pure.
 */
import type { Change } from '@aws-sdk/client-route-53'
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { Want } from '../../core/shift.ts'
import { AwsFailure } from '../../aws/aws.ts'
import { changesOf, piecesOf } from './compose.ts'
import { setsIn } from './records.ts'

/** Empty where the whole record sets are not known (an UPSERT that leaves a field out loses it), or nobody would get an answer. */
export function commandsByHand(route: Route53RouteSpec, want: Want, raw: string | null): readonly string[] {
  const sets = raw === null ? null : setsIn(raw)
  if (sets === null) return []
  try {
    return [changeCommand(route.hostedZone, changesOf(piecesOf(route, sets, want), 'upsert'))]
  } catch (error) {
    if (error instanceof AwsFailure) return []
    throw error
  }
}

/** One atomic batch, as one line for a POSIX shell. */
export function changeCommand(zone: string, changes: readonly Change[]): string {
  const batch = JSON.stringify({ Changes: changes }).replaceAll("'", `'\\''`)
  return `aws route53 change-resource-record-sets --hosted-zone-id ${zone} --change-batch '${batch}'`
}
