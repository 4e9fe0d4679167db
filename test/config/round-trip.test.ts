import t from 'tap'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { parseDocuments } from '../../src/config/documents.ts'
import { parseMigrationObject } from '../../src/config/migrations.ts'
import { parsePolicyObject } from '../../src/config/policies.ts'
import { policyProblems } from '../../src/core/policyRules.ts'
import { formatDuration } from '../../src/core/duration.ts'
import { readYaml } from '../../src/config/yaml.ts'
import { arns, spoken } from './support.ts'

const MINUTE = 60_000

const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(model: T) => fc.record(model, { requiredKeys: [] })
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
const duration = fc.integer({ min: 1, max: 90 * 86_400_000 }).map(formatDuration)
const interval = fc.integer({ min: 100, max: 90 * 86_400_000 }).map(formatDuration)
const share = fc.integer({ min: 1, max: 1000 }).map((tenths) => `${tenths / 10}%`)

/** Text that stands for itself: `${` would be put in from the environment, in a file and not in a request. */
const literal = fc.string().filter((text) => !text.includes('${'))

const errorRate = fc.record(
  {
    type: fc.constant('errorRate'),
    max: share,
    against: fc.constantFrom('none', 'old'),
    minRequests: fc.integer({ min: 1, max: 1e6 }),
    warmup: fc.integer({ min: 0, max: 5 * MINUTE }).map(formatDuration),
    period: fc.constantFrom('1s', '10s', '60s', '5m'),
    delay: fc.integer({ min: 1, max: 5 * MINUTE }).map(formatDuration),
    action: fc.constantFrom('rollback', 'hold', 'warn'),
    routes: fc.uniqueArray(name, { minLength: 1, maxLength: 3 })
  },
  { requiredKeys: ['type', 'max', 'against'] }
)
const targetHealth = fc.record(
  {
    type: fc.constant('targetHealth'),
    minHealthyRatio: fc.double({ min: 0.01, max: 1, noNaN: true }),
    every: interval,
    for: duration
  },
  { requiredKeys: ['type'] }
)
const clocks = {
  period: fc.constantFrom('1s', '10s', '60s', '5m'),
  delay: fc.integer({ min: 1, max: 5 * MINUTE }).map(formatDuration)
}
const knobs = {
  profile: fc.constantFrom('robust', 'fast'),
  tolerance: fc.double({ min: 1, max: 100, noNaN: true }),
  alpha: optional({
    relative: fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
    absolute: fc.double({ min: 1e-9, max: 0.5, noNaN: true })
  }),
  stepBackBudget: fc.double({ min: 1e-3, max: 1e6, noNaN: true })
}
const statusMix = fc.record(
  {
    type: fc.constant('statusMix'),
    classes: fc.uniqueArray(fc.constantFrom('2xx', '3xx', '4xx', '5xx'), { minLength: 1 }),
    ...knobs,
    ...clocks
  },
  { requiredKeys: ['type'] }
)
const latency = fc.oneof(
  fc.record(
    {
      type: fc.constant('latency'),
      percentile: fc.constantFrom('p50', 'p99.9'),
      max: duration,
      maxRatio: fc.integer({ min: 1, max: 9 })
    },
    { requiredKeys: ['type', 'percentile', 'max'] }
  ),
  fc.record(
    { type: fc.constant('latency'), maxSlow: share, over: duration, ...knobs },
    { requiredKeys: ['type', 'maxSlow', 'over'] }
  )
)
const metric = fc.record(
  {
    type: fc.constant('metric'),
    queries: fc.constant([{ id: 'a', namespace: 'N', metric: 'M', stat: 'p99', dimensions: { Cluster: '$cluster' } }]),
    expression: fc.constantFrom('a', '(1 - a) / 2'),
    max: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    min: fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }),
    outOf: fc.integer({ min: 1, max: 60 }),
    region: fc.constant('eu-west-1'),
    ...clocks
  },
  { requiredKeys: ['type', 'queries', 'expression', 'max'] }
)
const burnRate = fc.record(
  {
    type: fc.constant('burnRate'),
    objective: fc.constantFrom('99%', '99.9%', '99.95%'),
    windows: fc.constant([{ long: '1h', short: '5m', factor: 14.4 }]),
    ...clocks
  },
  { requiredKeys: ['type', 'objective', 'windows'] }
)
const alarm = fc.record(
  {
    type: fc.constant('alarm'),
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    ignoreIfAlreadyFiring: fc.boolean(),
    every: interval
  },
  { requiredKeys: ['type', 'names'] }
)
const gates = fc
  .array(fc.oneof(errorRate, targetHealth, statusMix, latency, metric, burnRate, alarm), { minLength: 1, maxLength: 4 })
  .map((list) => list.map((gate, i) => ({ name: `g${i}`, ...gate })))

