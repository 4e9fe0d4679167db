import t from 'tap'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import type { Finding } from '../../src/core/shift.ts'
import { aCall } from './contract.ts'
import { ownerOf } from '../../src/routers/alb/arn.ts'
import { BALANCER, LISTENER, albWorld, forward, groupArn, specOf, type AlbWorld } from './support/albWorld.ts'
import { sdkError } from './support/fakeElb.ts'

function inspect(world: AlbWorld, routes: readonly AlbRouteSpec[]): Promise<readonly Finding[]> {
  return world.clock.complete(world.router.inspect(routes, aCall(world.clock.now())))
}

/** Severity, code and route of each finding but the warning that no target is registered. */
function marks(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, code, route }) => `${severity} ${code} ${route ?? '-'}`)
}

async function plain(name = 'web') {
  const world = albWorld()
  const route = await world.route({ name, groups: { old: 1 } })
  await world.targets(route, 'old', 3, 0)
  await world.targets(route, 'new', 3, 0)
  return { world, route }
}

t.test('the normal start has nothing to say: old alone, new in no rule, its targets unused', async (t) => {
  const { world, route } = await plain()
  t.strictSame(await inspect(world, [route]), [])
  t.equal(world.fake.count('ModifyRule') + world.fake.count('ModifyListener'), 0)
})

t.test('every finding says what to do', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 50, third: 50 }, stickySeconds: 60 })
  for (const { detail, remedy } of await inspect(world, [route])) {
    t.ok(detail.length > 10 && remedy.length > 5)
  }
})

t.test('a third group with weight is a blocker that names it, at weight 0 it is nothing', async (t) => {
  const world = albWorld()
  const busy = await world.route({ name: 'busy', groups: { old: 50, third: 50 } })
  const idle = await world.route({ name: 'idle', groups: { old: 50, third: 0 } })
  const findings = (await inspect(world, [busy, idle])).filter(({ code }) => code === 'third_group')
  t.strictSame(marks(findings), ['blocker third_group busy'])
  t.match(findings[0]?.detail, /busy-third gets traffic as well \(weight 50\)/)
})

t.test('old must stand in the action', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { new: 1 } })
  const away = await world.route({ name: 'away', groups: { third: 1 } })
  const mute = await world.route({ name: 'mute', groups: { old: 0, new: 0 } })
  const fixed = await world.route({ name: 'fixed', groups: { old: 1 } })
  const rule = world.fake.rules.get(fixed.target.arn)
  if (rule !== undefined) rule.actions = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }]
  const blockers = (await inspect(world, [route, away, mute, fixed])).filter(({ severity }) => severity === 'blocker')
  t.strictSame(marks(blockers), [
    'blocker old_not_forwarded web',
    'blocker not_forwarding away',
    'blocker no_weight mute',
    'blocker not_forwarding fixed'
  ])
})

t.test('what does not exist is a blocker: rule, listener, target group', async (t) => {
  const world = albWorld()
  const kept = await world.route({ name: 'kept', groups: { old: 1 } })
  world.fake.groups.delete(kept.new.targetGroup)
  const findings = await inspect(world, [kept, specOf('norule'), specOf('nolistener', 'listener')])
  const blockers = marks(findings.filter(({ severity }) => severity === 'blocker'))
  for (const mark of ['target_group_not_found kept', 'rule_not_found norule', 'listener_not_found nolistener']) {
    t.ok(blockers.includes(`blocker ${mark}`), mark)
  }
})

t.test('an action that is full has no room for new', async (t) => {
  const { world, route } = await plain()
  const rule = world.fake.rules.get(route.target.arn)
  const weights = { [route.old.targetGroup]: 1, a: 0, b: 0, c: 0, d: 0 }
  if (rule !== undefined) rule.actions = [forward(weights)]
  t.strictSame(marks(await inspect(world, [route])), ['blocker no_room web'])
})

t.test('a default rule must be written as its listener', async (t) => {
  const { world, route } = await plain()
  const rule = world.fake.rules.get(route.target.arn)
  if (rule !== undefined) world.fake.rules.set(route.target.arn, { ...rule, isDefault: true, priority: 'default' })
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['blocker default_rule web'])
  t.match(findings[0]?.remedy, LISTENER)
})

