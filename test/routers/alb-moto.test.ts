/**
 * The router contract over moto, where it is installed: an imitation of AWS by others, so that a misunderstanding of our own
 * lab does not pass unseen.
 */
import {
  AuthenticateOidcActionConditionalBehaviorEnum,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action
} from '@aws-sdk/client-elastic-load-balancing-v2'
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { albRouter } from '../../src/routers/alb/alb.ts'
import { contract, type ContractWorld, type Groups, type Setup, type Standing } from './contract.ts'
import { motoPath, startMoto } from './support/moto.ts'
import { FAST } from './support/rates.ts'

const REGION = 'ap-northeast-1'
/** A load balancer wants two zones. */
const SUBNETS = 2

type Arns = Readonly<Record<'old' | 'new' | 'third', string>>

interface Bench {
  readonly elb: ElasticLoadBalancingV2Client
  readonly balancer: string
  readonly vpc: string
  readonly listener: string
  readonly arns: Map<string, Arns>
  ports: number
}

function forward(arns: Arns, groups: Groups, stickySeconds?: number): Action {
  const tuples = (['old', 'new', 'third'] as const).flatMap((side) => {
    const weight = groups[side]
    return weight === undefined ? [] : [{ TargetGroupArn: arns[side], Weight: weight }]
  })
  return {
    Type: 'forward',
    Order: 2,
    ForwardConfig: {
      TargetGroups: tuples,
      ...(stickySeconds === undefined
        ? {}
        : { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: stickySeconds } })
    }
  }
}

const LOGIN: Action = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/userinfo',
    ClientId: 'shop',
    ClientSecret: 'kept by the provider',
    OnUnauthenticatedRequest: AuthenticateOidcActionConditionalBehaviorEnum.AUTHENTICATE
  }
}

async function makeBench(t: Test, elb: ElasticLoadBalancingV2Client): Promise<Bench> {
  const made = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'shop', Type: 'application', Subnets: await subnets(t) })
  )
  const { LoadBalancerArn: balancer = '', VpcId: vpc = '' } = made.LoadBalancers?.[0] ?? {}
  const bench: Bench = { elb, balancer, vpc, listener: '', arns: new Map(), ports: 80 }
  const groups = await makeGroups(bench, 'main')
  return { ...bench, listener: await makeListener(bench, [forward(groups, { old: 1 })]) }
}

/** moto has subnets of its own in every account; the EC2 API names them. */
async function subnets(t: Test): Promise<string[]> {
  const answer = await fetch(`${process.env['AWS_ENDPOINT_URL']}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0`
    },
    body: 'Action=DescribeSubnets&Version=2016-11-15'
  })
  const ids = [...(await answer.text()).matchAll(/<subnetId>(subnet-[0-9a-f]+)<\/subnetId>/g)].map(([, id]) => id ?? '')
  t.ok(ids.length >= SUBNETS, 'moto has subnets')
  return ids.slice(0, SUBNETS)
}

async function makeGroups(bench: Bench, name: string): Promise<Arns> {
  const make = async (side: string) => {
    const command = new CreateTargetGroupCommand({
      Name: `${name}-${side}`,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: bench.vpc,
      TargetType: 'ip'
    })
    return (await bench.elb.send(command)).TargetGroups?.[0]?.TargetGroupArn ?? ''
  }
  const arns = { old: await make('old'), new: await make('new'), third: await make('third') }
  bench.arns.set(name, arns)
  return arns
}

async function makeListener(bench: Bench, actions: Action[]): Promise<string> {
  const command = new CreateListenerCommand({
    LoadBalancerArn: bench.balancer,
    Protocol: 'HTTP',
    Port: bench.ports++,
    DefaultActions: actions
  })
  return (await bench.elb.send(command)).Listeners?.[0]?.ListenerArn ?? ''
}

