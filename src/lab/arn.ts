// ARNs as AWS writes them, the same for the same names every time. Never invents a resource: it only names them.

import { createHash } from 'node:crypto'

export const accountId = '111122223333'

/** AWS's ids are 16 hex digits; here they follow from the name, so that a copied migration file works again tomorrow. */
function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16)
}

export function arnMaker(region: string) {
  const prefix = `arn:aws:elasticloadbalancing:${region}:${accountId}`
  const loadBalancerTail = (name: string): string => `app/${name}/${idOf(`lb ${name}`)}`
  const listenerTail = (lb: string, name: string): string => `${loadBalancerTail(lb)}/${idOf(`listener ${lb} ${name}`)}`
  return {
    loadBalancer: (name: string): string => `${prefix}:loadbalancer/${loadBalancerTail(name)}`,
    listener: (lb: string, name: string): string => `${prefix}:listener/${listenerTail(lb, name)}`,
    rule: (lb: string, listener: string, name: string): string =>
      `${prefix}:listener-rule/${listenerTail(lb, listener)}/${idOf(`rule ${lb} ${listener} ${name}`)}`,
    targetGroup: (name: string): string => `${prefix}:targetgroup/${name}/${idOf(`tg ${name}`)}`
  }
}

/** What CloudWatch uses as a dimension: `app/shop/…` or `targetgroup/shop-old-web/…`. */
export function dimensionOf(arn: string): string {
  const resource = arn.split(':').slice(5).join(':')
  return resource.startsWith('loadbalancer/') ? resource.slice('loadbalancer/'.length) : resource
}
