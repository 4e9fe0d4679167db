/**
 * Who leaves which tags on what it owns, what it does to weights that it did not set, and when, and what to do about it. Pure. Tags
 * prove ownership; no tags prove nothing.
 *
 * AWS Load Balancer Controller: pkg/deploy/tracking/provider.go, pkg/deploy/elbv2/listener_rule_synthesizer.go and
 * docs/deploy/configurations.md of kubernetes-sigs/aws-load-balancer-controller.
 */
import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ControllerName } from '../../../core/migration.ts'

export interface Owner {
  readonly name: string
  /** Reconciles by itself, so it writes in the middle of a shift; null: it waits for a person. */
  readonly controller: ControllerName | null
  readonly owns: (tag: Tag) => boolean
  /** What it does to weights that it did not set, and when. */
  readonly does: string
  /** What it does to a target group that it made; null: nothing that a shift would notice. */
  readonly doesToGroup: string | null
  readonly remedy: string
  /** Tags that say whose it is, the most telling first. */
  readonly names: readonly string[]
}

const LBC = /^(elbv2|ingress|service)\.k8s\.aws\/|^gateway(\.\w+)*\.k8s\.aws/

/** The same controller, run by EKS: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSLoadBalancingPolicy.html */
const AUTO_MODE = /^(ingress|service)\.eks\.amazonaws\.com\/|^gateway\.eks\.amazonaws\.com/

const LBC_DOES = {
  does:
    'sets the weights back whenever it reconciles: at any event on the Ingress, its Services and Secrets, at its restart or ' +
    'upgrade, and every 10 h (--sync-period); and it deletes listeners and rules that it does not know',
  doesToGroup:
    'deletes it together with the Ingress or Service that it was made for, without waiting for the targets to drain',
  remedy:
    'move traffic where no controller writes: make a load balancer, listener, rule and one target group for each cluster outside ' +
    'Kubernetes, bind the pods of each cluster to its group with a TargetGroupBinding, and point the name at it. Or leave the ' +
    'Ingress-made load balancers of both clusters as they are and move between them with a route of type route53. Weights in ' +
    'the annotation alb.ingress.kubernetes.io/actions.NAME are moved by whoever writes the Ingress, not by Sluice'
}

export const OWNERS: readonly Owner[] = [
  {
    ...LBC_DOES,
    name: 'the AWS Load Balancer Controller',
    controller: 'aws-load-balancer-controller',
    owns: ({ Key = '' }) => LBC.test(Key),
    names: ['elbv2.k8s.aws/cluster', 'ingress.k8s.aws/cluster', 'ingress.k8s.aws/stack', 'service.k8s.aws/stack']
  },
  {
    ...LBC_DOES,
    name: 'the AWS Load Balancer Controller of EKS Auto Mode',
    controller: 'aws-load-balancer-controller',
    owns: ({ Key = '' }) => AUTO_MODE.test(Key),
    names: ['eks:eks-cluster-name', 'ingress.eks.amazonaws.com/stack', 'service.eks.amazonaws.com/stack']
  },
  {
    name: 'ACK (AWS Controllers for Kubernetes)',
    controller: 'ack',
    owns: ({ Key = '' }) => Key.startsWith('services.k8s.aws/'),
    does: 'sets the weights back whenever it reconciles: at any event on the object, at its restart, and at its resync (10 h)',
    doesToGroup: null,
    remedy:
      'take the object out of its care for the time of the shift (annotation services.k8s.aws/read-only, or delete with retain)',
    names: ['services.k8s.aws/namespace']
  },
  {
    name: 'Crossplane',
    controller: 'crossplane',
    owns: ({ Key = '', Value = '' }) =>
      /^crossplane-(kind|name|providerconfig)$/.test(Key) || named(Key, Value, /crossplane/i),
    does: 'sets the weights back whenever it polls, by default every 10 min',
    doesToGroup: null,
    remedy: 'pause the object for the time of the shift (annotation crossplane.io/paused: "true")',
    names: ['crossplane-name']
  },
  {
    name: 'CloudFormation (or the CDK)',
    controller: null,
    owns: ({ Key = '' }) => Key.startsWith('aws:cloudformation:stack-'),
    does: 'sets the weights back with the next stack update that touches it',
    doesToGroup: null,
    remedy: 'update no such stack while the shift runs, and write the final weights into the template after it',
    names: ['aws:cloudformation:stack-name']
  },
  {
    name: 'Terraform or a relative of it',
    controller: null,
    owns: ({ Key = '', Value = '' }) => named(Key, Value, /terraform|opentofu|pulumi/i),
    does: 'sets the weights back with the next apply',
    doesToGroup: null,
    remedy: 'put the action into `ignore_changes`, or apply nothing while the shift runs',
    names: []
  }
]

/** In a key that says who manages it the value tells, else the key itself. */
function named(key: string, value: string, pattern: RegExp): boolean {
  return pattern.test(/managed.?by|provisioner|created.?by/i.test(key) ? value : key)
}
