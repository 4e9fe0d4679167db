// Everything that exists at the lab's AWS: load balancers, listeners, rules, target groups, by ARN and by name. The one
// place where a rule's actions change. Never serves a request, neither AWS's nor a user's.

import type { Action, Forward, History, Stickiness } from './action.ts'
import { asOf, forwardOf, history, newest, write } from './action.ts'
import { arnMaker } from './arn.ts'
import type { ForwardSpec, LabSpec, ListenerSpec, LoadBalancerSpec, RuleSpec } from './spec.ts'
import type { TargetGroup } from './targetGroup.ts'
import { createTargetGroup } from './targetGroup.ts'

export interface Rule {
  /** The name in the spec; a default rule bears its listener's. */
  readonly name: string
  readonly arn: string
  readonly priority: number | 'default'
  readonly paths: readonly string[]
  readonly tags: Map<string, string>
  readonly actions: History<readonly Action[]>
}

export interface Listener {
  readonly name: string
  readonly arn: string
  /** 0 in the spec until the load balancer listens. */
  port: number
  readonly rules: readonly Rule[]
  readonly defaultRule: Rule
  readonly tags: Map<string, string>
}

export interface LoadBalancer {
  readonly name: string
  readonly arn: string
  readonly host: string
  readonly ipAddressType: 'ipv4' | 'dualstack'
  readonly createdAt: number
  readonly listeners: readonly Listener[]
  readonly tags: Map<string, string>
}

export interface World {
  readonly region: string
  readonly loadBalancers: readonly LoadBalancer[]
  readonly targetGroups: readonly TargetGroup[]
  listeners(): readonly Listener[]
  /** All rules, default ones included. */
  rules(): readonly Rule[]
  targetGroup(nameOrArn: string): TargetGroup | undefined
  /** Load balancers with a rule that names this group now: only then its targets are checked. */
  usedBy(targetGroupArn: string): readonly LoadBalancer[]
  /** What the API tells now; older than what was written by `readLagMs`. */
  told(rule: Rule): readonly Action[]
  /** What the data plane does now; older than what was written by `propagationMs`. */
  inEffect(rule: Rule): readonly Action[]
  change(rule: Rule, actions: readonly Action[]): void
  forwardAction(forward: ForwardSpec, stickiness: Stickiness): Action
}

export interface WorldOptions {
  readonly region: string
  readonly propagationMs: number
  readonly readLagMs: number
}

const entries = (tags: Readonly<Record<string, string>> = {}): Map<string, string> => new Map(Object.entries(tags))
const stickinessOf = (seconds: number | undefined): Stickiness =>
  seconds === undefined ? { enabled: false } : { enabled: true, seconds }

export function createWorld(spec: LabSpec, options: WorldOptions): World {
  const arns = arnMaker(options.region)
  const targetGroups = spec.targetGroups.map((one) => createTargetGroup(one, arns.targetGroup(one.name)))
  const targetGroup = (nameOrArn: string): TargetGroup | undefined =>
    targetGroups.find((one) => one.arn === nameOrArn || one.name === nameOrArn)

  const forwardAction = (weights: ForwardSpec, stickiness: Stickiness): Action => {
    const groups = Object.entries(weights).map(([name, weight]) => {
      const group = targetGroup(name)
      if (group === undefined) throw new Error(`unknown target group ${name}`)
      return { arn: group.arn, weight }
    })
    return { type: 'forward', forward: { groups, stickiness } }
  }
  const actionsOf = (from: ListenerSpec | RuleSpec): readonly Action[] =>
    [...(from.before ?? []), forwardAction(from.forward, stickinessOf(from.stickySeconds))].map((action, at, all) =>
      all.length > 1 ? { ...action, order: at + 1 } : action
    )
  const build = { arns, actionsOf }
  const loadBalancers = spec.loadBalancers.map((one) => buildLoadBalancer(one, build))
  const listeners = (): readonly Listener[] => loadBalancers.flatMap((one) => one.listeners)
  const rulesOf = (lb: LoadBalancer): readonly Rule[] => lb.listeners.flatMap((one) => [...one.rules, one.defaultRule])

  return {
    region: options.region,
    loadBalancers,
    targetGroups,
    listeners,
    rules: () => loadBalancers.flatMap(rulesOf),
    targetGroup,
    usedBy: (arn) =>
      loadBalancers.filter((lb) => rulesOf(lb).some((rule) => names(forwardOf(newest(rule.actions)), arn))),
    told: (rule) => asOf(rule.actions, Date.now() - options.readLagMs),
    inEffect: (rule) => asOf(rule.actions, Date.now() - options.propagationMs),
    change: (rule, actions) => write(rule.actions, actions, Date.now()),
    forwardAction
  }
}

const names = (forward: Forward | undefined, arn: string): boolean =>
  forward?.groups.some((group) => group.arn === arn) ?? false

interface Build {
  readonly arns: ReturnType<typeof arnMaker>
  readonly actionsOf: (from: ListenerSpec | RuleSpec) => readonly Action[]
}

function buildLoadBalancer(spec: LoadBalancerSpec, build: Build): LoadBalancer {
  return {
    name: spec.name,
    arn: build.arns.loadBalancer(spec.name),
    host: spec.host ?? '127.0.0.1',
    ipAddressType: spec.ipAddressType ?? 'ipv4',
    createdAt: Date.now(),
    listeners: spec.listeners.map((one) => buildListener(spec.name, one, build)),
    tags: entries(spec.tags)
  }
}

function buildListener(lb: string, spec: ListenerSpec, { arns, actionsOf }: Build): Listener {
  const rule = (name: string, priority: number | 'default', from: ListenerSpec | RuleSpec): Rule => ({
    name,
    arn: arns.rule(lb, spec.name, priority === 'default' ? 'default' : name),
    priority,
    paths: 'paths' in from ? from.paths : [],
    tags: entries(priority === 'default' ? {} : from.tags),
    actions: history(actionsOf(from))
  })
  return {
    name: spec.name,
    arn: arns.listener(lb, spec.name),
    port: spec.port ?? 0,
    rules: (spec.rules ?? []).map((one, at) => rule(one.name, (at + 1) * 10, one)),
    defaultRule: rule(spec.name, 'default', spec),
    tags: entries(spec.tags)
  }
}