t.test('only application load balancers are moved', async (t) => {
  const world = albWorld()
  const arn = LISTENER.replace('/app/', '/net/')
  const route: AlbRouteSpec = { ...specOf('web'), target: { kind: 'listener', arn } }
  t.ok(marks(await inspect(world, [route])).includes('blocker not_an_alb web'))
})

t.test('a target group of another load balancer is a blocker; one of this load balancer is not', async (t) => {
  const { world, route } = await plain()
  const group = world.fake.groups.get(route.new.targetGroup) ?? {}
  world.fake.groups.set(route.new.targetGroup, { ...group, LoadBalancerArns: [BALANCER] })
  t.strictSame(await inspect(world, [route]), [])
  const other = BALANCER.replace('/shop/', '/other/')
  world.fake.groups.set(route.new.targetGroup, { ...group, LoadBalancerArns: [other] })
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['blocker target_group_elsewhere web'])
  t.match(findings[0]?.detail, other)
})

t.test('targets whose health nobody knows are a blocker', async (t) => {
  for (const odd of [{ TargetType: 'lambda' }, { TargetType: 'alb' }, { HealthCheckEnabled: false }] as const) {
    const { world, route } = await plain()
    world.fake.groups.set(route.new.targetGroup, { ...world.fake.groups.get(route.new.targetGroup), ...odd })
    t.strictSame(marks(await inspect(world, [route])), ['blocker no_target_health web'])
  }
})

t.test('old and new must be two', async (t) => {
  const { world, route } = await plain()
  t.strictSame(marks(await inspect(world, [{ ...route, new: route.old }])), ['blocker same_target_group web'])
})

t.test('new without a target, or with none healthy, is a warning', async (t) => {
  const { world, route } = await plain()
  await world.targets(route, 'new', 0, 0)
  t.strictSame(marks(await inspect(world, [route])), ['warning new_empty web'])
  await world.tamper(route, { old: 1, new: 0 })
  await world.targets(route, 'new', 0, 2)
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['warning new_unhealthy web'])
  t.match(findings[0]?.detail, /none of 2 targets is healthy: 2 unhealthy/)
})

t.test('rules of the same load balancer that no route names are found, on every page of every listener', async (t) => {
  const { world, route } = await plain()
  world.fake.pageSize = 1
  const arn = `${route.target.arn}2`
  world.fake.rules.set(arn, {
    arn,
    listener: LISTENER,
    isDefault: false,
    priority: '20',
    actions: [forward({ [route.old.targetGroup]: 1 })]
  })
  const listener = `${LISTENER}tls`
  world.fake.rules.set(`${listener}/default`, {
    arn: `${listener}/default`,
    listener,
    isDefault: true,
    priority: 'default',
    actions: [{ Type: 'forward', TargetGroupArn: route.new.targetGroup }]
  })
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['warning forgotten_rule web', 'warning forgotten_rule web'])
  const details = findings.map(({ detail }) => detail).join('\n')
  t.match(details, `${arn} (priority 20, path-pattern /api/*) forwards to old too (web-old)`)
  t.match(details, `the default action of ${listener} forwards to new too (web-new)`)
})

t.test('a listener that is a route is not forgotten, nor is a rule of other target groups', async (t) => {
  const world = albWorld()
  const web = await world.route({ name: 'web', kind: 'listener', groups: { old: 1, new: 0 } })
  const api = await world.route({ name: 'api', groups: { old: 1, new: 0 } })
  await world.route({ name: 'other', groups: { old: 1 } })
  for (const route of [web, api]) await world.targets(route, 'new', 1, 0)
  t.strictSame(await inspect(world, [web, api]), [])
})

t.test('a rule below a listener that is a route is forgotten all the same', async (t) => {
  const world = albWorld()
  const web = await world.route({ name: 'web', kind: 'listener', groups: { old: 1, new: 0 } })
  await world.targets(web, 'new', 1, 0)
  const arn = `${web.target.arn}/special`.replace(':listener/', ':listener-rule/')
  const actions = [forward({ [web.old.targetGroup]: 1 })]
  world.fake.rules.set(arn, { arn, listener: web.target.arn, isDefault: false, priority: '5', actions })
  t.strictSame(marks(await inspect(world, [web])), ['warning forgotten_rule web'])
})

