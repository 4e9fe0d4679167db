/**
 * What the ARNs of load balancing say by themselves: which listener, which load balancer. Pure; null for anything else.
 */

/** `app`: an application load balancer. Others have other rules. */
export interface Owner {
  readonly family: string
  readonly loadBalancer: string
  readonly listener: string
}

/** Of a listener or a rule: `…:listener/app/name/id/listener[/rule]`, `…:listener-rule/app/name/id/listener/rule`. */
export function ownerOf(arn: string): Owner | null {
  const parts = arn.split(':')
  const prefix = parts.slice(0, 5).join(':')
  const [type, family, name, id, listener] = parts.slice(5).join(':').split('/')
  if (type !== 'listener' && type !== 'listener-rule') return null
  if (family === undefined || name === undefined || id === undefined || listener === undefined) return null
  return {
    family,
    loadBalancer: `${prefix}:loadbalancer/${family}/${name}/${id}`,
    listener: `${prefix}:listener/${family}/${name}/${id}/${listener}`
  }
}

/** The part that people know: `targetgroup/shop-old/0123` is `shop-old`, `…/app/shop/…` is `app/shop/…`. */
export function shortName(arn: string): string {
  const [type, ...rest] = arn.split(':').slice(5).join(':').split('/')
  if (type === 'targetgroup' && rest[0] !== undefined) return rest[0]
  return rest.length === 0 ? arn : rest.join('/')
}
