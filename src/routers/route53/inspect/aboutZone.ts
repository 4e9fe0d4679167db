/**
 * What stands against moving a route, seen from its hosted zone and from what Sluice may ask there. Pure.
 */
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { isDenied } from '../../../aws/classify.ts'
import { plainName } from '../records.ts'
import type { Facts } from './facts.ts'
import { blocker, couldRead, info, mustRead } from './finding.ts'

export function aboutZone({ route, zone, noGetChange }: Facts): readonly Finding[] {
  const findings: Finding[] = []
  if (noGetChange !== null && isDenied(noGetChange)) {
    findings.push(mustRead(noGetChange, route.name, 'route53:GetChange on arn:aws:route53:::change/*'))
  }
  if (zone instanceof AwsFailure) {
    // That it does not exist is said of the records already.
    if (!zone.gone) findings.push(couldRead(zone, route.name, 'route53:GetHostedZone', 'the hosted zone'))
    return findings
  }
  const name = plainName(zone.Name ?? '')
  if (name !== '' && route.record !== name && !route.record.endsWith(`.${name}`)) {
    const detail = `hosted zone ${route.hostedZone} is ${name}, and ${route.record} is not in it`
    findings.push(blocker('not_in_zone', route.name, detail, 'correct the record, or the hosted zone'))
  }
  if (zone.Config?.PrivateZone === true) {
    const detail = `${name} is a private zone: EC2's resolver holds answers for up to 60 s, and clients inside often for longer`
    findings.push(
      info('private_zone', route.name, detail, 'see that the clients resolve anew (JVMs, connection pools)')
    )
  }
  return findings
}
