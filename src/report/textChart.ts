/**
 * A chart as lines of text, for Markdown: # live, ' wanted, * new, o old, - the limit. Pure.
 */
import type { Chart, Line } from './chart.ts'
import { dateTime, seconds } from './words.ts'

const WIDTH = 64
const HEIGHT = 9
const MARKS = { live: '#', desired: "'", new: '*', old: 'o' } as const

export function textChart(chart: Chart): readonly string[] {
  const cells = Array.from({ length: HEIGHT }, () => Array<string>(WIDTH).fill(' '))
  const put = (value: number, column: number, mark: string) => {
    const row = cells[HEIGHT - 1 - rowOf(value, chart)]
    if (row) row[column] = mark
  }
  for (let column = 0; chart.limit !== null && column < WIDTH; column += 2) put(chart.limit, column, '-')
  // What is wanted lies below what is, and old below new.
  for (const kind of ['desired', 'old', 'live', 'new'] as const) {
    for (const line of chart.lines.filter((one) => one.kind === kind)) drawLine(line, chart, put)
  }
  const labels = [chart.label(chart.top), ...Array<string>(HEIGHT - 2).fill(''), chart.label(0)]
  const room = Math.max(...labels.map((label) => label.length))
  const rows = cells.map((row, i) => `${(labels[i] ?? '').padStart(room)} |${row.join('')}`)
  const from = dateTime(new Date(chart.from).toISOString())
  const legend = [...new Set(chart.lines.map(({ kind }) => `${MARKS[kind]} ${kind}`))]
  const limit = chart.limit === null ? [] : [`- limit ${chart.label(chart.limit)}`]
  return [
    ...rows,
    `${' '.repeat(room)} +${'-'.repeat(WIDTH)}`,
    `${' '.repeat(room)}  ${from}, ${seconds((chart.to - chart.from) / 1000)} to the right`,
    `${' '.repeat(room)}  ${[...legend, ...limit].join('   ')}`
  ]
}

type Put = (value: number, column: number, mark: string) => void

function drawLine({ points, stepped, kind }: Line, { from, to }: Chart, put: Put): void {
  const column = (at: number) => Math.min(WIDTH - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * WIDTH)))
  points.forEach(({ at, value }, i) => {
    if (value === null) return
    const next = points[i + 1]
    const last = stepped && next ? column(next.at) : column(at)
    for (let x = column(at); x <= last; x++) put(value, x, MARKS[kind])
  })
}

/** 0 lies on the axis, and the top in the highest row. */
function rowOf(value: number, { top }: Chart): number {
  return Math.min(HEIGHT - 1, Math.max(0, Math.round((value / top) * (HEIGHT - 1))))
}
