// Reads the actions of ModifyRule and ModifyListener and refuses what AWS refuses. Never changes anything: it says what the
// rule would become.

import type { Action, Forward, Opaque, WeightedGroup } from '../action.ts'
import { asStickiness, readWeight } from './forwardLimits.ts'
import { fields, list, text } from './query.ts'
import type { QueryInput } from './query.ts'
import { AwsError, invalid } from './service.ts'

const badAction = (message: string): AwsError => new AwsError('InvalidLoadBalancerAction', message)
const routing = ['forward', 'redirect', 'fixed-response']
const configs: Readonly<Record<string, string>> = {
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
  'jwt-validation': 'JwtValidationConfig'
}

/** `before` is what the rule does now: the secret of an OIDC action can be taken over from there only. */
export function readActions(raw: readonly Opaque[], before: readonly Action[]): readonly Action[] {
  const actions = raw.map((one) => readAction(fields(one), before))
  const routers = actions.filter((action) => routing.includes(action.type))
  if (routers.length !== 1) {
    throw badAction("Exactly one action of type 'forward', 'redirect' or 'fixed-response' must be specified")
  }
  if (actions.length > 1) {
    const orders = actions.map((action) => action.order)
    if (orders.some((order) => order === undefined)) throw invalid('An order must be specified for each action')
    if (new Set(orders).size < orders.length) throw invalid('The order of each action must be unique')
  }
  const sorted = actions.toSorted((one, other) => (one.order ?? 0) - (other.order ?? 0))
  if (sorted.at(-1) !== routers[0]) throw badAction(`The action '${routers[0]?.type}' must be performed last`)
  return sorted
}

function readAction(input: QueryInput, before: readonly Action[]): Action {
  const type = text(input, 'Type')
  if (type === undefined) throw invalid('An action must have a type')
  const order = text(input, 'Order')
  const position = order === undefined ? {} : { order: Number(order) }
  if (order !== undefined && !/^([1-9]\d{0,3}|[1-4]\d{4}|50000)$/.test(order)) {
    throw invalid(`Action order '${order}' must be between 1 and 50000`)
  }
  if (type === 'forward') return { type, ...position, forward: readForward(input) }
  const config = configs[type]
  if (config === undefined) throw badAction(`'${type}' is not a valid action type`)
  const settings = fields(input[config])
  if (Object.keys(settings).length === 0) throw badAction(`An action of type '${type}' requires ${config}`)
  const kept = type === 'authenticate-oidc' ? withoutSecret(settings, before) : settings
  return { type, ...position, settings: { [config]: kept } }
}

/** AWS never tells the secret; a write must bring it again or say that the existing one stays. */
function withoutSecret(settings: QueryInput, before: readonly Action[]): QueryInput {
  const { ClientSecret: secret, UseExistingClientSecret: existing, ...rest } = settings
  const known = before.some((action) => action.type === 'authenticate-oidc')
  if (secret === undefined && existing !== 'true') throw badAction('A client secret must be specified')
  if (secret === undefined && !known) throw badAction('There is no existing client secret to use')
  return rest
}

function readForward(input: QueryInput): Forward {
  const lone = text(input, 'TargetGroupArn')
  const config = fields(input['ForwardConfig'])
  const tuples = list(config, 'TargetGroups')?.map(fields)
  const stickiness = asStickiness(fields(config['TargetGroupStickinessConfig']))
  if (tuples === undefined || tuples.length === 0) {
    if (lone === undefined) throw badAction("A target group ARN must be specified for actions of type 'forward'")
    return { groups: [{ arn: lone, weight: 1 }], stickiness }
  }
  if (lone !== undefined && (tuples.length > 1 || text(tuples[0] ?? {}, 'TargetGroupArn') !== lone)) {
    throw badAction(
      'You cannot specify both a target group ARN and a forward config, unless both name the same single target group'
    )
  }
  return { groups: readGroups(tuples), stickiness }
}

function readGroups(tuples: readonly QueryInput[]): readonly WeightedGroup[] {
  if (tuples.length > 5) throw invalid(`An action can have at most 5 target groups, not ${tuples.length}`)
  const groups = tuples.map((tuple) => {
    const arn = text(tuple, 'TargetGroupArn')
    if (arn === undefined) throw invalid('A target group ARN must be specified for each target group')
    return { arn, weight: readWeight(text(tuple, 'Weight'), tuples.length) }
  })
  if (new Set(groups.map((group) => group.arn)).size < groups.length) {
    throw badAction('A target group can be specified only once in an action')
  }
  return groups
}
