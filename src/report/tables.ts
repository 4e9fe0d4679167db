/**
 * The tables of a report, the same in every format: a title, a head and rows of plain text. Empty tables are left out.
 */
import type { ReportView } from '../core/view.ts'
import { count, dateTime, percent, seconds, stretchName, valueOf, words } from './words.ts'

export interface Table {
  readonly title: string
  /** One sentence on what it shows; empty where the title says it. */
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function tablesOf(report: ReportView): readonly Table[] {
  return [
    insufficient(report),
    evidence(report),
    verdicts(report),
    stretches(report),
    actions(report),
    findings(report),
    decisions(report)
  ].filter(({ rows }) => rows.length > 0)
}

function insufficient({ insufficient: left }: ReportView): Table {
  return {
    title: 'Advanced on insufficient evidence',
    note: 'These steps were left although a gate had not said pass.',
    head: ['Step', 'Percent', 'At', 'Decided by'],
    rows: left.map(({ step, percent: at, at: when, by, actor }) => [
      String(step),
      percent(at),
      dateTime(when),
      by === 'advance' ? actor : 'the policy (onInsufficient: advance)'
    ])
  }
}

function evidence({ evidence: seen }: ReportView): Table {
  return {
    title: 'Evidence of each gate, step by step',
    note: 'Measured while the step was in effect. A share is one of all requests; of anything else the highest period is shown.',
    head: ['Step', 'Gate', 'Route', 'New', 'of requests', 'Old', 'of requests', 'Limit', 'Periods'],
    rows: seen.map((one) => [
      `${one.step}: ${percent(one.percent)}`,
      one.gate,
      one.route,
      valueOf(one.new, one.unit),
      count(one.newRequests),
      valueOf(one.old, one.unit),
      count(one.oldRequests),
      valueOf(one.limit, one.unit),
      String(one.periods)
    ])
  }
}

function verdicts({ gates }: ReportView): Table {
  return {
    title: 'What each gate said last',
    note: '',
    head: ['Gate', 'Route', 'Verdict', 'In words'],
    rows: gates.map(({ gate, route, verdict, explain }) => [
      gate,
      route,
      verdict,
      explain.startsWith(`${verdict}: `) ? explain.slice(verdict.length + 2) : explain
    ])
  }
}

function stretches({ stretches: spent }: ReportView): Table {
  return {
    title: 'Where the time went',
    note: '',
    head: ['Stretch', 'Time', 'Waiting on'],
    rows: spent.map((one) => [
      stretchName(one),
      seconds(one.seconds),
      one.phases.map(({ phase, seconds: took }) => `${words(phase)} ${seconds(took)}`).join(', ')
    ])
  }
}

function actions({ actions: orders }: ReportView): Table {
  return {
    title: 'What people ordered',
    note: '',
    head: ['At', 'Who', 'Order', 'With'],
    rows: orders.map(({ at, actor, verb, text }) => [dateTime(at), actor, verb, text])
  }
}

function findings({ findings: found }: ReportView): Table {
  return {
    title: 'Findings of preflight',
    note: '',
    head: ['Severity', 'Route', 'Finding', 'Remedy'],
    rows: found.map(({ severity, route, code, detail, remedy }) => [
      severity,
      route ?? '-',
      `${code}: ${detail}`,
      remedy
    ])
  }
}

function decisions({ decisions: log }: ReportView): Table {
  return {
    title: 'Decisions',
    note: '',
    head: ['At', 'Who', 'What'],
    rows: log.map(({ at, actor, explain }) => [dateTime(at), actor, explain])
  }
}
