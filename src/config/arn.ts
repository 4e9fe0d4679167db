/**
 * ARNs of Elastic Load Balancing: which kind of thing one names, and where it is. Knows nothing of whether it exists.
 * Forms: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */

export type ElbKind = 'listener' | 'rule' | 'targetGroup' | 'loadBalancer' | 'networkLoadBalancer'

export interface ElbArn {
  readonly kind: ElbKind
  readonly region: string
  readonly account: string
}

const PREFIX = /^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):(\d{12}):(\S+)$/

/** Listeners and rules of Application Load Balancers only: a network one has no weights in its rules. */
const KINDS: readonly (readonly [ElbKind, RegExp])[] = [
  ['listener', /^listener\/app\/[^/]+\/[^/]+\/[^/]+$/],
  ['rule', /^listener-rule\/app\/[^/]+\/[^/]+\/[^/]+\/[^/]+$/],
  ['targetGroup', /^targetgroup\/[^/]+\/[^/]+$/],
  ['loadBalancer', /^loadbalancer\/app\/[^/]+\/[^/]+$/],
  ['networkLoadBalancer', /^loadbalancer\/net\/[^/]+\/[^/]+$/]
]

/** What else people have at hand, by how the resource begins. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['listener/app/', 'the ARN of an ALB listener'],
  ['listener-rule/app/', 'the ARN of an ALB listener rule'],
  ['listener/net/', 'the ARN of a listener of a Network Load Balancer'],
  ['listener-rule/net/', 'the ARN of a rule of a Network Load Balancer'],
  ['listener/gwy/', 'the ARN of a listener of a Gateway Load Balancer'],
  ['targetgroup/', 'the ARN of a target group'],
  ['loadbalancer/net/', 'the ARN of a Network Load Balancer'],
  ['loadbalancer/gwy/', 'the ARN of a Gateway Load Balancer'],
  ['loadbalancer/', 'the ARN of a load balancer']
]

const WANTED: Readonly<Record<ElbKind, string>> = {
  listener: 'the ARN of an ALB listener (arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/…)',
  rule: 'the ARN of an ALB listener rule (arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener-rule/app/…)',
  targetGroup: 'the ARN of a target group (arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/…)',
  loadBalancer:
    'the ARN of an Application Load Balancer (arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/…)',
  networkLoadBalancer:
    'the ARN of a Network Load Balancer (arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/net/…)'
}

/** Parts of the ARN where it names a `kind`; else a sentence that says what it names instead. */
export function readElbArn(text: string, kind: ElbKind): ElbArn | string {
  const [, region = '', account = '', resource = ''] = PREFIX.exec(text) ?? []
  const found = KINDS.find(([, shape]) => shape.test(resource))?.[0]
  if (found === kind) return { kind, region, account }
  return `is ${namedBy(text, resource, found)}, but must be ${WANTED[kind]}`
}

function namedBy(text: string, resource: string, found: ElbKind | undefined): string {
  const other = OTHERS.find(([start]) => resource.startsWith(start))?.[1]
  if (other !== undefined)
    return found || !/^(?:listener(?:-rule)?\/app|targetgroup|loadbalancer\/app)\//.test(resource)
      ? other
      : `${other} that is not whole`
  const service = /^arn:[^:]*:([^:]+):/.exec(text)?.[1]
  return service === undefined || service === 'elasticloadbalancing'
    ? `${JSON.stringify(text)}, no whole ARN`
    : `an ARN of ${service}`
}
