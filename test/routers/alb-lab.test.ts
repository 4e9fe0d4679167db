/**
 * The router contract over the lab: the real SDK clients on real sockets, found through the SDK's own variables.
 */
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import type { LabSpec } from '../../src/lab/spec.ts'
import type { Rule } from '../../src/lab/world.ts'
import { albRouter } from '../../src/routers/alb/alb.ts'
import { contract, type ContractWorld, type Groups } from './contract.ts'
import { FAST } from './support/rates.ts'

const LISTENERS = ['zero-listener', 'write-listener']
const RULES = (
  'alone zero-rule sticky shape shape3 write-rule attach conflict ratio attached nobody facets back release keep taken ' +
  'health unused plain three kept lost first gone last never'
).split(' ')
const SIDES = ['old', 'new', 'third'] as const
const OIDC = {
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/userinfo',
    ClientId: 'shop'
  }
}

function spec(): LabSpec {
  const named = [...LISTENERS, ...RULES]
  return {
    clusters: [
      { name: 'old', targets: 3 },
      { name: 'new', targets: 3 }
    ],
    targetGroups: named.flatMap((route) =>
      SIDES.map((side) => ({ name: `${route}-${side}`, cluster: side === 'new' ? 'new' : 'old', route }))
    ),
    loadBalancers: [
      {
        name: 'shop',
        listeners: LISTENERS.map((name, at) => ({
          name,
          forward: { [`${name}-old`]: 1 },
          rules: at > 0 ? [] : RULES.map((rule) => ruleSpec(rule))
        }))
      }
    ]
  }
}

function ruleSpec(name: string) {
  const before = name === 'facets' ? [{ type: 'authenticate-oidc', settings: OIDC }] : []
  return { name, paths: [`/${name}/*`], forward: { [`${name}-old`]: 1 }, before }
}

function byName(route: string, groups: Groups): Record<string, number> {
  return Object.fromEntries(Object.entries(groups).map(([side, weight]) => [`${route}-${side}`, weight]))
}

function routeOf(lab: Lab, name: string, kind: 'rule' | 'listener'): AlbRouteSpec {
  const arn = kind === 'rule' ? lab.arns.rule(name) : lab.arns.listener(name)
  const account = { region: lab.region }
  const side = (which: string) => ({ targetGroup: lab.arns.targetGroup(`${name}-${which}`), vars: {}, account })
  return { name, type: 'alb', key: `alb:${arn}`, target: { kind, arn }, account, old: side('old'), new: side('new') }
}

async function labWorld(t: Test): Promise<ContractWorld> {
  // The endpoint tells what was registered, not what a checker finds: the tests set health themselves.
  const lab = await startLab({ spec: spec(), propagationMs: 0, healthCheckMs: 3_600_000 })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  t.teardown(async () => {
    aws.close()
    await lab.close()
  })
  return {
    router: albRouter({ aws, clock }),
    now: () => clock.now(),
    route: async ({ name, kind = 'rule', groups, stickySeconds }) => {
      lab.overwrite(name, byName(name, groups), stickySeconds ?? 0)
      return routeOf(lab, name, kind)
    },
    standing: async ({ name }) => {
      const rule = lab.world.rules().find((one) => one.name === name)
      const actions = rule === undefined ? [] : lab.world.told(rule)
      const sticky = actions.find((action) => action.forward !== undefined)?.forward?.stickiness
      const groups = Object.entries(lab.weights(name)).map(([group, weight]) => [group.slice(name.length + 1), weight])
      return {
        groups: Object.fromEntries(groups),
        stickySeconds: sticky?.enabled === true ? (sticky.seconds ?? null) : null,
        login: actions.some(({ type }) => type === 'authenticate-oidc')
      }
    },
    tamper: async ({ name }, groups) => lab.overwrite(name, byName(name, groups)),
    remove: async ({ target }) => {
      for (const { rules } of lab.world.listeners()) {
        const place = rules.findIndex((rule) => rule.arn === target.arn)
        // The lab itself never loses a rule; behind its back it does.
        if (place >= 0) (rules as Rule[]).splice(place, 1)
      }
    },
    targets: async (route, side, healthy) => {
      const group = lab.world.targetGroup(route[side].targetGroup)
      for (const [at, one] of (group?.registrations ?? []).entries()) {
        one.health = at < healthy ? { state: 'healthy' } : { state: 'unhealthy', reason: 'Target.FailedHealthChecks' }
      }
    }
  }
}

contract(t, 'ALB over the lab', labWorld)