t.test('two routes with one pair of target groups are one measurement', async (t) => {
  const { world, route } = await plain('a')
  const twin: AlbRouteSpec = {
    ...(await world.route({ name: 'b', groups: { third: 0 } })),
    old: route.old,
    new: route.new
  }
  const rule = world.fake.rules.get(twin.target.arn)
  if (rule !== undefined) rule.actions = [forward({ [route.old.targetGroup]: 1 })]
  const findings = await inspect(world, [route, twin])
  t.strictSame(marks(findings), ['info same_measurement a'])
  t.match(findings[0]?.detail, /^a, b have the same pair/)
})

const LBC_TAGS = { 'elbv2.k8s.aws/cluster': 'shop-133', 'ingress.k8s.aws/stack': 'shop/web', Name: 'shop' }

t.test('FM-12: what a controller owns is refused, naming the owner, what it does, when, and the way out', async (t) => {
  for (const [key, value, name, when] of [
    ['elbv2.k8s.aws/cluster', 'shop-133', /AWS Load Balancer Controller \(shop-133\)/, /every 10 h \(--sync-period\)/],
    ['ingress.k8s.aws/stack', 'shop/web', /AWS Load Balancer Controller \(shop\/web\)/, /deletes listeners and rules/],
    ['ingress.k8s.aws/resource', '443:1', /AWS Load Balancer Controller/, /at any event on the Ingress/],
    ['service.k8s.aws/resource', 'x', /AWS Load Balancer Controller/, /reconciles/],
    ['gateway.k8s.aws.alb/stack', 'x', /AWS Load Balancer Controller/, /reconciles/],
    ['ingress.eks.amazonaws.com/stack', 'shop/web', /EKS Auto Mode \(shop\/web\)/, /at any event on the Ingress/],
    ['service.eks.amazonaws.com/resource', 'x', /EKS Auto Mode/, /deletes listeners and rules/],
    ['gateway.eks.amazonaws.com.alb/stack', 'x', /EKS Auto Mode/, /reconciles/],
    ['services.k8s.aws/controller-version', 'elbv2-1', /ACK/, /resync/],
    ['crossplane-name', 'web-rule', /Crossplane \(web-rule\)/, /every 10 min/]
  ] as const) {
    const { world, route } = await plain()
    world.fake.tags.set(route.target.arn, { [key]: value, Name: 'shop' })
    const findings = await inspect(world, [route])
    t.strictSame(marks(findings), ['blocker owned_by web'], key)
    t.match(findings[0]?.detail, name)
    t.match(findings[0]?.detail, when)
    t.match(findings[0]?.detail, /sets the weights back/)
    t.match(findings[0]?.detail, `${key}=${value}`)
    t.match(findings[0]?.remedy, /To move it all the same: allowOwner: \[[a-z-]+\] on the route/)
  }
})

t.test('FM-12: whoever waits for a person before it writes is a warning', async (t) => {
  for (const [key, value, name] of [
    ['aws:cloudformation:stack-name', 'shop', /CloudFormation \(or the CDK\) \(shop\), which .*next stack update/],
    ['terraform', 'true', /Terraform .*next apply/],
    ['ManagedBy', 'Terraform', /Terraform/],
    ['created-by', 'pulumi', /Terraform or a relative/]
  ] as const) {
    const { world, route } = await plain()
    world.fake.tags.set(route.target.arn, { [key]: value, Name: 'shop' })
    const findings = await inspect(world, [route])
    t.strictSame(marks(findings), ['warning owned_by web'], key)
    t.match(findings[0]?.detail, name)
  }
})

t.test('tags of nobody are no owner', async (t) => {
  const { world, route } = await plain()
  const tags = {
    Name: 'shop',
    'kubernetes.io/cluster/shop': 'owned',
    // People put it on a target group, so that EKS Auto Mode may register pods there.
    'eks:eks-cluster-name': 'shop-134',
    env: 'prod',
    'managed-by': 'people'
  }
  for (const arn of [route.target.arn, BALANCER, route.old.targetGroup, route.new.targetGroup])
    world.fake.tags.set(arn, tags)
  t.strictSame(marks(await inspect(world, [route])), [])
})

