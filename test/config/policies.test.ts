import t from 'tap'
import { parseDocuments } from '../../src/config/documents.ts'
import { parsePolicyObject } from '../../src/config/policies.ts'
import type { Policy } from '../../src/core/policy.ts'
import { policyText, spoken } from './support.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function read(text: string): Policy {
  const { items, errors } = parseDocuments('Policy', text, 'p.yaml', {})
  const [item] = items
  if (!item || errors.length > 0) throw new Error(spoken(errors).join('\n'))
  return item.value
}

t.test('a policy that says only what it must has every default of the contract', async (t) => {
  const errors = { name: 'errors', type: 'errorRate', max: 0.01, against: 'none', minRequests: 50 } as const
  t.same(read(policyText()), {
    name: 'p',
    description: '',
    mode: 'act',
    steps: [
      { percent: 100, bakeMs: 10 * MINUTE, approval: null },
      { percent: 1000, bakeMs: 10 * MINUTE, approval: null }
    ],
    maxJump: 1000,
    maxBakeMs: null,
    onInsufficient: 'hold',
    gates: [{ ...errors, action: null, routes: null, warmupMs: 0, periodMs: MINUTE, delayMs: 2 * MINUTE }],
    onBreach: 'rollback',
    onBlind: { holdMs: 5 * MINUTE, rollbackMs: null },
    onDrift: 'halt',
    onShare: 'hold',
    onHold: { afterMs: 15 * MINUTE, action: 'halt' },
    converge: { deadlineMs: 5 * MINUTE },
    alb: { settleMs: MINUTE },
    dns: { staleFactor: 2, maxTtlMs: 5 * MINUTE, lowerTtlMs: null, write: 'swap' },
    capacity: { new: 1, old: 0.9 },
    preflight: { minHealthyTargets: 1, healthyWithinMs: 10 * MINUTE },
    rollback: { to: 'zero', deadlineMs: 10 * MINUTE, stickiness: 'release', shape: 'direct' },
    drain: { residual: 0.005, forMs: 5 * MINUTE, deadlineMs: 2 * HOUR },
    deadlineMs: 24 * HOUR
  } satisfies Policy)
})

