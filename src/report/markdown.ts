/**
 * A report as Markdown (GitHub's dialect), to be pasted into a post-mortem. Text that came from others cannot become markup: no link,
 * no picture, no HTML, no other row of a table.
 */
import type { ReportView } from '../core/view.ts'
import { chartsOf } from './chart.ts'
import { textChart } from './textChart.ts'
import { tablesOf, type Table } from './tables.ts'
import { measuresOf, words } from './words.ts'

export function markdown(report: ReportView): string {
  const { id, migration, policy, outcome, explain, reason, startedBy } = report
  const said = reason === '' ? '' : `: ${reason}`
  const lines = [
    `# Traffic shift ${text(migration)}: ${words(outcome ?? 'not ended yet')}`,
    '',
    `${text(explain)}.`,
    '',
    `Shift ${text(id)} under policy ${text(policy)}, started by ${text(startedBy)}${text(said)}.`,
    '',
    '## The five measures',
    '',
    ...measuresOf(report).map(({ name, lines: told }) => `- **${name}.** ${told.map(text).join(' ')}`),
    ...chartsOf(report).flatMap((chart) => ['', `## ${text(chart.title)}`, '', ...fenced(textChart(chart))]),
    ...tablesOf(report).flatMap(tableLines)
  ]
  return `${lines.join('\n')}\n`
}

function tableLines({ title, note, head, rows }: Table): readonly string[] {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => text(cell)).join(' | ')} |`
  return [
    '',
    `## ${title}`,
    '',
    ...(note === '' ? [] : [note, '']),
    row(head),
    `|${head.map(() => ' --- |').join('')}`,
    ...rows.map(row)
  ]
}

/** Every character that could begin or end markup is escaped; line ends become spaces. */
export function text(value: string): string {
  return oneLine(value).replaceAll(/[\\`*_{}[\]<>()#+!|~&$@]/g, (mark) => {
    switch (mark) {
      case '<':
        return '&lt;'
      case '>':
        return '&gt;'
      case '&':
        return '&amp;'
      case '@':
        // No backslash keeps somebody of that name from being called.
        return '&#64;'
      case '(':
      case ')':
      case '+':
      case '{':
      case '}':
      case '$':
        return mark
      default:
        return `\\${mark}`
    }
  })
}

function oneLine(value: string): string {
  return value.replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').replaceAll(/:\/\//g, ':\u200b//')
}

/** A fence that nothing inside can close. */
function fenced(lines: readonly string[]): readonly string[] {
  return ['```text', ...lines.map((line) => oneLine(line).replaceAll('`', "'").trimEnd()), '```']
}
