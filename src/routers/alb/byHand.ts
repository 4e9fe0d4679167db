/**
 * The AWS CLI's own command that brings a route to a want: what a person pastes when Sluice is gone. Pure.
 */
import type { AlbRouteSpec } from '../../core/migration.ts'
import type { Want } from '../../core/shift.ts'
import { actionsOf, forwardAction, sidesOf } from './actions.ts'
import { compose } from './compose.ts'

/** Empty where nothing is known of the other actions: a command that drops a login is worse than none. */
export function commandsByHand(route: AlbRouteSpec, want: Want, raw: string | null): readonly string[] {
  const found = raw === null ? null : actionsOf(raw)
  if (found === null || forwardAction(found) === null) return []
  const actions = quoted(JSON.stringify(compose(found, sidesOf(route), want)))
  const region = `--region ${quoted(route.account.region)}`
  const arn = quoted(route.target.arn)
  switch (route.target.kind) {
    case 'rule':
      return [`aws elbv2 modify-rule --rule-arn ${arn} --actions ${actions} ${region}`]
    case 'listener':
      return [`aws elbv2 modify-listener --listener-arn ${arn} --default-actions ${actions} ${region}`]
  }
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