t.test('for an Ingress-made load balancer the remedy is the path to one that Sluice may move', async (t) => {
  const { world, route } = await plain()
  const above = ownerOf(route.target.arn)?.listener ?? ''
  for (const arn of [route.target.arn, above, BALANCER]) world.fake.tags.set(arn, LBC_TAGS)
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['blocker owned_by web'], 'one finding, whatever bears the marks')
  t.match(findings[0]?.detail, /load balancer app\/shop\/\w+ (are|is) in the hands/)
  t.match(
    findings[0]?.remedy,
    /outside Kubernetes, bind the pods of each cluster to its group with a TargetGroupBinding/
  )
  t.match(findings[0]?.remedy, /route of type route53/)
})

t.test('the mark of a controller on load balancer or listener alone counts for every route below', async (t) => {
  const { world, route } = await plain('a')
  const twin = await world.route({ name: 'b', groups: { old: 1 } })
  await world.targets(twin, 'new', 1, 0)
  world.fake.tags.set(BALANCER, { ...LBC_TAGS, 'aws:cloudformation:stack-name': 'net' })
  t.strictSame(marks(await inspect(world, [route, twin])), ['blocker owned_by a', 'blocker owned_by b'])
})

t.test('a route may allow the owner that it names, or every one; then drift is to be expected', async (t) => {
  const { world, route } = await plain()
  world.fake.tags.set(route.target.arn, LBC_TAGS)
  for (const allowOwner of [true, ['aws-load-balancer-controller'], ['ack', 'aws-load-balancer-controller']] as const) {
    const findings = await inspect(world, [{ ...route, allowOwner }])
    t.strictSame(marks(findings), ['warning owned_by web'])
    t.match(findings[0]?.remedy, /allowed by `allowOwner`: expect drift/)
  }
  t.strictSame(marks(await inspect(world, [{ ...route, allowOwner: ['ack'] }])), ['blocker owned_by web'])
})

t.test(
  'target groups bound by each cluster are as they should be; one that a controller made can vanish',
  async (t) => {
    const { world, route } = await plain()
    world.fake.tags.set(route.old.targetGroup, { ...LBC_TAGS, 'ingress.k8s.aws/resource': 'shop/web-svc:80' })
    world.fake.tags.set(route.new.targetGroup, { 'managed-by': 'terraform' })
    const findings = await inspect(world, [route])
    t.strictSame(marks(findings), ['warning owned_by -', 'info owned_by -'], 'neither blocks')
    t.match(findings[0]?.detail, /deletes it together with the Ingress or Service/)
  }
)

t.test('tags are asked for twenty at a time', async (t) => {
  const world = albWorld()
  const routes = await Promise.all(
    Array.from({ length: 8 }, (_, i) => world.route({ name: `r${i}`, groups: { old: 1 } }))
  )
  await inspect(world, routes)
  const sizes = world.fake.calls
    .filter(({ operation }) => operation === 'DescribeTags')
    .map(({ input }) => (input['ResourceArns'] as string[]).length)
  t.strictSame(sizes, [20, 6])
})

t.test('FM-38: stickiness is told with its seconds; target stickiness without it is a warning', async (t) => {
  const world = albWorld()
  const sticky = await world.route({ name: 'sticky', groups: { old: 1, new: 0 }, stickySeconds: 600 })
  const odd = await world.route({ name: 'odd', groups: { old: 1, new: 0 } })
  for (const route of [sticky, odd]) {
    await world.targets(route, 'new', 1, 0)
    world.fake.attributes.set(route.old.targetGroup, { 'stickiness.enabled': 'true' })
  }
  const findings = await inspect(world, [sticky, odd])
  t.strictSame(marks(findings), ['info sticky sticky', 'warning target_stickiness odd'])
  t.match(findings[0]?.detail, /600 s/)
})

