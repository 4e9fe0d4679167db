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
    return [changeCommand(route, changesOf(piecesOf(route, sets, want), 'upsert'))]
  } catch (error) {
    if (error instanceof AwsFailure) return []
    throw error
  }
}

/** One atomic batch, as one line for a POSIX shell. Route 53 is global, but the CLI does not begin without a region. */
export function changeCommand({ hostedZone, account }: Route53RouteSpec, changes: readonly Change[]): string {
  const batch = JSON.stringify({ Changes: changes }).replaceAll("'", `'\\''`)
  return `aws route53 change-resource-record-sets --hosted-zone-id ${hostedZone} --change-batch '${batch}' --region ${account.region}`
}
