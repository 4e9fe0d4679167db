/**
 * A load balancer API in memory, behind `client.send`: refuses what AWS refuses, tells actions in AWS's own spelling, pages its
 * lists, counts its calls, and fails where a test says so. No sockets, no time of its own.
 */
import type {
  Action,
  DescribeListenersCommandInput,
  DescribeRulesCommandInput,
  DescribeTagsCommandInput,
  DescribeTargetGroupsCommandInput,
  ModifyListenerCommandInput,
  ModifyRuleCommandInput,
  TargetGroup
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AccountRef } from '../../../src/core/migration.ts'
import type { Access, AwsClient, ClientFor } from '../../../src/aws/aws.ts'

export interface FakeRule {
  readonly arn: string
  readonly listener: string
  readonly isDefault: boolean
  readonly priority: string
  actions: Action[]
}

export interface Sent {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly account: AccountRef
  readonly access: Access
}

type Fault = (sent: Sent) => Promise<unknown> | void

export interface FakeElb {
  readonly clientFor: ClientFor
  readonly rules: Map<string, FakeRule>
  readonly groups: Map<string, TargetGroup>
  /** State of each target, by target group. */
  readonly targets: Map<string, readonly string[]>
  readonly tags: Map<string, Record<string, string>>
  readonly attributes: Map<string, Record<string, string>>
  readonly calls: Sent[]
  pageSize: number
  /** How often the SDK says that it sent each call. */
  attempts: number
  /** Asked before each call: throws, or never ends, where the test wants it. */
  fault: Fault
  count(operation: string): number
}

/** An error as the SDK throws it. */
export function sdkError(name: string, status: number, message = name): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, attempts: 1 }
  })
}

const throttled = () => sdkError('ThrottlingException', 400, 'Rate exceeded')

/** The first so many calls of an operation are throttled. */
export function throttleFirst(operation: string, times: number): Fault {
  let left = times
  return (sent) => {
    if (sent.operation === operation && left-- > 0) throw throttled()
  }
}

export function fakeElb(): FakeElb {
  const fake: FakeElb = {
    clientFor: (_service, account, access) => client(fake, account, access),
    rules: new Map(),
    groups: new Map(),
    targets: new Map(),
    tags: new Map(),
    attributes: new Map(),
    calls: [],
    pageSize: 100,
    attempts: 1,
    fault: () => undefined,
    count: (operation) => fake.calls.filter((call) => call.operation === operation).length
  }
  return fake
}

function client(fake: FakeElb, account: AccountRef, access: Access): AwsClient {
  return {
    async send<O extends object>(command: { readonly input: object }): Promise<O> {
      const operation = command.constructor.name.replace('Command', '')
      const input = structuredClone(command.input) as Readonly<Record<string, unknown>>
      const sent: Sent = { operation, input, account, access }
      fake.calls.push(sent)
      await fake.fault(sent)
      const handler = handlers[operation]
      if (handler === undefined) throw new Error(`the fake does not know ${operation}`)
      return { ...handler(fake, input), $metadata: { httpStatusCode: 200, attempts: fake.attempts } } as unknown as O
    },
    destroy: () => undefined
  }
}

