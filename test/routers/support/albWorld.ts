/**
 * The real ALB router over the fake API, in virtual time, with routes made by name.
 */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRouteSpec } from '../../../src/core/migration.ts'
import { makeAws, type CallSeen } from '../../../src/aws/aws.ts'
import { albRouter } from '../../../src/routers/alb/alb.ts'
import type { Router } from '../../../src/routers/router.ts'
import { virtualClock, type VirtualClock } from '../../support/virtual.ts'
import type { ContractWorld, Groups, Setup, Standing } from '../contract.ts'
import { fakeElb, type FakeElb } from './fakeElb.ts'

export const ELB = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'
export const BALANCER = `${ELB}:loadbalancer/app/shop/50dc6c495c0c9188`
export const LISTENER = `${ELB}:listener/app/shop/50dc6c495c0c9188/0467ef3c8400ae65`

export interface AlbWorld extends ContractWorld {
  readonly clock: VirtualClock
  readonly fake: FakeElb
  readonly router: Router<AlbRouteSpec>
  readonly seen: CallSeen[]
  route(setup: Setup): Promise<AlbRouteSpec>
}

export const groupArn = (name: string) => `${ELB}:targetgroup/${name}/73e2d6bc24d8a067`

export const LOGIN: Action = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/userinfo',
    ClientId: 'shop'
  }
}

export function forward(weights: Readonly<Record<string, number>>, stickySeconds?: number): Action {
  return {
    Type: 'forward',
    Order: 2,
    ForwardConfig: {
      TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
      ...(stickySeconds === undefined
        ? {}
        : { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: stickySeconds } })
    }
  }
}

export function specOf(name: string, kind: 'rule' | 'listener' = 'rule'): AlbRouteSpec {
  const arn =
    kind === 'rule' ? `${ELB}:listener-rule/app/shop/50dc6c495c0c9188/0467ef3c8400ae65/${name}` : `${LISTENER}${name}`
  const account = { region: 'ap-northeast-1' }
  const side = (cluster: string) => ({ targetGroup: groupArn(`${name}-${cluster}`), vars: {}, account })
  return { name, type: 'alb', key: `alb:${arn}`, target: { kind, arn }, account, old: side('old'), new: side('new') }
}

export function weightsByArn(name: string, groups: Groups): Record<string, number> {
  return Object.fromEntries(
    (['old', 'new', 'third'] as const).flatMap((side) => {
      const weight = groups[side]
      return weight === undefined ? [] : [[groupArn(`${name}-${side}`), weight] as const]
    })
  )
}

export function albWorld(options: { random?: () => number } = {}): AlbWorld {
  const clock = virtualClock()
  const fake = fakeElb()
  const seen: CallSeen[] = []
  const aws = makeAws({
    clock,
    region: 'ap-northeast-1',
    clientFor: fake.clientFor,
    observe: (call) => seen.push(call)
  })
  return {
    clock,
    fake,
    seen,
    router: albRouter({ aws, clock, ...options }),
    now: () => clock.now(),
    route: async (setup) => makeRoute(fake, setup),
    standing: async (route) => standingOf(fake, route.name, route.target.arn),
    tamper: async (route, groups) => {
      const rule = ruleAt(fake, route.target.arn)
      const others = rule.actions.filter(({ Type }) => Type !== 'forward')
      rule.actions = [...others, forward(weightsByArn(route.name, groups))]
    },
    remove: async (route) => {
      fake.rules.delete(ruleAt(fake, route.target.arn).arn)
    },
    targets: async (route, side, healthy, unhealthy) => {
      const states = [...Array(healthy).fill('healthy'), ...Array(unhealthy).fill('unhealthy')]
      fake.targets.set(route[side].targetGroup, states)
    }
  }
}

/** A listener is the default rule of its own. */
function ruleAt(fake: FakeElb, arn: string) {
  const rule = fake.rules.get(arn) ?? [...fake.rules.values()].find((one) => one.isDefault && one.listener === arn)
  if (rule === undefined) throw new Error(`no rule ${arn}`)
  return rule
}

function makeRoute(fake: FakeElb, { name, kind = 'rule', groups, stickySeconds, login }: Setup): AlbRouteSpec {
  const spec = specOf(name, kind)
  const isDefault = kind === 'listener'
  const listener = isDefault ? spec.target.arn : LISTENER
  const arn = isDefault ? `${spec.target.arn}/default` : spec.target.arn
  const actions = [...(login === true ? [LOGIN] : []), forward(weightsByArn(name, groups), stickySeconds)]
  fake.rules.set(arn, { arn, listener, isDefault, priority: isDefault ? 'default' : '10', actions })
  for (const side of ['old', 'new', 'third']) {
    const TargetGroupArn = groupArn(`${name}-${side}`)
    fake.groups.set(TargetGroupArn, {
      TargetGroupArn,
      LoadBalancerArns: [],
      TargetType: 'ip',
      HealthCheckEnabled: true
    })
  }
  return spec
}

function standingOf(fake: FakeElb, name: string, arn: string): Standing {
  const { actions } = ruleAt(fake, arn)
  const config = actions.find(({ Type }) => Type === 'forward')?.ForwardConfig
  const weights = new Map((config?.TargetGroups ?? []).map((one) => [one.TargetGroupArn, one.Weight]))
  const sticky = config?.TargetGroupStickinessConfig
  return {
    groups: Object.fromEntries(
      ['old', 'new', 'third'].flatMap((side) => {
        const found = groupArn(`${name}-${side}`)
        return weights.has(found) ? [[side, weights.get(found)]] : []
      })
    ),
    stickySeconds: sticky?.Enabled === true ? (sticky.DurationSeconds ?? null) : null,
    login: actions.some(({ Type }) => Type === 'authenticate-oidc')
  }
}
