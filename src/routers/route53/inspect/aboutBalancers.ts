/**
 * The load balancers behind a route's records: are they those that are measured, is new's warm, and does it show the right
 * certificate. Pure.
 */
import { SIDES, type Side } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import type { Instant, Ms } from '../../../core/time.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { balancerName } from '../balancers.ts'
import { groupsOf } from '../records.ts'
import { targetOf } from '../resolve.ts'
import type { Shown } from '../handshake.ts'
import type { Facts } from './facts.ts'
import { blocker, couldRead, info, mustRead, warning } from './finding.ts'

const DESCRIBE = 'elasticloadbalancing:DescribeLoadBalancers on resource "*"'

export function aboutBalancers(facts: Facts, now: Instant): readonly Finding[] {
  return [...SIDES.flatMap((side) => ofSide(facts, side)), ...cold(facts), ...certificates(facts, now)]
}

function ofSide(facts: Facts, side: Side): readonly Finding[] {
  const { route, sets } = facts
  const { balancer } = facts.sides[side]
  const name = `${side} (${JSON.stringify(route[side].setIdentifier)})`
  if (balancer === null) {
    const { measure, targetGroups } = route[side]
    // Counted by metrics of its own, and its targets are named: nothing of the load balancer is needed.
    if (measure !== undefined && targetGroups !== null) return []
    const detail = `${name}: which load balancer its records answer with is not known, so that nothing of it can be measured`
    return [blocker('no_load_balancer', route.name, detail, `name it: ${side}: { loadBalancer: ARN }`)]
  }
  if (balancer instanceof AwsFailure) {
    if (!balancer.gone) return [mustRead(balancer, route.name, DESCRIBE)]
    const detail = `${name}: ${route[side].loadBalancer} does not exist`
    return [blocker('load_balancer_not_found', route.name, detail, 'correct its ARN, its region and its account')]
  }
  if (sets instanceof AwsFailure) return []
  const targets = groupsOf(route, sets).flatMap((group) => (group[side] === null ? [] : [targetOf(group[side])]))
  const wanted = balancerName(balancer.DNSName ?? '')
  const other = targets.find((target) => target === null || balancerName(target) !== wanted)
  if (other === undefined) return []
  const what = other === null ? 'holds addresses' : `leads to ${other}`
  const detail = `${name}: its record ${what}, and its requests are counted at ${wanted}: if these are not the same, what is measured is not what users get`
  return [warning('other_load_balancer', route.name, detail, 'see that requests for this record arrive there')]
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html */
function cold({ route, reserved, sides }: Facts): readonly Finding[] {
  const shared = route.old.loadBalancer === route.new.loadBalancer
  // Not to be told, or not allowed to be: no reason to say anything.
  if (shared || reserved === null || reserved instanceof AwsFailure || reserved > 0) return []
  if (sides.new.balancer === null || sides.new.balancer instanceof AwsFailure) return []
  const detail =
    "new's load balancer has no reserved capacity and grows as traffic comes: a step that more than doubles its traffic within 5 minutes may be too fast for it"
  const remedy = `take small steps, or reserve: aws elbv2 modify-capacity-reservation --load-balancer-arn ${route.new.loadBalancer} --minimum-load-balancer-capacity CapacityUnits=…`
  return [info('cold_load_balancer', route.name, detail, remedy)]
}

/** Renewals come at the latest 30 days before the end; two weeks before it none has come. */
const SOON_MS: Ms = 14 * 86_400_000

function certificates({ route, certificates: found }: Facts, now: Instant): readonly Finding[] {
  if (found instanceof AwsFailure) {
    return [couldRead(found, route.name, 'elasticloadbalancing:DescribeListeners on resource "*"', "new's certificate")]
  }
  return found.flatMap(({ port, shown }) => ofShown(route.name, route.record, port, shown, now))
}

function ofShown(name: string, record: string, port: number, shown: Shown, now: Instant): readonly Finding[] {
  if (shown.kind === 'nothing') {
    const detail = `new's certificate for ${record} at port ${port} could not be looked at from here: ${shown.detail}`
    const remedy = `look yourself: openssl s_client -connect NEW:${port} -servername ${record}`
    return [warning('certificate_unseen', name, detail, remedy)]
  }
  const until = new Date(shown.validTo).toISOString()
  if (!shown.fits) {
    const detail = `new shows those who ask for ${record} at port ${port} a certificate of another name (${shown.names})`
    return [blocker('certificate_name', name, detail, `add a certificate for ${record} to new's listener`)]
  }
  if (shown.validTo <= now) {
    return [blocker('certificate_expired', name, `new's certificate at port ${port} ended at ${until}`, 'renew it')]
  }
  if (shown.validTo - now > SOON_MS) return []
  return [warning('certificate_expires', name, `new's certificate at port ${port} ends at ${until}`, 'renew it')]
}
