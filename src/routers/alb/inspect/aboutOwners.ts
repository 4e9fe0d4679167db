/**
 * Who else believes to own what a shift writes to, by the tags that controllers leave. Pure. Tags prove ownership; no tags
 * prove nothing.
 */
import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { ownerOf } from '../arn.ts'
import type { Facts } from './facts.ts'
import { couldRead } from './unread.ts'

type Thing = 'load balancer' | 'listener' | 'rule' | 'target group'

interface Manager {
  readonly name: string
  readonly owns: (tag: Tag) => boolean
  /** What it does to weights that it did not set. */
  readonly does: string
  readonly remedy: string
  /** Its tag on the load balancer means that it owns everything below. */
  readonly ownsBelow: boolean
}

const MANAGERS: readonly Manager[] = [
  {
    name: 'the AWS Load Balancer Controller',
    owns: ({ Key = '' }) => /^(elbv2|ingress|service)\.k8s\.aws\/|^gateway(\.\w+)*\.k8s\.aws/.test(Key),
    does: 'sets weights back whenever it reconciles (any event on its objects, a restart, every 10 h), and deletes rules that it does not know',
    remedy:
      'make load balancer, listeners, rules and target groups outside Kubernetes, and bind pods with TargetGroupBinding only',
    ownsBelow: true
  },
  {
    name: 'ACK',
    owns: ({ Key = '' }) => Key.startsWith('services.k8s.aws/'),
    does: 'sets weights back whenever it reconciles',
    remedy: 'take the object out of its care for the time of the shift',
    ownsBelow: false
  },
  {
    name: 'CloudFormation (or the CDK)',
    owns: ({ Key = '' }) => Key.startsWith('aws:cloudformation:stack-'),
    does: 'sets weights back with the next stack update that touches it',
    remedy: 'update no such stack while the shift runs, and write the final weights into the template after it',
    ownsBelow: false
  },
  {
    name: 'Terraform or a relative of it',
    owns: ({ Key = '', Value = '' }) =>
      /terraform|opentofu|pulumi|crossplane/i.test(/managed.?by|provisioner|created.?by/i.test(Key) ? Value : Key),
    does: 'sets weights back with the next apply',
    remedy: 'put the action into `ignore_changes`, or apply nothing while the shift runs',
    ownsBelow: false
  }
]

export function aboutOwners(facts: Facts): readonly Finding[] {
  const findings = facts.routes.flatMap((route) =>
    thingsOf(route).flatMap(({ thing, arn }) => {
      const tags = facts.tags.get(arn)
      if (tags === undefined) return []
      if (tags instanceof AwsFailure) {
        // What does not exist is another finding's business.
        return tags.gone ? [] : [couldRead(tags, null, 'DescribeTags', 'tags of controllers that own what is moved')]
      }
      const name = thing === 'load balancer' || thing === 'target group' ? null : route.name
      return MANAGERS.filter((manager) => tags.some((tag) => manager.owns(tag))).map((manager) =>
        ownedBy(manager, thing, arn, tags, name)
      )
    })
  )
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.detail}`, finding])).values()]
}

function thingsOf(route: AlbRouteSpec): readonly { readonly thing: Thing; readonly arn: string }[] {
  return [
    { thing: 'load balancer', arn: ownerOf(route.target.arn)?.loadBalancer ?? '' },
    { thing: route.target.kind, arn: route.target.arn },
    { thing: 'target group', arn: route.old.targetGroup },
    { thing: 'target group', arn: route.new.targetGroup }
  ]
}

function ownedBy(manager: Manager, thing: Thing, arn: string, tags: readonly Tag[], route: string | null): Finding {
  const proof = tags.filter((tag) => manager.owns(tag)).map(({ Key = '', Value = '' }) => `${Key}=${Value}`)
  const weights = thing === 'rule' || thing === 'listener' || manager.ownsBelow
  return {
    severity: weights ? 'warning' : 'info',
    code: 'owned_by',
    route,
    detail: `the ${thing} ${arn} belongs to ${manager.name} (${proof.join(', ')})${weights ? `, which ${manager.does}` : ''}`,
    remedy: manager.remedy
  }
}
