// The DNS name of a load balancer and the zone it lives in, as AWS would make them. Pure; the same for the same ARN every time.

/** The hosted zone of ALB names in ap-northeast-1; aliases name it. */
export const lbHostedZoneId = 'Z14GRHDCWA56QT'

export const lbDomain = (region: string): string => `${region}.elb.amazonaws.com`

export function lbDnsName(lb: { readonly name: string; readonly arn: string }, region: string): string {
  const id = lb.arn.slice(-10)
  return `${lb.name}-${Number.parseInt(id.slice(0, 7), 16)}.${lbDomain(region)}`
}
