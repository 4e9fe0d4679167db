import t from 'tap'
import { parseDocuments } from '../../src/config/documents.ts'
import { parsePolicyObject } from '../../src/config/policies.ts'
import { equalRiskPercents } from '../../src/core/ramp.ts'
import type { GateSpec, Policy } from '../../src/core/policy.ts'
import { policyDocument } from '../../src/http/catalogueDocuments.ts'
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
    promotion: null,
    ramp: null,
    onInsufficient: 'hold',
    gates: [{ ...errors, action: null, routes: null, warmupMs: 0, periodMs: MINUTE, delayMs: 2 * MINUTE }],
    onBreach: 'rollback',
    onAmber: 'stepBack',
    onBlind: { holdMs: 5 * MINUTE, rollbackMs: null },
    onDrift: 'halt',
    onShare: 'hold',
    onHold: { afterMs: 15 * MINUTE, action: 'halt' },
    converge: { deadlineMs: 5 * MINUTE },
    alb: { settleMs: MINUTE },
    dns: { staleFactor: 2, floorMs: 60_000, maxTtlMs: 5 * MINUTE, lowerTtlMs: null, write: 'swap' },
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
  ['promote: evidence', (p) => ({ ...p, promotion: { minBakeMs: null, harmBudget: 20 } })],
  [
    'promote: evidence\nminBake: 4m\nharmBudget: 0.5',
    (p) => ({ ...p, promotion: { minBakeMs: 4 * MINUTE, harmBudget: 0.5 } })
  ],
  ['onAmber: hold', (p) => ({ ...p, onAmber: 'hold' })],
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
  ['deadline: 7d', (p) => ({ ...p, deadlineMs: 168 * HOUR })],
  ['notify: [oncall, chat]', (p) => ({ ...p, notify: ['oncall', 'chat'] })],
  ['notify: []', (p) => ({ ...p, notify: [] })]
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

/** What a gate says only where it must, and all that it is then; then each setting, and what it changes. */
type GateRow = readonly [text: string, is: GateSpec, ...changes: (readonly [text: string, change: object])[]]

const ROBUST = { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null } as const
const common = { name: 'g', action: null, routes: null } as const
const judged = { minRequests: 50, warmupMs: 0, periodMs: MINUTE, delayMs: 2 * MINUTE } as const
const knobs = (of: object) =>
  [
    ['profile: fast', { ...of, profile: 'fast' }],
    ['tolerance: 1.5', { ...of, tolerance: 1.5 }],
    ['alpha: { relative: 0.1, absolute: 0.2 }', { ...of, alpha: { relative: 0.1, absolute: 0.2 } }],
    ['alpha: { relative: 0.1 }', { ...of, alpha: { relative: 0.1, absolute: 0.01 } }],
    ['alpha: { absolute: 0.1 }', { ...of, alpha: { relative: 0.02, absolute: 0.1 } }],
    ['profile: fast, alpha: { absolute: 0.1 }', { ...of, profile: 'fast', alpha: { relative: 0.03, absolute: 0.1 } }],
    ['stepBackBudget: 2.5', { ...of, stepBackBudget: 2.5 }]
  ] as const
