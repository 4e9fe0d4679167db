import t from 'tap'
import { fitProblems, gateProblems, policyProblems, shortestBakeMs } from '../../src/core/policyRules.ts'
import type { Migration } from '../../src/core/migration.ts'
import type { ErrorRateGate, MetricGate, Policy, Step, TargetHealthGate } from '../../src/core/policy.ts'
import { readPolicy } from '../../src/config/policies.ts'

const MINUTE = 60_000

const errors = (change: Partial<ErrorRateGate> = {}): ErrorRateGate => ({
  name: 'errors',
  type: 'errorRate',
  action: null,
  routes: null,
  max: 0.01,
  against: 'none',
  minRequests: 50,
  warmupMs: 0,
  periodMs: MINUTE,
  delayMs: 2 * MINUTE,
  ...change
})

const targets: TargetHealthGate = {
  name: 'targets',
  type: 'targetHealth',
  action: null,
  routes: null,
  minHealthyRatio: 0.8,
  everyMs: 10_000,
  forMs: 30_000
}

const step = (percent: number, bakeMinutes = 10): Step => ({ percent, bakeMs: bakeMinutes * MINUTE, approval: null })

const defaults = readPolicy({
  apiVersion: 'sluice/v1',
  kind: 'Policy',
  name: 'p',
  steps: [{ percent: 100, bake: '10m' }],
  gates: 'none'
}).value

const aPolicy = (change: Partial<Policy> = {}): Policy => {
  if (!defaults) throw new Error('the policy of this test is not legal')
  return { ...defaults, steps: [step(100), step(1000)], gates: [errors()], ...change }
}

const aMigration = (change: Partial<Migration> = {}): Migration => {
  const account = { region: 'eu-west-1' }
  const side = (targetGroup: string) => ({ targetGroup, vars: {}, account })
  return {
    name: 'm',
    description: '',
    versions: null,
    routes: ['web', 'api'].map((name) => ({
      name,
      type: 'alb',
      key: `alb:${name}`,
      target: { kind: 'listener', arn: name },
      account,
      old: side('old'),
      new: side('new')
    })),
    gates: [],
    ...change
  }
}

t.test('a legal policy has no problems', async (t) => {
  t.same(policyProblems(aPolicy()), [])
  t.same(policyProblems(aPolicy({ steps: [step(1, 5), step(1000, 5)] })), [], 'at the very bound')
})

t.test('FM-27: the shortest bake holds the delay and three periods, in the first step its warmup too', async (t) => {
  t.equal(shortestBakeMs(errors(), false), 5 * MINUTE)
  t.equal(shortestBakeMs(errors({ warmupMs: MINUTE }), true), 6 * MINUTE)
  t.equal(shortestBakeMs(errors({ warmupMs: MINUTE }), false), 5 * MINUTE)
  t.equal(shortestBakeMs(errors({ periodMs: 5 * MINUTE, delayMs: 0 }), false), 15 * MINUTE)
  t.equal(shortestBakeMs(targets, true), 0, 'target health is read, not waited for')
})

t.test('each step is held against the most demanding gate, in one sentence', async (t) => {
  const gates = [errors(), errors({ name: 'slow', periodMs: 5 * MINUTE })]
  const found = policyProblems(aPolicy({ gates, steps: [step(100, 4), step(500, 17), step(1000, 16)] }))
  t.same(
    found.map(({ path }) => path.join('.')),
    ['steps.0.bake', 'steps.2.bake']
  )
  t.match(found[0]?.message, /is 4m, but must be at least 17m: gate slow/)
})

t.test('without gates a bake is still above 0', async (t) => {
  t.match(policyProblems(aPolicy({ gates: [], steps: [step(1000, 0)] })), [{ path: ['steps', 0, 'bake'] }])
})

t.test('FM-15: no step may add more than maxJump, nor the first one from 0', async (t) => {
  const steps = [step(300), step(500), step(1000)]
  const at = (maxJump: number) => policyProblems(aPolicy({ maxJump, steps })).map(({ path }) => path.join('.'))
  t.same(at(500), [])
  t.same(at(499), ['steps.2.percent'])
  t.same(at(299), ['steps.0.percent', 'steps.2.percent'])
})

t.test('percents rise strictly, above 0 and up to 100', async (t) => {
  for (const [steps, wrong] of [
    [[step(0)], 0],
    [[step(1001)], 0],
    [[step(10), step(10)], 1],
    [[step(20), step(10)], 1]
  ] as const) {
    t.match(policyProblems(aPolicy({ steps })), [{ severity: 'error', path: ['steps', wrong, 'percent'] }])
  }
})

t.test('mode observe needs no steps, mode act does', async (t) => {
  t.same(policyProblems(aPolicy({ mode: 'observe', steps: [] })), [])
  t.match(policyProblems(aPolicy({ mode: 'act', steps: [] })), [{ severity: 'error', path: ['steps'] }])
})

