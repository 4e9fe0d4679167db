/**
 * A report as one HTML file that needs nothing else: no script, nothing loaded, dark and light, printable. Text that came from others
 * is escaped without exception.
 */
import type { ReportView } from '../core/view.ts'
import { chartsOf } from './chart.ts'
import { escape } from './escape.ts'
import { STYLE } from './style.ts'
import { svg } from './svg.ts'
import { tablesOf, type Table } from './tables.ts'
import { measuresOf, words } from './words.ts'

/** What a server sends with it, so that not even a mistake here could run or load anything. */
export const HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export function html(report: ReportView): string {
  const { migration, outcome, explain } = report
  const title = `Traffic shift ${migration}: ${words(outcome ?? 'not ended yet')}`
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta http-equiv="Content-Security-Policy" content="${escape(HTML_POLICY)}">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escape(title)}</h1>`,
    `<p class="lead">${escape(explain)}.</p>`,
    about(report),
    '<h2>The five measures</h2>',
    '<dl>',
    ...measuresOf(report).map(({ name, lines }) => `<dt>${name}</dt><dd>${lines.map(escape).join('<br>')}</dd>`),
    '</dl>',
    ...chartsOf(report).map(
      (chart) => `<figure><figcaption>${escape(chart.title)}</figcaption>\n${svg(chart)}</figure>`
    ),
    ...tablesOf(report).map(table),
    '</main>',
    '</body>',
    '</html>',
    ''
  ].join('\n')
}

function about({ id, policy, startedBy, reason }: ReportView): string {
  const said = reason === '' ? '' : `: ${reason}`
  return `<p>Shift <code>${escape(id)}</code> under policy ${escape(policy)}, started by ${escape(startedBy)}${escape(said)}.</p>`
}

function table({ title, note, head, rows }: Table): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`
  return [
    '<section>',
    `<h2>${escape(title)}</h2>`,
    ...(note === '' ? [] : [`<p>${escape(note)}</p>`]),
    // What is wider than a telephone scrolls by itself, by keyboard too.
    `<div class="wide" tabindex="0" role="region" aria-label="${escape(title)}">`,
    '<table>',
    `<thead>${cells('th', head)}</thead>`,
    `<tbody>${rows.map((row) => cells('td', row)).join('\n')}</tbody>`,
    '</table>',
    '</div>',
    '</section>'
  ].join('\n')
}
