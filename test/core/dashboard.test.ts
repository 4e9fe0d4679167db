/**
 * The dashboard's body against the structure that AWS documents:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import t, { type Test } from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { dashboardOf } from '../../src/core/dashboard.ts'
import { GRID, OWN, type MetricOptions, type MetricWidget } from '../../src/core/dashboard/widget.ts'
import { dataOf, NAMESPACE, PERCENT_METRIC } from '../../src/heartbeats/cloudwatch.ts'
import type { RouteSpec } from '../../src/core/migration.ts'
import { aDnsRoute, aMigration, aRoute } from '../support/builders.ts'

const axis = {
  type: 'object',
  additionalProperties: false,
  properties: {
    min: { type: 'number' },
    max: { type: 'number' },
    label: { type: 'string' },
    showUnits: { type: 'boolean' }
  }
}
const options = {
  type: 'object',
  additionalProperties: false,
  properties: {
    expression: { type: 'string', minLength: 1, maxLength: 1024 },
    id: { type: 'string', pattern: '^[a-z][A-Za-z0-9_]*$' },
    label: { type: 'string' },
    stat: { enum: ['Sum', 'Minimum', 'Maximum', 'p99'] },
    region: { type: 'string', pattern: '^[a-z]{2}(-[a-z]+)+-\\d$' },
    accountId: { type: 'string', pattern: '^\\d{12}$' },
    visible: { type: 'boolean' },
    yAxis: { enum: ['left', 'right'] },
    color: { type: 'string', pattern: '^#[0-9a-f]{6}$' }
  }
}
const place = {
  x: { type: 'integer', minimum: 0, maximum: 23 },
  y: { type: 'integer', minimum: 0 },
  width: { type: 'integer', minimum: 1, maximum: 24 },
  height: { type: 'integer', minimum: 1, maximum: 1000 }
}
const widget = (type: string, properties: object) => ({
  type: 'object',
  additionalProperties: false,
  required: ['type', 'x', 'y', 'width', 'height', 'properties'],
  properties: { type: { const: type }, ...place, properties }
})
const validate = new Ajv2020({ allErrors: true, strict: false }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['widgets'],
  properties: {
    start: { type: 'string', pattern: '^-P' },
    periodOverride: { enum: ['auto', 'inherit'] },
    widgets: {
      type: 'array',
      maxItems: 500,
      items: {
        anyOf: [
          widget('text', {
            type: 'object',
            additionalProperties: false,
            required: ['markdown'],
            properties: { markdown: { type: 'string' } }
          }),
          widget('metric', {
            type: 'object',
            additionalProperties: false,
            required: ['metrics', 'region', 'view', 'title', 'period'],
            properties: {
              title: { type: 'string' },
              view: { enum: ['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table'] },
              stacked: { type: 'boolean' },
              region: { type: 'string', minLength: 1 },
              period: { type: 'integer', multipleOf: 60 },
              yAxis: { type: 'object', additionalProperties: false, properties: { left: axis, right: axis } },
              metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 500,
                items: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string', minLength: 1 }, options] } }
              }
            }
          })
        ]
      }
    }
  }
})

const graphsOf = (...routes: readonly RouteSpec[]) =>
  dashboardOf(aMigration({ name: 'shop', routes })).widgets.filter((one): one is MetricWidget => one.type === 'metric')

function optionsOf(row: MetricWidget['properties']['metrics'][number]): MetricOptions {
  const last = row.at(-1)
  if (typeof last !== 'object') throw new Error(`no options in ${JSON.stringify(row)}`)
  return last
}

t.test(
  'the description of a migration is a paragraph of its own above the graphs, whether or not it ends in a stop',
  async (t) => {
    const titleOf = (description: string) => dashboardOf(aMigration({ name: 'shop', description })).widgets[0]
    t.match(titleOf('EKS 1.33 to 1.34'), {
      properties: { markdown: /^# shop\n\nEKS 1\.33 to 1\.34\n\nOld beside new for every/ }
    })
    t.match(titleOf(''), { properties: { markdown: /^# shop\n\nOld beside new for every/ } })
  }
)

/** What the schema cannot say: nothing overlaps, rows are pairs, and every expression finds its series in its own graph. */
function sound(t: Test, routes: readonly RouteSpec[]): void {
  const body = dashboardOf(aMigration({ name: 'shop', routes }))
  t.equal(validate(JSON.parse(JSON.stringify(body))), true, JSON.stringify(validate.errors))
  const cells = new Set<string>()
  for (const { x, y, width, height } of body.widgets) {
    t.ok(x + width <= GRID)
    for (let i = x; i < x + width; i++) for (let j = y; j < y + height; j++) cells.add(`${i} ${j}`)
  }
  t.equal(
    cells.size,
    body.widgets.reduce((sum, { width, height }) => sum + width * height, 0),
    'nothing overlaps'
  )
  for (const { properties } of graphsOf(...routes)) {
    const ids = properties.metrics.flatMap((row) => optionsOf(row).id ?? [])
    t.equal(new Set(ids).size, ids.length, 'ids are their own')
    for (const row of properties.metrics) {
      const { expression } = optionsOf(row)
      const used = (expression?.match(/[a-z]\w*/g) ?? []).filter((name) => name !== 'FILL')
      t.ok(
        used.every((name) => ids.includes(name)),
        expression ?? 'no expression'
      )
      t.equal(row.length === 1 || row.length % 2 === 1, true, 'namespace, metric, pairs, options')
    }
    const own = properties.metrics.at(-1) ?? []
    t.strictSame(own.slice(0, 5), [OWN.namespace, OWN.metric, 'Migration', 'shop', 'Route'])
    t.equal(optionsOf(own).yAxis, 'right', 'Sluice’s own percent is on every graph')
  }
}