/** Bakes long enough for every gate above: 5 min delay, 3 periods of 5 min, 5 min warmup. */
const bake = fc.integer({ min: 25 * MINUTE, max: 86_400_000 }).map(formatDuration)
const approval = fc.oneof(fc.boolean(), optional({ by: fc.constantFrom('anyone', 'other'), expires: duration }))
const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 })
  .map((tenths) => tenths.toSorted((a, b) => a - b).map((one) => one / 10))
  .chain((percents) =>
    fc.tuple(
      ...percents.map((percent) =>
        fc.record({ percent: fc.constant(percent), bake, approval }, { requiredKeys: ['percent', 'bake'] })
      )
    )
  )
const ramp = fc.record({
  kind: fc.constantFrom('linear', 'exponential', 'equalRisk'),
  steps: fc.integer({ min: 2, max: 30 }),
  bake
})

const rest = optional({
  description: fc.string(),
  mode: fc.constantFrom('act', 'observe'),
  promote: fc.constantFrom('fixed', 'evidence'),
  harmBudget: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  onInsufficient: fc.constantFrom('hold', 'advance'),
  onBreach: fc.constantFrom('rollback', 'hold'),
  onBlind: optional({ hold: duration, rollback: fc.oneof(fc.constant('never'), duration) }),
  onHold: optional({ after: duration, action: fc.constantFrom('halt', 'rollback') }),
  capacity: optional({
    new: fc.double({ min: 0, max: 2, noNaN: true }),
    old: fc.double({ min: 0, max: 1, noNaN: true })
  }),
  drain: optional({ residual: share, for: duration, deadline: duration }),
  deadline: duration
})

const policies = fc
  .tuple(
    name,
    fc.oneof(
      steps.map((list) => ({ steps: list })),
      ramp.map((one) => ({ ramp: one }))
    ),
    gates,
    rest
  )
  .map(([name, ladder, gates, rest]) => ({ apiVersion: 'sluice/v1', kind: 'Policy', name, ...ladder, gates, ...rest }))

const role = fc.constant('arn:aws:iam::111122223333:role/sluice')
const side = (targetGroup: string) =>
  fc.record(
    { targetGroup: fc.constant(targetGroup), vars: fc.dictionary(name, literal), roleArn: role },
    { requiredKeys: ['targetGroup'] }
  )
const migrations = fc
  .tuple(
    name,
    fc.array(fc.tuple(side(arns.old), side(arns.new)), { minLength: 1, maxLength: 4 }),
    optional({
      description: fc.string(),
      versions: fc.record({ from: fc.string(), to: fc.string() }),
      defaults: optional({ roleArn: role })
    })
  )
  .map(([name, sides, rest]) => ({
    apiVersion: 'sluice/v1',
    kind: 'Migration',
    name,
    routes: sides.map(([before, after], i) => ({
      name: `r${i}`,
      type: 'alb',
      rule: `${arns.rule}${i}`,
      old: before,
      new: after
    })),
    ...rest
  }))

t.test('a policy frozen into a shift comes back from JSON as it was', async (t) => {
  fc.assert(
    fc.property(policies, (doc) => {
      const { items, errors } = parseDocuments('Policy', stringify(doc), 'p.yaml', {})
      const value = items[0]?.value
      if (value === undefined) throw new Error(spoken(errors).join('\n'))
      t.strictSame(JSON.parse(JSON.stringify(value)), value)
      t.strictSame(parsePolicyObject(doc).value, value, 'inline it is the same')
      t.same(
        policyProblems(value).filter(({ severity }) => severity === 'error'),
        []
      )
      return true
    }),
    { numRuns: 60 }
  )
})

t.test('a migration frozen into a shift comes back from JSON as it was', async (t) => {
  fc.assert(
    fc.property(migrations, (doc) => {
      const { items, errors } = parseDocuments('Migration', stringify(doc), 'm.yaml', {})
      const value = items[0]?.value
      if (value === undefined) throw new Error(spoken(errors).join('\n'))
      t.strictSame(JSON.parse(JSON.stringify(value)), value)
      t.strictSame(parseMigrationObject(doc).value, value, 'inline it is the same')
      return true
    }),
    { numRuns: 60 }
  )
})

t.test(
  'whatever text is given, the answer is values or problems with a place in the text, never an exception',
  async () => {
    const yaml = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => stringify(value)),
      policies.map((doc) => stringify(doc).slice(0, -7))
    )
    fc.assert(
      fc.property(yaml, (text) => {
        const { items, errors } = parseDocuments('Policy', text, 'p.yaml', {})
        const lines = text.split(/\r?\n/).length
        const asked = readYaml(text, 'p.yaml', {}).documents.length > 0
        const answered = items.length + errors.length > 0 || !asked
        return answered && errors.every(({ place }) => place !== null && place.line <= lines && place.column >= 1)
      }),
      { numRuns: 200 }
    )
  }
)
