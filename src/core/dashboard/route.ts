/**
 * The graphs of one route: errors, requests, latency and healthy targets of both sides. Measured with the very queries by which the
 * gates judge, so that dashboard and verdict look at the same numbers.
 */
import { countQueries, targetGroupDimension, type CountQuery } from '../gates/counts.ts'
import { SIDES, type AccountRef, type RouteSpec, type Side } from '../migration.ts'
import { GRID, OWN, type Axis, type MetricRow, type MetricWidget, type Widget } from './widget.ts'

const HEIGHT = 6
const PERIOD = 60
/** Told apart by their labels as well. */
const COLOURS: Readonly<Record<Side, string>> = { old: '#7f7f7f', new: '#1f77b4' }

export interface Shown {
  readonly migration: string
  readonly route: RouteSpec
  /** The region of Sluice's own metrics. */
  readonly home: string
}

interface About extends Shown {
  readonly queries: readonly CountQuery[]
}

export function routeWidgets(shown: Shown, y: number): readonly Widget[] {
  const { route } = shown
  const about: About = { ...shown, queries: countQueries(route) }
  const graphs = [
    { title: 'failed requests, percent', left: { min: 0, label: 'percent', showUnits: false }, rows: errors(about) },
    { title: 'requests a minute', left: { min: 0 }, rows: requests(about) },
    { title: 'response time p99, seconds', left: { min: 0 }, rows: latency(about) },
    { title: 'healthy targets', left: { min: 0 }, rows: targets(about) }
  ].filter(({ rows }) => rows.length > 0)
  return [
    { type: 'text', x: 0, y, width: GRID, height: 1, properties: { markdown: `## ${route.name}` } },
    ...graphs.map(({ title, left, rows }, i) => graph(about, { title, left, rows, i, y: y + 1 }))
  ]
}

/** What a dashboard cannot show before preflight has found it. */
export function unknownRoute({ name }: RouteSpec, y: number): readonly Widget[] {
  const markdown = `## ${name}\nIts load balancers are not known yet: name \`loadBalancer\` on both sides, or print this again after a shift has been started.`
  return [{ type: 'text', x: 0, y, width: GRID, height: 2, properties: { markdown } }]
}

interface Graph {
  readonly title: string
  readonly left: Axis
  readonly rows: readonly MetricRow[]
  readonly i: number
  readonly y: number
}

/** Two in a row. */
function graph({ migration, route, home }: About, { title, left, rows, i, y }: Graph): MetricWidget {
  const width = GRID / 2
  const { namespace, metric } = OWN
  const own: MetricRow = [
    namespace,
    metric,
    OWN.migration,
    migration,
    OWN.route,
    route.name,
    {
      label: 'percent on new (Sluice)',
      stat: 'Maximum',
      yAxis: 'right',
      color: '#2ca02c',
      ...(home === route.account.region ? {} : { region: home })
    }
  ]
  return {
    type: 'metric',
    x: (i % 2) * width,
    y: y + Math.floor(i / 2) * HEIGHT,
    width,
    height: HEIGHT,
    properties: {
      title: `${route.name}: ${title}`,
      view: 'timeSeries',
      stacked: false,
      region: route.account.region,
      period: PERIOD,
      metrics: [...rows, own],
      yAxis: { left, right: { min: 0, max: 100, label: 'percent on new', showUnits: false } }
    }
  }
}

/** Where a metric is read: told only where it is not the graph's own place. */
function placeOf({ route }: About, account: AccountRef): { readonly region?: string; readonly accountId?: string } {
  const roles = new Set([route.account.roleArn, ...SIDES.map((side) => route[side].account.roleArn)])
  const accountId = /^arn:[^:]+:iam::(\d{12}):/.exec(account.roleArn ?? '')?.[1]
  return {
    ...(account.region === route.account.region ? {} : { region: account.region }),
    ...(roles.size > 1 && accountId !== undefined ? { accountId } : {})
  }
}

interface Wanted {
  /** Counts that are added up, as the gates name them: `requests`, `c5xx`. */
  readonly count: string
  readonly id: string
}

/** The hidden series of one side's counts: a count of several target groups has several. */
function hidden(about: About, side: Side, { count, id }: Wanted): readonly MetricRow[] {
  const own = about.queries.filter((query) => new RegExp(`^${side}\\.${count}(#\\d+)?$`).test(query.id))
  return own.map(({ query, account }, i) => [
    query.namespace,
    query.metric,
    ...Object.entries(query.dimensions).flat(),
    { id: `${id}${i}`, stat: query.stat, visible: false, ...placeOf(about, account) }
  ])
}

/** `FILL(a0, 0) + FILL(a1, 0)`: what is missing beside requests is none. */
function total(rows: readonly MetricRow[], id: string): string {
  return rows.map((_, i) => `FILL(${id}${i}, 0)`).join(' + ')
}

/** As the gate counts them, but for the shared 502 and 504 of a load balancer, which belong to no side. */
function errors(about: About): readonly MetricRow[] {
  return SIDES.flatMap((side) => {
    const count = (name: string) => {
      const id = `${side}_${name}`
      const rows = hidden(about, side, { count: name, id })
      return { rows, sum: total(rows, id) }
    }
    const [all, refused, target, own] = [count('requests'), count('e503'), count('c5xx'), count('e5xx')]
    const plus = (...sums: readonly string[]) => sums.filter((sum) => sum !== '').join(' + ')
    const expression = `100 * (${plus(target.sum, own.sum)}) / (${plus(all.sum, refused.sum)})`
    return [
      ...all.rows,
      ...refused.rows,
      ...target.rows,
      ...own.rows,
      [{ expression, id: `${side}_rate`, label: side, color: COLOURS[side] }] as const
    ]
  })
}

function requests(about: About): readonly MetricRow[] {
  return SIDES.flatMap((side) => {
    const id = `${side}_requests`
    const rows = hidden(about, side, { count: 'requests', id })
    return [...rows, [{ expression: total(rows, id), id: `${side}_all`, label: side, color: COLOURS[side] }] as const]
  })
}

/** A percentile of several target groups cannot be added up: each is a line of its own. */
function latency(about: About): readonly MetricRow[] {
  return SIDES.flatMap((side) => {
    const own = about.queries.filter(({ id }) => new RegExp(`^${side}\\.requests(#\\d+)?$`).test(id))
    return own.map(({ query, account }, i): MetricRow => {
      const label = own.length === 1 ? side : `${side} ${i + 1}`
      return [
        query.namespace,
        'TargetResponseTime',
        ...Object.entries(query.dimensions).flat(),
        { stat: 'p99', label, color: COLOURS[side], ...placeOf(about, account) }
      ]
    })
  })
}

/** CloudWatch counts them by target group only. */
function targets(about: About): readonly MetricRow[] {
  const { route } = about
  return SIDES.flatMap((side) => {
    const groups = route.type === 'alb' ? [route[side].targetGroup] : (route[side].targetGroups ?? [])
    return groups.flatMap((arn, i): readonly MetricRow[] => {
      const group = targetGroupDimension(arn)
      const asked = about.queries.find(({ id, query }) => id.startsWith(`${side}.`) && query.dimensions['LoadBalancer'])
      if (!asked) return []
      const { namespace, dimensions } = asked.query
      const label = groups.length === 1 ? side : `${side} ${i + 1}`
      return [
        [
          namespace,
          'HealthyHostCount',
          'TargetGroup',
          group,
          'LoadBalancer',
          dimensions['LoadBalancer'] ?? '',
          { stat: 'Minimum', label, color: COLOURS[side], ...placeOf(about, asked.account) }
        ]
      ]
    })
  })
}
