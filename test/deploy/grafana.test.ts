/**
 * The dashboard that we ship: it can be imported anywhere, every expression parses, and every metric in it is the daemon's.
 */
import t from 'tap'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { DEPLOY, metricsIn, promtool, seriesNames, WITHOUT_PROMTOOL } from './promtool.ts'

interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}
interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: Place
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[]
  readonly fieldConfig?: {
    readonly defaults: { readonly unit: string; readonly thresholds: { readonly steps: readonly unknown[] } }
  }
}
interface Dashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[]
  }
}

const dashboard = JSON.parse(readFileSync(join(DEPLOY, 'grafana/sluice.json'), 'utf8')) as Dashboard
const panels = dashboard.panels.filter(({ type }) => type !== 'row')
const expressions = [
  ...panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr)
]

/** As Grafana would send it. */
function filled(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '3h').replaceAll(/\$\w+/g, '.*')
}

t.test('promtool check rules: every expression of the dashboard parses', { skip: WITHOUT_PROMTOOL }, async (t) => {
  const rules = expressions.map((expr, i) => ({ record: `panel:${i}`, expr: filled(expr) }))
  const dir = t.testdir({ 'panels.yaml': stringify({ groups: [{ name: 'panels', rules }] }) })
  const { code, said } = promtool(['check', 'rules', join(dir, 'panels.yaml')])
  t.equal(code, 0, said)
  const broken = stringify({ groups: [{ name: 'g', rules: [{ record: 'a:b', expr: 'sum by (' }] }] })
  t.not(promtool(['check', 'rules', join(t.testdir({ 'b.yaml': broken }), 'b.yaml')]).code, 0, 'it can tell')
})

t.test('every metric of the dashboard is shown by the daemon, and every one of the contract is on it', async (t) => {
  const names = await seriesNames()
  const asked = [...expressions, ...dashboard.templating.list.map(({ definition = '' }) => definition)].flatMap(
    metricsIn
  )
  for (const metric of asked) t.ok(names.has(metric), metric)
  const shown = new Set(asked.map((name) => name.replace(/_bucket$/, '')))
  const own = [...names].filter((name) => name.startsWith('sluice_') && !/_(sum|count)$/.test(name))
  for (const name of own) t.ok(shown.has(name.replace(/_bucket$/, '')), `${name} is on the dashboard`)
})

t.test('every panel asks the data source that the reader chose, has a unit, and its own place', async (t) => {
  t.match(dashboard.templating.list[0], { name: 'datasource', type: 'datasource' })
  t.ok(dashboard.schemaVersion >= 39 && dashboard.uid.length > 0)
  t.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length, 'ids are its own')
  for (const { title, datasource, targets = [], fieldConfig } of panels) {
    t.equal(datasource?.uid, '${datasource}', title)
    t.ok(targets.length > 0 && targets.every((target) => target.datasource.uid === '${datasource}'), title)
    t.ok((fieldConfig?.defaults.unit ?? '') !== '' && (fieldConfig?.defaults.thresholds.steps.length ?? 0) > 0, title)
  }
  const apart = (a: Place, b: Place) => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
  for (const [i, one] of dashboard.panels.entries()) {
    for (const other of dashboard.panels.slice(i + 1)) {
      t.ok(apart(one.gridPos, other.gridPos), `${one.title} and ${other.title} do not overlap`)
    }
  }
})

t.test('the rows are those that on-call looks for, and the variables all exist', async (t) => {
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
  t.match(rows, ['Overview', /^A shift/, 'Gates', 'Rollbacks', 'AWS calls'])
  const known = new Set(dashboard.templating.list.map(({ name }) => name))
  for (const expression of expressions) {
    for (const [, name = ''] of expression.matchAll(/\$(\w+)/g)) {
      t.ok(known.has(name) || name.startsWith('__'), `$${name} is a variable`)
    }
  }
})
