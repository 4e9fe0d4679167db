/**
 * A chart as SVG that stands within an HTML page and takes its colours from there. No script, nothing loaded; every number that it
 * shows has its unit.
 */
import type { Ms } from '../core/time.ts'
import type { Chart, Line } from './chart.ts'
import { escape } from './escape.ts'

const WIDTH = 760
const HEIGHT = 220
const LEFT = 84
const RIGHT = 12
const TOP = 12
const BOTTOM = 46
const TICKS = 4

export function svg(chart: Chart): string {
  const label = `${chart.title}. ${chart.lines.map(({ name }) => name).join(', ')}`
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(label)}">`,
    ...axes(chart),
    ...(chart.limit === null ? [] : limitLine(chart, chart.limit)),
    ...['desired', 'old', 'live', 'new'].flatMap((kind) =>
      chart.lines.filter((line) => line.kind === kind).map((line) => drawn(line, chart))
    ),
    ...legend(chart),
    '</svg>'
  ].join('\n')
}

function x(at: Ms, { from, to }: Chart): number {
  const inside = Math.min(to, Math.max(from, at))
  return round(LEFT + ((inside - from) / (to - from)) * (WIDTH - LEFT - RIGHT))
}

function y(value: number, { top }: Chart): number {
  return round(HEIGHT - BOTTOM - (Math.min(top, value) / top) * (HEIGHT - TOP - BOTTOM))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function axes(chart: Chart): readonly string[] {
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => i / TICKS)
  const times = [0, 0.5, 1]
  return [
    ...ticks.flatMap((part) => {
      const at = y(part * chart.top, chart)
      const text = escape(chart.label(part * chart.top))
      return [
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`,
        `<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${text}</text>`
      ]
    }),
    ...times.map((part) => {
      const at = chart.from + part * (chart.to - chart.from)
      const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle'
      const time = new Date(at).toISOString().slice(11, 19)
      return `<text x="${x(at, chart)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="${anchor}">${time} UTC</text>`
    })
  ]
}

function limitLine(chart: Chart, limit: number): readonly string[] {
  const at = y(limit, chart)
  return [`<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`]
}

/** Stretches without a gap; a single point is a dot. */
function drawn({ points, stepped, kind }: Line, chart: Chart): string {
  const pieces: string[] = []
  let open = false
  points.forEach(({ at, value }, i) => {
    if (value === null) {
      open = false
      return
    }
    const [px, py] = [x(at, chart), y(value, chart)]
    const before = points[i - 1]?.value
    if (!open) pieces.push(`M${px} ${py}h0.01`)
    else if (stepped) pieces.push(`L${px} ${y(before ?? value, chart)}L${px} ${py}`)
    else pieces.push(`L${px} ${py}`)
    open = true
  })
  return `<path class="${kind}" d="${pieces.join('')}"/>`
}

function legend({ lines, limit, label }: Chart): readonly string[] {
  const kinds = [...new Set(lines.map(({ kind }) => kind))]
  const entries = [
    ...kinds.map((kind) => ({ class: kind, text: kind })),
    ...(limit === null ? [] : [{ class: 'limit', text: `limit ${label(limit)}` }])
  ]
  const at = HEIGHT - 8
  return entries.flatMap((entry, i) => {
    const from = LEFT + i * 150
    return [
      `<path class="${entry.class}" d="M${from} ${at - 4}h26"/>`,
      `<text x="${from + 34}" y="${at}">${escape(entry.text)}</text>`
    ]
  })
}