async function makeRoute(bench: Bench, setup: Setup): Promise<AlbRouteSpec> {
  const { name, kind = 'rule', groups, stickySeconds, login } = setup
  const arns = await makeGroups(bench, name)
  const actions = [...(login === true ? [LOGIN] : []), forward(arns, groups, stickySeconds)]
  const arn = kind === 'listener' ? await makeListener(bench, actions) : await makeRule(bench, name, actions)
  const account = { region: REGION }
  const side = (which: 'old' | 'new') => ({ targetGroup: arns[which], vars: {}, account })
  return { name, type: 'alb', key: `alb:${arn}`, target: { kind, arn }, account, old: side('old'), new: side('new') }
}

async function makeRule(bench: Bench, name: string, Actions: Action[]): Promise<string> {
  const command = new CreateRuleCommand({
    ListenerArn: bench.listener,
    Priority: bench.arns.size * 10,
    Conditions: [{ Field: 'path-pattern', Values: [`/${name}/*`] }],
    Actions
  })
  return (await bench.elb.send(command)).Rules?.[0]?.RuleArn ?? ''
}

async function actionsOf({ elb }: Bench, { target }: AlbRouteSpec): Promise<readonly Action[]> {
  if (target.kind === 'rule') {
    const answer = await elb.send(new DescribeRulesCommand({ RuleArns: [target.arn] }))
    return answer.Rules?.[0]?.Actions ?? []
  }
  const answer = await elb.send(new DescribeListenersCommand({ ListenerArns: [target.arn] }))
  return answer.Listeners?.[0]?.DefaultActions ?? []
}

async function standingOf(bench: Bench, route: AlbRouteSpec): Promise<Standing> {
  const actions = await actionsOf(bench, route)
  const config = actions.find(({ Type }) => Type === 'forward')?.ForwardConfig
  const arns = bench.arns.get(route.name)
  const sides = Object.entries(arns ?? {})
  const groups = (config?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => {
    const side = sides.find(([, arn]) => arn === TargetGroupArn)?.[0] ?? TargetGroupArn
    return [side, Weight]
  })
  const sticky = config?.TargetGroupStickinessConfig
  return {
    groups: Object.fromEntries(groups),
    stickySeconds: sticky?.Enabled === true ? (sticky.DurationSeconds ?? null) : null,
    login: actions.some(({ Type }) => Type === 'authenticate-oidc')
  }
}

async function tamper(bench: Bench, { target, name }: AlbRouteSpec, groups: Groups): Promise<void> {
  const arns = bench.arns.get(name)
  if (arns === undefined) throw new Error(`no ${name}`)
  const actions = [forward(arns, groups)]
  if (target.kind === 'rule') await bench.elb.send(new ModifyRuleCommand({ RuleArn: target.arn, Actions: actions }))
  else await bench.elb.send(new ModifyListenerCommand({ ListenerArn: target.arn, DefaultActions: actions }))
}

async function motoWorld(t: Test, path: string): Promise<ContractWorld> {
  const moto = await startMoto(path)
  t.teardown(() => moto.stop())
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test'
  })
  const elb = new ElasticLoadBalancingV2Client({ region: REGION })
  const clock = systemClock()
  const aws = makeAws({ clock, region: REGION, budget: { rates: FAST } })
  t.teardown(() => {
    elb.destroy()
    aws.close()
  })
  const bench = await makeBench(t, elb)
  return {
    router: albRouter({ aws, clock }),
    cannot: { health: 'moto invents the health of targets, and takes unattached groups for healthy' },
    now: () => clock.now(),
    route: (setup) => makeRoute(bench, setup),
    standing: (route) => standingOf(bench, route),
    tamper: (route, groups) => tamper(bench, route, groups),
    remove: async ({ target }) => {
      await elb.send(new DeleteRuleCommand({ RuleArn: target.arn }))
    },
    targets: async () => {
      throw new Error('moto invents the health of targets')
    }
  }
}

const path = motoPath()
if (path === null) t.pass('moto_server is not installed: the contract over moto did not run', { skip: true })
else contract(t, 'ALB over moto', (t) => motoWorld(t, path))
