/**
 * What stands against moving a route, seen from the records of its name. Pure.
 */
import type { Route53RouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { normalise } from '../normalise.ts'
import { groupsOf, setsOf, ttlOf, type RecordSet, type RecordSets } from '../records.ts'
import type { Facts } from './facts.ts'
import { blocker, couldRead, mustRead, warning } from './finding.ts'
import { preparing } from './prepare.ts'

export function aboutRecords(facts: Facts): readonly Finding[] {
  const { route, sets } = facts
  if (sets instanceof AwsFailure) return [unread(route, sets)]
  return [
    ...weights(facts, sets),
    ...trafficPolicy(route, sets),
    ...thirdMembers(route, sets),
    ...ttls(route, sets),
    ...ledTtls(facts),
    ...otherTypes(route, sets)
  ]
}

function unread(route: Route53RouteSpec, failure: AwsFailure): Finding {
  if (!failure.gone) {
    return mustRead(failure, route.name, `route53:ListResourceRecordSets on hosted zone ${route.hostedZone}`)
  }
  const detail = `hosted zone ${route.hostedZone} does not exist`
  return blocker('zone_not_found', route.name, detail, "correct the zone's id, or the account (roleArn)")
}

function weights(facts: Facts, sets: RecordSets): readonly Finding[] {
  const { route } = facts
  const state = normalise(route, sets)
  if (state.kind === 'normal') {
    if (!state.uneven) return []
    const detail = `${route.recordTypes.join(' and ')} of ${route.record} stand at different weights`
    return [blocker('uneven', route.name, detail, 'give all record types the same weights before the shift is started')]
  }
  if (state.code === 'no_weight') {
    const detail = `${route.record}: ${state.detail}, which gives equal shares to all`
    return [blocker('no_weight', route.name, detail, "give old's records a weight")]
  }
  const groups = groupsOf(route, setsOf(route, sets))
  const weighted = groups.every((group) => group.others.every((set) => set.Weight !== undefined))
  const { balancer } = facts.sides.new
  const command = preparing(route, groups, balancer instanceof AwsFailure ? null : balancer)
  const remedy =
    command === null
      ? 'make weighted records for both sides, old with all the weight and new with 0'
      : `prepare it by this one batch, which changes nothing for users: ${command}`
  return [blocker(weighted ? 'record_missing' : 'not_weighted', route.name, state.detail, remedy)]
}

function trafficPolicy(route: Route53RouteSpec, sets: RecordSets): readonly Finding[] {
  const found = setsOf(route, sets).find(({ TrafficPolicyInstanceId }) => TrafficPolicyInstanceId !== undefined)
  if (found === undefined) return []
  const detail = `${route.record} was made by traffic policy instance ${found.TrafficPolicyInstanceId}, which may not be edited record by record`
  return [
    blocker(
      'traffic_policy',
      route.name,
      detail,
      'delete the instance and make weighted records, or shift by the policy'
    )
  ]
}

function thirdMembers(route: Route53RouteSpec, sets: RecordSets): readonly Finding[] {
  const others = groupsOf(route, sets).flatMap((group) => group.others.filter(({ Weight }) => (Weight ?? 0) > 0))
  return others.map((set) => {
    const detail = `${set.Type} ${JSON.stringify(set.SetIdentifier)} gets traffic as well (weight ${set.Weight}): percents of new would mean nothing`
    return blocker('third_member', route.name, detail, 'set its weight to 0, or delete it')
  })
}

/** Answers of ELB aliases carry 60 s: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
const ALIAS_TTL = 60

function ttls(route: Route53RouteSpec, sets: RecordSets): readonly Finding[] {
  return groupsOf(route, sets).flatMap(({ type, old, new: fresh, others }) => {
    const members = [old, fresh, ...others].flatMap((set) => set ?? [])
    const found = new Map(members.map((set) => [ttlOf(set) ?? ALIAS_TTL, set]))
    if (found.size < 2) return []
    const list = [...found].map(([ttl, set]) => `${nameOf(set)} ${ttl} s`).join(', ')
    const detail = `members of ${type} ${route.record} differ in TTL (${list}): who has the longer one gets more than its weight`
    return [warning('ttl_differs', route.name, detail, `give all members one TTL; aliases have ${ALIAS_TTL} s`)]
  })
}

/** What is reckoned with for an alias: above it a step would be taken for in effect, and a rollback for over, too early. */
function ledTtls({ route, led }: Facts): readonly Finding[] {
  if (led instanceof AwsFailure) {
    return [couldRead(led, route.name, 'route53:ListResourceRecordSets', 'records that aliases lead to')]
  }
  return led
    .filter(({ ttlSeconds }) => ttlSeconds > ALIAS_TTL)
    .map(({ setIdentifier, to, ttlSeconds }) => {
      const detail = `${JSON.stringify(setIdentifier)} is an alias to ${to} and answers with its TTL of ${ttlSeconds} s, where an alias is reckoned with ${ALIAS_TTL} s`
      const remedy = `give ${to} a TTL of ${ALIAS_TTL} s and wait one old TTL, or let the alias name the load balancer itself`
      return blocker('alias_ttl', route.name, detail, remedy)
    })
}

function nameOf(set: RecordSet): string {
  return `${JSON.stringify(set.SetIdentifier ?? '')}${set.AliasTarget === undefined ? '' : ' (alias)'}`
}

const ADDRESSES: readonly (string | undefined)[] = ['A', 'AAAA']
const SERVICES: readonly (string | undefined)[] = ['HTTPS', 'SVCB']

/** Clients choose the type that they ask for: what is not moved with the others keeps its users where they are. */
function otherTypes(route: Route53RouteSpec, sets: RecordSets): readonly Finding[] {
  const moved: readonly (string | undefined)[] = route.recordTypes
  const others = [...new Set(sets.map(({ Type }) => Type))].filter((type) => !moved.includes(type))
  const moveCname = moved.includes('CNAME')
  const findings: Finding[] = []
  if (moveCname ? others.some((type) => ADDRESSES.includes(type)) : others.includes('CNAME')) {
    const detail = `${route.record} has CNAME and address records: resolvers keep to the CNAME, and the weights mean nothing`
    findings.push(blocker('mixed_types', route.name, detail, 'use one of the two for both sides'))
  } else {
    for (const type of others.filter((one) => ADDRESSES.includes(one))) {
      const detail = `${route.record} has ${type} records too, and the route moves ${route.recordTypes.join(', ')} alone: clients of ${type} would stay, and not come back with a rollback`
      findings.push(blocker('other_type', route.name, detail, `add ${type} to recordTypes`))
    }
  }
  for (const type of others.filter((one) => SERVICES.includes(one))) {
    const detail = `${route.record} has ${type} records, which may hold addresses of their own: clients of these would stay`
    findings.push(warning('other_type', route.name, detail, 'see that they name no address of old'))
  }
  return findings
}