const handlers: Readonly<Record<string, (fake: FakeElb, input: any) => object>> = {
  DescribeRules(fake, { RuleArns, ListenerArn, Marker }: DescribeRulesCommandInput) {
    if ((RuleArns?.length ?? 0) > 20) throw sdkError('ValidationError', 400, 'at most 20')
    const all =
      RuleArns === undefined
        ? [...fake.rules.values()].filter((rule) => rule.listener === ListenerArn)
        : RuleArns.map((arn) => existing(fake, arn, 'Rule'))
    const { items, next } = page(fake, all, Marker)
    const Rules = items.map((rule) => ({
      RuleArn: rule.arn,
      Priority: rule.priority,
      IsDefault: rule.isDefault,
      Conditions: rule.isDefault ? [] : [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }],
      Actions: told(rule.actions)
    }))
    return { Rules, NextMarker: next }
  },
  DescribeListeners(fake, { ListenerArns, LoadBalancerArn = '', Marker }: DescribeListenersCommandInput) {
    const listeners = new Map([...fake.rules.values()].map((rule) => [rule.listener, rule]))
    for (const arn of ListenerArns ?? []) if (!listeners.has(arn)) throw sdkError('ListenerNotFoundException', 400)
    const of = LoadBalancerArn.replace(':loadbalancer/', ':listener/')
    const all = [...listeners.keys()].filter((arn) => ListenerArns?.includes(arn) ?? arn.startsWith(`${of}/`))
    const { items, next } = page(fake, all, Marker)
    const Listeners = items.map((arn) => ({
      ListenerArn: arn,
      DefaultActions: told(defaultOf(fake, arn)?.actions ?? [])
    }))
    return { Listeners, NextMarker: next }
  },
  DescribeTargetGroups(fake, { TargetGroupArns = [], Marker }: DescribeTargetGroupsCommandInput) {
    const all = TargetGroupArns.map((arn) => {
      const group = fake.groups.get(arn)
      if (group === undefined) throw sdkError('TargetGroupNotFoundException', 400)
      return group
    })
    const { items, next } = page(fake, all, Marker)
    return { TargetGroups: items, NextMarker: next }
  },
  DescribeTargetGroupAttributes(fake, { TargetGroupArn }: { TargetGroupArn: string }) {
    const attributes = fake.attributes.get(TargetGroupArn) ?? {}
    return { Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })) }
  },
  DescribeTargetHealth(fake, { TargetGroupArn }: { TargetGroupArn: string }) {
    if (!fake.groups.has(TargetGroupArn)) throw sdkError('TargetGroupNotFoundException', 400)
    const used = [...fake.rules.values()].some((rule) => groupsIn(rule).includes(TargetGroupArn))
    const states = fake.targets.get(TargetGroupArn) ?? []
    return { TargetHealthDescriptions: states.map((State) => ({ TargetHealth: { State: used ? State : 'unused' } })) }
  },
  DescribeTags(fake, { ResourceArns = [] }: DescribeTagsCommandInput) {
    if (ResourceArns.length > 20) throw sdkError('ValidationError', 400, 'at most 20')
    const TagDescriptions = ResourceArns.map((ResourceArn) => ({
      ResourceArn,
      Tags: Object.entries(fake.tags.get(ResourceArn) ?? {}).map(([Key, Value]) => ({ Key, Value }))
    }))
    return { TagDescriptions }
  },
  ModifyRule(fake, { RuleArn = '', Actions = [] }: ModifyRuleCommandInput) {
    const rule = existing(fake, RuleArn, 'Rule')
    if (rule.isDefault) throw sdkError('OperationNotPermittedException', 400)
    change(fake, rule, Actions)
    return { Rules: [] }
  },
  ModifyListener(fake, { ListenerArn = '', DefaultActions = [] }: ModifyListenerCommandInput) {
    const rule = defaultOf(fake, ListenerArn)
    if (rule === undefined) throw sdkError('ListenerNotFoundException', 400)
    change(fake, rule, DefaultActions)
    return { Listeners: [] }
  }
}

function defaultOf(fake: FakeElb, listener: string): FakeRule | undefined {
  return [...fake.rules.values()].find((rule) => rule.listener === listener && rule.isDefault)
}

function existing(fake: FakeElb, arn: string, what: string): FakeRule {
  const rule = fake.rules.get(arn)
  if (rule === undefined)
    throw sdkError(`${what}NotFoundException`, 400, `One or more ${what.toLowerCase()}s not found`)
  return rule
}

function groupsIn(rule: FakeRule): readonly (string | undefined)[] {
  return rule.actions.flatMap((action) => (action.ForwardConfig?.TargetGroups ?? []).map((one) => one.TargetGroupArn))
}

/** Refuses what AWS refuses, and forgets what AWS never tells. */
function change(fake: FakeElb, rule: FakeRule, actions: Action[]): void {
  for (const action of actions) {
    const tuples = action.ForwardConfig?.TargetGroups ?? []
    const sticky = tuples.some(
      ({ TargetGroupArn = '' }) => fake.attributes.get(TargetGroupArn)?.['stickiness.enabled'] === 'true'
    )
    if (sticky && tuples.length > 1 && action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled !== true) {
      throw sdkError('InvalidConfigurationRequestException', 400, 'You must enable group stickiness')
    }
    if (action.TargetGroupArn !== undefined && tuples.length > 1) throw sdkError('InvalidLoadBalancerAction', 400)
    if (tuples.length > 1 && tuples.some(({ Weight }) => Weight === undefined)) throw sdkError('ValidationError', 400)
    const oidc = action.AuthenticateOidcConfig
    if (oidc !== undefined && oidc.UseExistingClientSecret !== true) throw sdkError('InvalidLoadBalancerAction', 400)
  }
  rule.actions = structuredClone(actions).map(({ AuthenticateOidcConfig, ...action }) => {
    if (AuthenticateOidcConfig === undefined) return action
    const { UseExistingClientSecret: _, ...oidc } = AuthenticateOidcConfig
    return { ...action, AuthenticateOidcConfig: oidc }
  })
}

/** AWS's spelling: a lone group in both forms, default stickiness, groups in an order of its own. */
function told(actions: readonly Action[]): Action[] {
  return structuredClone([...actions]).map((action) => {
    if (action.Type !== 'forward') return action
    const tuples = (
      action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }]
    ).toReversed()
    return {
      ...action,
      ...(tuples.length === 1 ? { TargetGroupArn: tuples[0]?.TargetGroupArn } : {}),
      ForwardConfig: {
        TargetGroups: tuples,
        TargetGroupStickinessConfig: action.ForwardConfig?.TargetGroupStickinessConfig ?? { Enabled: false }
      }
    }
  })
}

function page<T>(fake: FakeElb, all: readonly T[], marker: string | undefined) {
  const from = Number(marker ?? 0)
  const to = from + fake.pageSize
  return { items: all.slice(from, to), next: to < all.length ? String(to) : undefined }
}
