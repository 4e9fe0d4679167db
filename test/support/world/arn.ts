/**
 * ARNs as AWS writes them, the same for the same names every time.
 */
import { hashOf } from './random.ts'

export const ACCOUNT_ID = '111122223333'

/** AWS's ids are 16 hex digits; here they follow from the name. */
const idOf = (name: string): string =>
  hashOf(name).toString(16).padStart(8, '0') + hashOf(name, 77).toString(16).padStart(8, '0')

const prefixOf = (region: string): string => `arn:aws:elasticloadbalancing:${region}:${ACCOUNT_ID}`
const balancerTail = (alb: string): string => `app/${alb}/${idOf(`alb ${alb}`)}`
const listenerTail = (alb: string, listener: string): string =>
  `${balancerTail(alb)}/${idOf(`listener ${alb} ${listener}`)}`

export const balancerArn = (region: string, alb: string): string =>
  `${prefixOf(region)}:loadbalancer/${balancerTail(alb)}`
export const listenerArn = (region: string, alb: string, listener: string): string =>
  `${prefixOf(region)}:listener/${listenerTail(alb, listener)}`
export const ruleArn = (region: string, alb: string, listener: string, rule: string): string =>
  `${prefixOf(region)}:listener-rule/${listenerTail(alb, listener)}/${idOf(`rule ${alb} ${listener} ${rule}`)}`
export const targetGroupArn = (region: string, name: string): string =>
  `${prefixOf(region)}:targetgroup/${name}/${idOf(`group ${name}`)}`

const dimensions = new Map<string, string>()

/** What CloudWatch calls it: `app/shop/…` or `targetgroup/shop-old/…`. */
export function dimensionOf(arn: string): string {
  const known = dimensions.get(arn) ?? parseDimension(arn)
  dimensions.set(arn, known)
  return known
}

function parseDimension(arn: string): string {
  const resource = arn.split(':').slice(5).join(':')
  return resource.startsWith('loadbalancer/') ? resource.slice('loadbalancer/'.length) : resource
}