/** A line of YAML, and what it makes of the policy. */
const settings: readonly (readonly [line: string, change: (policy: Policy) => Policy])[] = [
  ['description: slow', (p) => ({ ...p, description: 'slow' })],
  ['mode: observe', (p) => ({ ...p, mode: 'observe' })],
  ['maxJump: 90.5', (p) => ({ ...p, maxJump: 905 })],
  ['maxBake: 1h', (p) => ({ ...p, maxBakeMs: HOUR })],
  ['onInsufficient: advance', (p) => ({ ...p, onInsufficient: 'advance' })],
  ['onBreach: hold', (p) => ({ ...p, onBreach: 'hold' })],
  ['onBlind: { hold: 6m }', (p) => ({ ...p, onBlind: { ...p.onBlind, holdMs: 6 * MINUTE } })],
  ['onBlind: { rollback: 20m }', (p) => ({ ...p, onBlind: { ...p.onBlind, rollbackMs: 20 * MINUTE } })],
  ['onDrift: rollback', (p) => ({ ...p, onDrift: 'rollback' })],
  ['onShare: advance', (p) => ({ ...p, onShare: 'advance' })],
  ['onHold: { after: 1m }', (p) => ({ ...p, onHold: { ...p.onHold, afterMs: MINUTE } })],
  ['onHold: { action: rollback }', (p) => ({ ...p, onHold: { ...p.onHold, action: 'rollback' } })],
  ['converge: { deadline: 1m }', (p) => ({ ...p, converge: { deadlineMs: MINUTE } })],
  ['alb: { settle: 500ms }', (p) => ({ ...p, alb: { settleMs: 500 } })],
  ['dns: { staleFactor: 0 }', (p) => ({ ...p, dns: { ...p.dns, staleFactor: 0 } })],
  ['dns: { staleFactor: 2.5 }', (p) => ({ ...p, dns: { ...p.dns, staleFactor: 2.5 } })],
  ['dns: { maxTtl: 1h }', (p) => ({ ...p, dns: { ...p.dns, maxTtlMs: HOUR } })],
  ['dns: { lowerTtl: 60s }', (p) => ({ ...p, dns: { ...p.dns, lowerTtlMs: MINUTE } })],
  ['dns: { write: upsert }', (p) => ({ ...p, dns: { ...p.dns, write: 'upsert' } })],
  ['capacity: { new: 0 }', (p) => ({ ...p, capacity: { ...p.capacity, new: 0 } })],
  ['capacity: { old: 1 }', (p) => ({ ...p, capacity: { ...p.capacity, old: 1 } })],
  ['preflight: { minHealthyTargets: 3 }', (p) => ({ ...p, preflight: { ...p.preflight, minHealthyTargets: 3 } })],
  ['preflight: { healthyWithin: 1m }', (p) => ({ ...p, preflight: { ...p.preflight, healthyWithinMs: MINUTE } })],
  ['rollback: { to: start }', (p) => ({ ...p, rollback: { ...p.rollback, to: 'start' } })],
  ['rollback: { deadline: 1m }', (p) => ({ ...p, rollback: { ...p.rollback, deadlineMs: MINUTE } })],
  ['rollback: { stickiness: keep }', (p) => ({ ...p, rollback: { ...p.rollback, stickiness: 'keep' } })],
  ['rollback: { shape: capacity }', (p) => ({ ...p, rollback: { ...p.rollback, shape: 'capacity' } })],
  ['drain: { residual: 29% }', (p) => ({ ...p, drain: { ...p.drain, residual: 0.29 } })],
  ['drain: { for: 1m }', (p) => ({ ...p, drain: { ...p.drain, forMs: MINUTE } })],
  ['drain: { deadline: 1h }', (p) => ({ ...p, drain: { ...p.drain, deadlineMs: HOUR } })],
  ['deadline: 7d', (p) => ({ ...p, deadlineMs: 168 * HOUR })]
]

for (const [line, change] of settings) {
  t.test(`FM-08: ${line} is seen, and changes nothing else`, async (t) => {
    t.same(read(policyText({ more: line })), change(read(policyText())))
    t.notSame(read(policyText({ more: line })), read(policyText()))
  })
}

const gate = (body: string) =>
  read(policyText({ steps: 'steps: [{ percent: 100, bake: 1h }]', gates: `gates:\n  - ${body}` })).gates[0]

t.test('FM-08: every setting of an errorRate gate is seen', async (t) => {
  const text =
    '{ name: e, type: errorRate, max: 0.5%, against: none, minRequests: 7, warmup: 1m, period: 120s, delay: 3m, action: hold, routes: [a, b] }'
  t.same(gate(text), {
    name: 'e',
    type: 'errorRate',
    action: 'hold',
    routes: ['a', 'b'],
    max: 0.005,
    against: 'none',
    minRequests: 7,
    warmupMs: MINUTE,
    periodMs: 2 * MINUTE,
    delayMs: 3 * MINUTE
  })
})

t.test('FM-08: every setting of a targetHealth gate is seen', async (t) => {
  const common = { name: 't', type: 'targetHealth', routes: null } as const
  t.same(gate('{ name: t, type: targetHealth }'), {
    ...common,
    action: null,
    minHealthyRatio: 0.8,
    everyMs: 10_000,
    forMs: 30_000
  })
  t.same(gate('{ name: t, type: targetHealth, minHealthyRatio: 1, every: 5s, for: 1m, action: warn }'), {
    ...common,
    action: 'warn',
    minHealthyRatio: 1,
    everyMs: 5_000,
    forMs: MINUTE
  })
})

