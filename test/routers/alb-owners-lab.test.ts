/**
 * FM-12 over the lab: each controller's marks on load balancer, listener, rule and target groups, present and absent, found with the
 * real SDK clients on real sockets.
 */
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import { albRouter } from '../../src/routers/alb/alb.ts'
import { aCall } from './contract.ts'
import { FAST } from './support/rates.ts'

const LBC = {
  'elbv2.k8s.aws/cluster': 'shop-133',
  'ingress.k8s.aws/stack': 'shop/web',
  'ingress.k8s.aws/resource': '443:1'
}
const GATEWAY = { 'elbv2.k8s.aws/cluster': 'shop-133', 'gateway.k8s.aws.alb/stack': 'shop/gw' }
const SERVICE = { 'elbv2.k8s.aws/cluster': 'shop-133', 'service.k8s.aws/stack': 'shop/api' }
const AUTO_MODE = { 'eks:eks-cluster-name': 'shop-134', 'ingress.eks.amazonaws.com/stack': 'shop/web' }
const ACK = { 'services.k8s.aws/controller-version': 'elbv2-v1.1.0', 'services.k8s.aws/namespace': 'shop' }
const CROSSPLANE = { 'crossplane-kind': 'lblistenerrule.elbv2.aws.upbound.io', 'crossplane-name': 'web' }
const CDK = { 'aws:cloudformation:stack-name': 'net', 'aws:cloudformation:logical-id': 'Rule' }
const TERRAFORM = { 'managed-by': 'terraform' }
const OURS = { Name: 'shop', team: 'web', 'kubernetes.io/cluster/shop': 'shared' }

async function theLab(t: Test) {
  const side = (name: string) => ({ name, cluster: name, route: 'web' })
  const lab = await startLab({
    spec: {
      clusters: [
        { name: 'old', targets: 2 },
        { name: 'new', targets: 2 }
      ],
      targetGroups: [side('old'), side('new')],
      loadBalancers: [
        {
          name: 'shop',
          listeners: [
            { name: 'front', forward: { old: 1 }, rules: [{ name: 'web', paths: ['/web/*'], forward: { old: 1 } }] }
          ]
        }
      ]
    },
    propagationMs: 0
  })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  t.teardown(async () => {
    aws.close()
    await lab.close()
  })
  const router = albRouter({ aws, clock })
  const inspect = async (route: AlbRouteSpec) =>
    (await router.inspect([route], aCall(clock.now()))).filter(({ code }) => code === 'owned_by')
  return { lab, inspect }
}

function routeOf(lab: Lab): AlbRouteSpec {
  const arn = lab.arns.rule('web')
  const account = { region: lab.region }
  const side = (name: string) => ({ targetGroup: lab.arns.targetGroup(name), vars: {}, account })
  return {
    name: 'web',
    type: 'alb',
    key: `alb:${arn}`,
    target: { kind: 'rule', arn },
    account,
    old: side('old'),
    new: side('new')
  }
}

type Place = 'loadBalancer' | 'listener' | 'rule' | 'old' | 'new'

function tagsAt(lab: Lab, place: Place): Map<string, string> {
  const [balancer] = lab.world.loadBalancers
  const found = {
    loadBalancer: balancer?.tags,
    listener: balancer?.listeners[0]?.tags,
    rule: lab.world.rules().find(({ name }) => name === 'web')?.tags,
    old: lab.world.targetGroup('old')?.tags,
    new: lab.world.targetGroup('new')?.tags
  }[place]
  if (!found) throw new Error(`nothing at ${place}`)
  return found
}

void t.test('each controller’s marks at each place, present and absent', async (t) => {
  const { lab, inspect } = await theLab(t)
  const route = routeOf(lab)
  const marked = async (place: Place, tags: Readonly<Record<string, string>>) => {
    const map = tagsAt(lab, place)
    for (const [key, value] of Object.entries(tags)) map.set(key, value)
    const findings = await inspect(route)
    for (const key of Object.keys(tags)) map.delete(key)
    return findings.map(({ severity }) => severity).join(' ')
  }
  for (const place of ['loadBalancer', 'listener', 'rule', 'old', 'new'] as const) tagsAt(lab, place).clear()
  t.same(await inspect(route), [], 'nobody owns it')
  for (const place of ['loadBalancer', 'listener', 'rule'] as const) {
    for (const tags of [LBC, GATEWAY, SERVICE, AUTO_MODE, ACK, CROSSPLANE]) {
      t.equal(await marked(place, tags), 'blocker', `${Object.keys(tags).join(', ')} at ${place}`)
    }
    t.equal(await marked(place, OURS), '', `tags of our own at ${place}`)
  }
  for (const tags of [CDK, TERRAFORM]) {
    t.equal(await marked('rule', tags), 'warning')
    t.equal(await marked('loadBalancer', tags), '', 'a stack or plan owns what it made, not what stands below')
  }
  for (const place of ['old', 'new'] as const) {
    t.equal(await marked(place, LBC), 'warning', 'a group that an Ingress made can vanish with it')
    t.equal(await marked(place, TERRAFORM), 'info')
    t.equal(await marked(place, OURS), '', 'bound by a TargetGroupBinding: nothing to say')
  }
  t.same(await inspect(route), [], 'and nobody owns it again')
})

void t.test(
  'the finding names the owner, what it does and when, and the way out; the route may allow it',
  async (t) => {
    const { lab, inspect } = await theLab(t)
    for (const [key, value] of Object.entries(LBC)) tagsAt(lab, 'rule').set(key, value)
    const [refused] = await inspect(routeOf(lab))
    t.match(refused, { severity: 'blocker', route: 'web' })
    t.match(
      refused?.detail,
      /AWS Load Balancer Controller \(shop-133, shop\/web\), which sets the weights back whenever/
    )
    t.match(refused?.remedy, /TargetGroupBinding.+allowOwner: \[aws-load-balancer-controller\] on the route/)
    const [allowed] = await inspect({ ...routeOf(lab), allowOwner: ['aws-load-balancer-controller'] })
    t.match(allowed, { severity: 'warning', route: 'web' })
  }
)

void t.test('without the right to read tags it is said, and no reason to refuse', async (t) => {
  const { lab } = await theLab(t)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  t.teardown(() => aws.close())
  lab.faults.add({
    operation: 'DescribeTags',
    kind: 'error',
    code: 'AccessDenied',
    status: 403,
    message: 'not authorized'
  })
  const findings = await albRouter({ aws, clock }).inspect([routeOf(lab)], aCall(clock.now()))
  const about = findings.filter(({ code }) => code === 'cannot_check')
  t.match(about, [{ severity: 'warning', remedy: 'allow elasticloadbalancing:DescribeTags on resource "*"' }])
  t.notOk(findings.some(({ severity }) => severity === 'blocker'))
})