t.test(
  'FM-38: a third group beside target stickiness keeps a rollback from switching stickiness off: a warning',
  async (t) => {
    const world = albWorld()
    const route = await world.route({ name: 'web', groups: { old: 1, new: 0, third: 0 }, stickySeconds: 600 })
    await world.targets(route, 'new', 1, 0)
    world.fake.attributes.set(route.old.targetGroup, { 'stickiness.enabled': 'true' })
    const findings = await inspect(world, [route])
    t.strictSame(marks(findings), ['info sticky web', 'warning target_stickiness web'])
    t.match(findings[1], { detail: /web-third.*a rollback cannot/, remedy: /take .*web-third.* out/ })
  }
)

t.test("new's slow start is told, old's is not", async (t) => {
  const { world, route } = await plain()
  for (const side of [route.old, route.new]) {
    world.fake.attributes.set(side.targetGroup, { 'slow_start.duration_seconds': '90' })
  }
  const findings = await inspect(world, [route])
  t.strictSame(marks(findings), ['info slow_start web'])
  t.match(findings[0]?.detail, /90 s/)
})

t.test('without the right to an optional read the check is said to be missing, with the right to add', async (t) => {
  for (const [operation, codes] of [
    ['DescribeTags', ['warning cannot_check -']],
    ['DescribeTargetGroupAttributes', ['warning cannot_check web', 'warning cannot_check web']]
  ] as const) {
    const { world, route } = await plain()
    world.fake.fault = (sent) => {
      if (sent.operation === operation) throw sdkError('AccessDenied', 403, 'User is not authorized')
    }
    const findings = await inspect(world, [route])
    t.strictSame(marks(findings), codes)
    t.match(findings[0]?.remedy, `elasticloadbalancing:${operation}`)
  }
})

t.test('FM-12: whether a controller owns it is asked again where the answer only failed to come', async (t) => {
  for (const [code, status] of [
    ['Throttling', 400],
    ['ServiceUnavailable', 503]
  ] as const) {
    const { world, route } = await plain()
    world.fake.tags.set(route.target.arn, LBC_TAGS)
    world.fake.fault = (sent) => {
      if (sent.operation === 'DescribeTags') throw sdkError(code, status)
    }
    t.strictSame(marks(await inspect(world, [route])), ['blocker unreadable web'], 'which preflight reads again')
    world.fake.fault = () => undefined
    t.strictSame(marks(await inspect(world, [route])), ['blocker owned_by web'])
  }
})

t.test('without the right to a required read the shift is blocked, with the right to add', async (t) => {
  for (const operation of ['DescribeRules', 'DescribeTargetGroups', 'DescribeTargetHealth']) {
    const { world, route } = await plain()
    world.fake.fault = (sent) => {
      if (sent.operation === operation) throw sdkError('AccessDenied', 403, 'User is not authorized')
    }
    const blockers = (await inspect(world, [route])).filter(({ severity }) => severity === 'blocker')
    t.ok(blockers.length > 0, operation)
    for (const { code, remedy } of blockers) {
      t.equal(code, 'not_allowed')
      t.match(remedy, `elasticloadbalancing:${operation}`)
    }
  }
})

t.test('a passing failure of one account blocks its routes; of all of them it is thrown, to try again', async (t) => {
  const { world, route } = await plain()
  const away: AlbRouteSpec = {
    ...(await world.route({ name: 'away', groups: { old: 1 } })),
    account: { region: 'us-east-1' }
  }
  world.fake.fault = (sent) => {
    if (sent.account.region === 'us-east-1') throw sdkError('ServiceUnavailable', 503)
  }
  const blockers = (await inspect(world, [route, away])).filter(({ severity }) => severity === 'blocker')
  t.ok(blockers.length > 0 && blockers.every(({ code, route }) => code === 'unreadable' && route === 'away'))
  await t.rejects(inspect(world, [away]), { kind: 'unknown', code: 'ServiceUnavailable' })
})

t.test('the groups that are asked for are those of the routes', async (t) => {
  const { world, route } = await plain()
  await inspect(world, [route])
  const asked = world.fake.calls.filter(({ operation }) => operation === 'DescribeTargetGroups')
  t.strictSame(asked[0]?.input, { TargetGroupArns: [groupArn('web-old'), groupArn('web-new')] })
})
