/**
 * The alerts that we ship, by Prometheus' own checks: they parse, they fire where they should and nowhere else, and what they ask
 * for is what the daemon shows.
 */
import t from 'tap'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { makeMetrics } from '../../src/telemetry/metrics.ts'
import { build } from '../http/build.ts'
import { textOf } from '../house/files.ts'
import { DEPLOY, metricsIn, promtool, seriesNames, WITHOUT_PROMTOOL } from './promtool.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string }
}
interface Case {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
}

const RULES = join(DEPLOY, 'prometheus/alerts.yaml')
const TESTS = join(DEPLOY, 'prometheus/alerts.test.yaml')
const { groups } = parse(readFileSync(RULES, 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const skip = WITHOUT_PROMTOOL

t.test('promtool check rules: the alerts are valid', { skip }, async (t) => {
  const { code, said } = promtool(['check', 'rules', RULES])
  t.equal(code, 0, said)
})

t.test('promtool test rules: each alert fires where it should, and not beside it', { skip }, async (t) => {
  const { code, said } = promtool(['test', 'rules', TESTS])
  t.equal(code, 0, said)
})

t.test('promtool check metrics: what /metrics answers is as Prometheus advises', { skip }, async (t) => {
  const metrics = makeMetrics()
  metrics.shift({
    id: 's1',
    migration: 'm',
    phase: 'rolling_back',
    routes: [{ name: 'web', desired: 0, live: 10, observed: 9.8 }],
    gates: [{ name: 'errors', route: 'web', value: 0.01, verdict: 'breach' }],
    lookedAt: 1_700_000_000_000,
    blind: 0,
    rollback: { startedAt: 1_700_000_000_000, promisedSeconds: 70 }
  })
  metrics.decided('cause')
  metrics.verdict('errors', 'breach')
  metrics.rollback('breach', 4)
  metrics.breachDetected(130)
  metrics.awsCall({ service: 'elbv2', operation: 'ModifyRule', outcome: 'ok', seconds: 0.2, throttled: false })
  const { inject } = await build(t, { metrics })
  const { code, said } = promtool(['check', 'metrics'], (await inject({ url: '/metrics' })).body)
  t.same([code, said], [0, ''])
})

t.test('each alert has a case in which it fires and one in which it does not', async (t) => {
  const { tests } = parse(readFileSync(TESTS, 'utf8')) as { readonly tests: readonly Case[] }
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  for (const { alert } of rules) {
    const own = cases.filter(({ alertname }) => alertname === alert)
    t.ok(
      own.some(({ exp_alerts }) => exp_alerts.length > 0),
      `${alert} fires`
    )
    t.ok(
      own.some(({ exp_alerts }) => exp_alerts.length === 0),
      `${alert} does not`
    )
  }
  t.same(
    cases.filter(({ alertname }) => !rules.some(({ alert }) => alert === alertname)),
    [],
    'no case is about an alert that is not there'
  )
})

t.test('each alert has a severity, a summary with a number, and its own heading in the runbook', async (t) => {
  const runbook = textOf('docs/runbook.md')
  for (const { alert, labels, annotations } of rules) {
    t.match(labels.severity, /^(critical|warning|info)$/, alert)
    t.match(annotations.summary, /\d|\$value|query/, alert)
    t.equal(annotations.runbook_url, `docs/runbook.md#${alert.toLowerCase()}`)
    t.ok(runbook.includes(`\n### ${alert}\n`), `docs/runbook.md has the heading ${alert}`)
  }
})

t.test('each metric that an alert asks for is shown by the daemon', async (t) => {
  const names = await seriesNames()
  for (const { alert, expr, annotations } of rules) {
    for (const metric of metricsIn(expr)) t.ok(names.has(metric), `${alert}: ${metric}`)
    for (const metric of metricsIn(annotations.summary.replaceAll(/`sluice \w+/g, ''))) {
      t.ok(names.has(metric), `${alert}: ${metric}`)
    }
  }
})