t.test('periods are those that CloudWatch has, and short ones are a warning', async (t) => {
  const severities = (seconds: number) =>
    gateProblems([errors({ periodMs: seconds * 1000 })]).map((one) => one.severity)
  for (const legal of [60, 120, 300, 3600]) t.same(severities(legal), [], `${legal}s`)
  for (const short of [1, 5, 10, 20, 30]) t.same(severities(short), ['warning'], `${short}s`)
  for (const wrong of [0, 2, 15, 45, 59, 61, 90, 0.5]) t.same(severities(wrong), ['error'], `${wrong}s`)
})

t.test('a maxBake below a bake is an error, at the longest bake it is not', async (t) => {
  const at = (minutes: number) =>
    policyProblems(aPolicy({ maxBakeMs: minutes * MINUTE })).map(({ path }) => path.join('.'))
  t.same(at(10), [])
  t.same(at(9), ['maxBake'])
})

t.test('a deadline that the bakes alone use up is a warning', async (t) => {
  const at = (minutes: number) => policyProblems(aPolicy({ deadlineMs: minutes * MINUTE })).map((one) => one.severity)
  t.same(at(21), [])
  t.same(at(20), ['warning'])
})

t.test('a policy that fits says nothing', async (t) => {
  const policy = aPolicy({ gates: [errors({ routes: ['web'] })] })
  t.same(fitProblems(policy, aMigration({ gates: [errors({ name: 'other', routes: ['api'] })] }), { tokens: true }), [])
})

t.test('FM-11: a gate that names a route the migration does not have does not fit', async (t) => {
  const policy = aPolicy({ gates: [errors({ routes: ['web', 'wbe'] })] })
  t.match(fitProblems(policy, aMigration(), { tokens: true }), [
    /gate errors names the route wbe, but m has web and api/
  ])
})

t.test('gates of policy and migration may not share a name', async (t) => {
  t.match(fitProblems(aPolicy(), aMigration({ gates: [errors()] }), { tokens: true }), [
    /both have a gate named errors/
  ])
})

t.test('FM-27: bakes must be long enough for the gates of the migration too', async (t) => {
  const gates = [errors({ name: 'slow', periodMs: 5 * MINUTE })]
  t.match(fitProblems(aPolicy({ steps: [step(10, 17), step(1000, 10)] }), aMigration({ gates }), { tokens: true }), [
    /step 2 of policy p: its bake is 10m, but must be at least 17m/
  ])
})

t.test('approval by another person needs tokens', async (t) => {
  const approval = { by: 'other', expiresMs: MINUTE } as const
  const policy = aPolicy({ steps: [{ ...step(1000), approval }] })
  t.same(fitProblems(policy, aMigration(), { tokens: true }), [])
  t.match(fitProblems(policy, aMigration(), { tokens: false }), [/by: other needs tokens/])
  const anyone = aPolicy({ steps: [{ ...step(1000), approval: { by: 'anyone', expiresMs: MINUTE } }] })
  t.same(fitProblems(anyone, aMigration(), { tokens: false }), [])
})

t.test('evidence needs a gate that compares with old, in the policy or in the migration', async (t) => {
  const promotion = { minBakeMs: null, harmBudget: 20 }
  const policy = aPolicy({ promotion })
  const daemon = { tokens: true }
  t.match(policyProblems(policy), [{ severity: 'warning', path: ['promote'] }])
  t.match(fitProblems(policy, aMigration(), daemon), [/promotes on evidence, but no gate compares new with old/])
  const old = errors({ name: 'old', against: 'old' })
  t.strictSame(fitProblems(policy, aMigration({ gates: [old] }), daemon), [])
  t.strictSame(policyProblems(aPolicy({ promotion, gates: [old] })), [])
})

t.test("a metric's $words are vars of new on every route that it judges", async (t) => {
  const query = { id: 'a', namespace: 'N', metric: 'M', stat: 'Sum' }
  const metric = (dimensions: Record<string, string>, routes: readonly string[] | null = null): MetricGate => ({
    name: 'm',
    type: 'metric',
    action: null,
    routes,
    queries: [{ ...query, dimensions }],
    expression: 'a',
    max: 1,
    min: null,
    breaches: 1,
    outOf: 1,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    account: null
  })
  const fits = (gate: MetricGate) => {
    const migration = aMigration()
    const routes = migration.routes.map((route) =>
      route.name === 'web' && route.type === 'alb'
        ? { ...route, new: { ...route.new, vars: { cluster: 'shop-134' } } }
        : route
    )
    return fitProblems(aPolicy({ gates: [gate] }), { ...migration, routes }, { tokens: true })
  }
  t.strictSame(fits(metric({ Cluster: 'shop', Side: '$side-$route' })), [])
  t.strictSame(fits(metric({ Cluster: '$cluster' }, ['web'])), [])
  t.strictSame(fits(metric({ Cluster: '$cluster', Again: 'x-${cluster}' })), [
    'gate m asks for $cluster, but new of route api has no var cluster'
  ])
})