t.test('approval is nobody, anyone, or somebody else, for a day unless said', async (t) => {
  const approvals = [
    '',
    ', approval: false',
    ', approval: true',
    ', approval: {}',
    ', approval: { by: other, expires: 1h }'
  ]
  const read1 = (approval: string) =>
    read(policyText({ steps: `steps: [{ percent: 100, bake: 5m${approval} }]` })).steps[0]?.approval
  t.same(approvals.map(read1), [
    null,
    null,
    { by: 'anyone', expiresMs: 24 * HOUR },
    { by: 'anyone', expiresMs: 24 * HOUR },
    { by: 'other', expiresMs: HOUR }
  ])
})

t.test('a ramp becomes steps', async (t) => {
  const ramp = (body: string) => read(policyText({ steps: `ramp: { ${body} }` })).steps
  t.same(
    ramp('kind: exponential').map(({ percent }) => percent),
    [10, 19, 37, 72, 139, 268, 518, 1000]
  )
  t.same(ramp('kind: linear, from: 20, to: 60.5, steps: 2, bake: 10m'), [
    { percent: 200, bakeMs: 10 * MINUTE, approval: null },
    { percent: 605, bakeMs: 10 * MINUTE, approval: null }
  ])
})

t.test('gates: none is a policy that judges nothing', async (t) => {
  t.same(read(policyText({ gates: 'gates: none' })).gates, [])
})

t.test('mode observe needs no steps', async (t) => {
  t.same(read(policyText({ steps: '', more: 'mode: observe' })).steps, [])
})

t.test('a short period is accepted with a warning', async (t) => {
  const text = policyText({ gates: 'gates:\n  - { name: e, type: errorRate, max: 1%, against: none, period: 10s }' })
  const { items, errors, warnings } = parseDocuments('Policy', text, 'p.yaml', {})
  t.same(spoken(errors), [])
  t.equal(items.length, 1)
  t.match(spoken(warnings), [
    /^p\.yaml:8:65: gates\[0\]\.period: is 10s, but an ALB tells CloudWatch its counts once a minute/
  ])
})

t.test('an anchor is a value of its own in each place', async (t) => {
  const text = policyText({
    steps: 'steps:\n  - &first { percent: 10, bake: &bake 10m }\n  - { percent: 100, bake: *bake }',
    more: 'deadline: 2d'
  })
  t.same(
    read(text).steps.map(({ bakeMs }) => bakeMs),
    [10 * MINUTE, 10 * MINUTE]
  )
})

t.test('an inline policy is the same policy, and needs no apiVersion nor kind', async (t) => {
  const body = {
    name: 'p',
    steps: [
      { percent: 10, bake: '10m' },
      { percent: 100, bake: '10m' }
    ],
    gates: [{ name: 'errors', type: 'errorRate', max: '1%', against: 'none' }]
  }
  const before = structuredClone(body)
  t.same(parsePolicyObject(body), { value: read(policyText()), errors: [], warnings: [] })
  t.same(body, before, 'the body is left as it was')
  t.same(parsePolicyObject({ ...body, apiVersion: 'sluice/v1', kind: 'Policy' }).errors, [])
  t.match(parsePolicyObject({ ...body, kind: 'Migration' }, '/policy').errors, [{ field: '/policy/kind' }])
})

t.test('an inline policy is told its errors by JSON pointer', async (t) => {
  const body = { name: 'p', 'a/b~c': 1, steps: [{ percent: 10, bake: 5 }], gates: 'none' }
  const { value, errors } = parsePolicyObject(body, '/policy')
  t.equal(value, null)
  t.match(errors, [
    { field: '/policy/a~1b~0c', message: /^a\/b~c: unknown key/ },
    { field: '/policy/steps/0/bake', message: /^steps\[0\]\.bake: is 5, but must be a duration/ }
  ])
  for (const wrong of [null, 'standard', 7, []]) {
    t.match(parsePolicyObject(wrong, '/policy').errors, [{ field: '/policy', message: /must be a map/ }])
  }
})

t.test('an inline policy reads nothing of the environment', async (t) => {
  const body = { name: 'p', description: '${HOME}', steps: [{ percent: 100, bake: '10m' }], gates: 'none' }
  t.equal(parsePolicyObject(body).value?.description, '${HOME}')
})