const compared = knobs(ROBUST).map(([text, comparison]) => [text, { comparison }] as const)
const clocks = [
  ['minRequests: 7', { minRequests: 7 }],
  ['warmup: 90s', { warmupMs: 90_000 }],
  ['period: 2m', { periodMs: 2 * MINUTE }],
  ['delay: 30s', { delayMs: 30_000 }],
  ['action: warn', { action: 'warn' }],
  ['routes: [a]', { routes: ['a'] }]
] as const
const elsewhere = [
  ['region: eu-west-1', { account: { region: 'eu-west-1' } }],
  [
    'region: eu-west-1, roleArn: "arn:aws:iam::111122223333:role/sluice", externalId: x',
    { account: { region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/sluice', externalId: 'x' } }
  ],
  [
    'roleArn: "arn:aws:iam::111122223333:role/sluice"',
    { account: { region: null, roleArn: 'arn:aws:iam::111122223333:role/sluice' } }
  ]
] as const

const slow = { max: 0.01, overMs: 800, comparison: ROBUST }
const query = { id: 'failed', namespace: 'Shop', metric: 'Failed', stat: 'Sum', dimensions: {} }
const QUERY = 'queries: [{ id: failed, namespace: Shop, metric: Failed, stat: Sum }], expression: failed'

const gateRows: readonly GateRow[] = [
  [
    'type: errorRate, max: 1%',
    { ...common, type: 'errorRate', max: 0.01, against: 'old', comparison: ROBUST, ...judged },
    ['max: 0.5%', { max: 0.005 }],
    ...compared,
    ...clocks,
    ...elsewhere
  ],
  [
    'type: statusMix',
    { ...common, type: 'statusMix', classes: ['3xx', '4xx'], against: 'old', comparison: ROBUST, ...judged },
    ['classes: [5xx, 2xx]', { classes: ['5xx', '2xx'] }],
    ...compared,
    ...clocks,
    ...elsewhere
  ],
  [
    'type: latency, percentile: p99, max: 800ms',
    { ...common, type: 'latency', percentile: { stat: 'p99', maxMs: 800, maxRatio: null }, slow: null, ...judged },
    ['percentile: p99.9', { percentile: { stat: 'p99.9', maxMs: 800, maxRatio: null } }],
    ['max: 2s', { percentile: { stat: 'p99', maxMs: 2000, maxRatio: null } }],
    ['maxRatio: 1.5', { percentile: { stat: 'p99', maxMs: 800, maxRatio: 1.5 } }],
    ...clocks,
    ...elsewhere
  ],
  [
    'type: latency, maxSlow: 1%, over: 800ms',
    { ...common, type: 'latency', percentile: null, slow, ...judged },
    ['maxSlow: 2%', { slow: { ...slow, max: 0.02 } }],
    ['over: 1s', { slow: { ...slow, overMs: 1000 } }],
    ...compared.map(([text, { comparison }]) => [text, { slow: { ...slow, comparison } }] as const)
  ],
  [
    `type: metric, ${QUERY}, max: 0.02`,
    {
      ...common,
      type: 'metric',
      queries: [query],
      expression: 'failed',
      max: 0.02,
      min: null,
      breaches: 1,
      outOf: 1,
      periodMs: MINUTE,
      delayMs: 2 * MINUTE,
      account: null
    },
    [
      'queries: [{ id: failed, namespace: N, metric: M, stat: p99.5, dimensions: { Cluster: $cluster } }]',
      { queries: [{ id: 'failed', namespace: 'N', metric: 'M', stat: 'p99.5', dimensions: { Cluster: '$cluster' } }] }
    ],
    ['expression: 1 - failed', { expression: '1 - failed' }],
    ['max: -1', { max: -1 }],
    ['min: 0', { min: 0 }],
    ['breaches: 2', { breaches: 2, outOf: 2 }],
    ['breaches: 2, outOf: 3', { breaches: 2, outOf: 3 }],
    ['period: 10s', { periodMs: 10_000 }],
    ['delay: 5m', { delayMs: 5 * MINUTE }],
    ['action: hold', { action: 'hold' }],
    ...elsewhere
  ],
  [
    'type: burnRate, objective: 99.9%, windows: [{ long: 1h, short: 5m, factor: 14.4 }]',
    {
      ...common,
      type: 'burnRate',
      objective: 0.999,
      windows: [{ longMs: HOUR, shortMs: 5 * MINUTE, factor: 14.4 }],
      periodMs: MINUTE,
      delayMs: 2 * MINUTE
    },
    ['objective: 99%', { objective: 0.99 }],
    [
      'windows: [{ long: 6h, short: 30m, factor: 6 }, { long: 1h, short: 5m, factor: 14.4 }]',
      {
        windows: [
          { longMs: 6 * HOUR, shortMs: 30 * MINUTE, factor: 6 },
          { longMs: HOUR, shortMs: 5 * MINUTE, factor: 14.4 }
        ]
      }
    ],
    ['period: 5m', { periodMs: 5 * MINUTE }],
    ...elsewhere,
    ['delay: 1m', { delayMs: MINUTE }]
  ],
  [
    'type: alarm, names: [checkout]',
    {
      ...common,
      type: 'alarm',
      names: ['checkout'],
      ignoreIfAlreadyFiring: false,
      everyMs: 30_000,
      account: null
    },
    ['names: [a, b]', { names: ['a', 'b'] }],
    ['ignoreIfAlreadyFiring: true', { ignoreIfAlreadyFiring: true }],
    ['every: 1m', { everyMs: MINUTE }],
    ['action: hold', { action: 'hold' }],
    ['routes: [a]', { routes: ['a'] }],
    ...elsewhere
  ],
  [
    'type: probe, url: "https://new.internal/healthz"',
    {
      ...common,
      type: 'probe',
      url: 'https://new.internal/healthz',
      host: null,
      everyMs: 5_000,
      max: 0.05,
      windowMs: 30_000
    },
    ['url: "http://10.0.0.1:8080"', { url: 'http://10.0.0.1:8080' }],
    ['host: api.example.com', { host: 'api.example.com' }],
    ['every: 1s', { everyMs: 1_000 }],
    ['every: 100ms', { everyMs: 100 }],
    ['every: 1m1ms', { everyMs: 60_001 }],
    ['max: 1%', { max: 0.01 }],
    ['window: 1m', { windowMs: MINUTE }],
    ['action: warn', { action: 'warn' }]
  ]
]

/** One key of a flow map replaced or added. */
function withKeys(text: string, change: string): string {
  const keys = [...change.matchAll(/(?:^|, )(\w+):/g)].map(([, key]) => key ?? '')
  const top = keys.filter((key) => !new RegExp(`[[{][^\\]}]*\\b${key}:`).test(change))
  const kept = top.reduce((rest, key) => {
    const value = String.raw`(?:\[(?:[^\[\]]|\{[^}]*\})*\]|"[^"]*"|[^,"[]+)`
    return rest.replace(new RegExp(`, ${key}: ${value}`), '')
  }, text)
  return `${kept}, ${change}`
}

for (const [text, is, ...changes] of gateRows) {
  t.test(`FM-08: a gate of ${text} has the defaults of the contract`, async (t) => {
    t.strictSame(gate(`{ name: g, ${text} }`), is)
  })
  for (const [change, becomes] of changes) {
    t.test(`FM-08: ${is.type}: ${change} is seen, and changes nothing else`, async (t) => {
      const changed = gate(`{ name: g, ${withKeys(text, change)} }`)
      t.strictSame(changed, { ...is, ...becomes })
      t.notSame(changed, is)
    })
  }
}

t.test('a gate that says all it can is shown as it was written, and can be sent back', async (t) => {
  for (const [text, is, ...changes] of gateRows.filter(([, { type }]) => type !== 'probe')) {
    for (const gate of [is, ...changes.map(([, change]) => ({ ...is, ...change }) as GateSpec)]) {
      const policy = { ...read(policyText({ steps: 'steps: [{ percent: 100, bake: 1h }]' })), gates: [gate] }
      const { value, errors } = parsePolicyObject(JSON.parse(JSON.stringify(policyDocument(policy))), '/policy')
      t.same(errors, [], text)
      const hidden = 'account' in gate && gate.account?.externalId !== undefined
      if (!hidden) t.strictSame(value, policy, text)
    }
  }
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
  t.match(gate('{ name: t, type: targetHealth, region: eu-west-1 }'), { account: { region: 'eu-west-1' } })
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

t.test(
  'an equal-risk ramp keeps what it was asked for, and stands at the steps of a busy service until preflight',
  async (t) => {
    const ramp = (body: string) => read(policyText({ steps: `ramp: { kind: equalRisk${body} }` }))
    const usual = ramp('')
    t.same(usual.ramp, { kind: 'equalRisk', bakeMs: 5 * MINUTE, to: 1000 })
    t.same(
      usual.steps.map(({ percent }) => percent),
      [1, 2, 12, 55, 237, 500, 1000]
    )
    t.ok(usual.steps.every(({ bakeMs, approval }) => bakeMs === 5 * MINUTE && approval === null))
    const half = ramp(', bake: 10m, to: 50.5')
    t.same(half.ramp, { kind: 'equalRisk', bakeMs: 10 * MINUTE, to: 505 })
    t.same(
      half.steps.map(({ percent }) => percent),
      equalRiskPercents(505, 10 * MINUTE)
    )
    t.equal(half.steps.at(-1)?.percent, 505)
    t.equal(read(policyText()).ramp, null)
  }
)

t.test('what is not read is accepted with a warning at its place', async (t) => {
  const warningsOf = (text: string) => {
    const { items, errors, warnings } = parseDocuments('Policy', text, 'p.yaml', {})
    t.same(spoken(errors), [])
    t.equal(items.length, 1)
    return spoken(warnings).join(' | ')
  }
  t.match(warningsOf(policyText({ more: 'minBake: 4m' })), /minBake: is only read with promote: evidence/)
  const ramp = warningsOf(policyText({ steps: 'ramp: { kind: equalRisk, from: 2, steps: 3 }' }))
  t.match(ramp, /ramp\.from: is not read with kind: equalRisk/)
  t.match(ramp, /ramp\.steps: is not read with kind: equalRisk/)
  t.match(
    warningsOf(policyText({ more: 'promote: evidence' })),
    /promote: is evidence, but no gate compares new with old/
  )
  const old = 'gates:\n  - { name: e, type: errorRate, max: 1% }'
  t.equal(warningsOf(policyText({ gates: old, more: 'promote: evidence' })), '')
  const two = 'queries: [{ id: a, namespace: N, metric: M, stat: Sum }, { id: b, namespace: N, metric: M, stat: Sum }]'
  const unused = `gates:\n  - { name: m, type: metric, ${two}, expression: a, max: 1 }`
  t.match(warningsOf(policyText({ gates: unused })), /gates\[0\]\.expression: does not use b/)
})

t.test(
  'a probe gate comes from a file, never from a request: a request does not choose what the daemon calls',
  async (t) => {
    const body = {
      name: 'p',
      steps: [{ percent: 100, bake: '10m' }],
      gates: [
        { name: 'targets', type: 'targetHealth' },
        { name: 'probe', type: 'probe', url: 'http://169.254.169.254/latest/meta-data' }
      ]
    }
    const { value, errors } = parsePolicyObject(body, '/policy')
    t.equal(value, null)
    t.match(errors, [{ field: '/policy/gates/1/type', message: /a request may not hold a probe gate/ }])
    t.equal(errors.length, 1)
  }
)

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