t.test('it is as AWS documents it, for every kind of route, one and many', async (t) => {
  const groups = ['old-1', 'old-2'].map(
    (name) => `arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/${name}/73e2d6bc24d8a067`
  )
  const dns = aDnsRoute()
  sound(t, [aRoute()])
  sound(t, [aRoute(), aRoute({ name: 'api' }), dns])
  sound(t, [{ ...dns, old: { ...dns.old, targetGroups: groups } }])
  sound(t, [{ ...dns, old: { ...dns.old, loadBalancer: null } }])
  sound(
    t,
    Array.from({ length: 30 }, (_, i) => aRoute({ name: `r${i}` }))
  )
})

t.test('an ALB route: errors, requests, latency and targets of both target groups', async (t) => {
  const route = aRoute()
  const graphs = graphsOf(route)
  t.strictSame(
    graphs.map(({ properties }) => properties.title),
    [
      'web: failed requests, percent',
      'web: requests a minute',
      'web: response time p99, seconds',
      'web: healthy targets'
    ]
  )
  const text = JSON.stringify(graphs)
  for (const side of ['old', 'new'] as const) t.match(text, route[side].targetGroup.split(':').at(-1))
  const expressions = graphs[0]?.properties.metrics.flatMap((row) => optionsOf(row).expression ?? [])
  t.strictSame(expressions, [
    '100 * (FILL(old_c5xx0, 0)) / (FILL(old_requests0, 0))',
    '100 * (FILL(new_c5xx0, 0)) / (FILL(new_requests0, 0))'
  ])
})

t.test('a DNS route: each side is its load balancer, whose own errors count', async (t) => {
  const graphs = graphsOf(aDnsRoute())
  t.equal(graphs.length, 3, 'targets are counted by target group only')
  t.strictSame(
    graphs[0]?.properties.metrics.flatMap((row) => optionsOf(row).expression ?? [])[1],
    '100 * (FILL(new_c5xx0, 0) + FILL(new_e5xx0, 0)) / (FILL(new_requests0, 0) + FILL(new_e5030, 0))'
  )
})

t.test('regions and accounts are told where they differ', async (t) => {
  const route = aRoute()
  const account = { region: 'eu-west-1', roleArn: 'arn:aws:iam::999900001111:role/sluice' }
  const graphs = graphsOf({ ...route, new: { ...route.new, account } })
  const all = graphs.flatMap(({ properties }) => properties.metrics.map(optionsOf))
  t.ok(all.some(({ region, accountId }) => region === 'eu-west-1' && accountId === '999900001111'))
  t.ok(graphsOf(route).every(({ properties }) => properties.metrics.every((row) => !optionsOf(row).accountId)))
})

t.test('Sluice’s own percent is read where the heartbeat puts it', async (t) => {
  t.strictSame([OWN.namespace, OWN.metric], [NAMESPACE, PERCENT_METRIC])
  const [beat] = dataOf({ at: 0, openShifts: 1, routes: [{ migration: 'm', route: 'r', percent: 1 }] })
  t.strictSame(
    beat?.Dimensions?.map(({ Name }) => Name),
    [OWN.migration, OWN.route]
  )
  const body = dashboardOf(aMigration({ routes: [aRoute()] }), 'us-east-1')
  const graphs = body.widgets.filter((one): one is MetricWidget => one.type === 'metric')
  t.ok(graphs.every(({ properties }) => optionsOf(properties.metrics.at(-1) ?? []).region === 'us-east-1'))
  t.equal(validate(JSON.parse(JSON.stringify(body))), true)
})

t.test('a route whose load balancers are not known says what to do', async (t) => {
  const dns = aDnsRoute()
  const { widgets } = dashboardOf(aMigration({ routes: [{ ...dns, old: { ...dns.old, loadBalancer: null } }] }))
  t.equal(widgets.length, 2)
  t.match(JSON.stringify(widgets[1]), 'name `loadBalancer` on both sides')
})
