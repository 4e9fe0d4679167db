/**
 * The gates of a shift: the verdict in a word, new beside old as small graphs on one scale, and the limit that they are held
 * against. The worst verdict first.
 */
import type { GateView, PointView, SeriesUnit, ShiftView } from '../../core/view.ts'
import { URGENCY } from '../../core/gates/context.ts'
import { number, rate } from '../format.ts'
import type { History } from './history.ts'
import { sparkline } from './graph.ts'
import type { Part } from './room.ts'
import { toneOfVerdict, type Canvas } from './style.ts'
import { fit, hang, pad, padLeft, widthOf } from './text.ts'

/** `0.123 %`, `1,234 ms`. */
const VALUE = 7

interface Columns {
  readonly label: number
  /** Of its mark and its word. */
  readonly verdict: number
  /** Everything of a gate stands on one line. */
  readonly wide: boolean
}

/** Narrower than this a name or a graph says nothing. */
const LEAST_LABEL = 10
const LEAST_GRAPH = 5
/** `limit 0.123 % by old`. */
const LIMIT = 20
/** What stands beside verdict, label and the two graphs: `new `, `old `, both values, all spaces. */
const BESIDE = 1 + 1 + 2 * (4 + 1 + VALUE) + 2 + 2

function columnsOf(gates: readonly GateView[], { width }: Canvas): Columns {
  const widest = (texts: readonly string[]) => Math.max(4, ...texts.map(widthOf))
  const verdict = widest(gates.map(({ verdict: word }) => word)) + 2
  const longest = widest(gates.map(labelOf))
  const room = width - verdict - BESIDE - LIMIT - 2 * LEAST_GRAPH
  const wide = room >= Math.min(longest, LEAST_LABEL)
  return { verdict, wide, label: Math.min(longest, Math.max(LEAST_LABEL, room)) }
}

export function gatesPart({ gates }: ShiftView, history: History, canvas: Canvas): Part {
  const sorted = gates.toSorted((a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict))
  const columns = columnsOf(gates, canvas)
  return {
    title: [canvas.paint('dim', fit(`GATES  new against old, newest right`, canvas.width))],
    items: sorted.map((gate) => itemOf(gate, history.of(gate.name, gate.route), columns, canvas)),
    more: (count) => canvas.paint('dim', `… and ${count} more ${count === 1 ? 'gate' : 'gates'}`)
  }
}

function labelOf({ name, route }: GateView): string {
  return `${name} ${route}`
}

function itemOf(gate: GateView, points: readonly PointView[], columns: Columns, canvas: Canvas): readonly string[] {
  const last = points.at(-1)
  const lines = last === undefined ? wordsOnly(gate, columns, canvas) : drawn(gate, points, last, columns, canvas)
  // Where it does not pass, its own sentence says why; a gate without a graph has said it already.
  if (last === undefined || gate.verdict === 'pass') return lines
  return [...lines, ...hang('  ', sentenceOf(gate), canvas.width).slice(0, 3)]
}

function wordsOnly(gate: GateView, columns: Columns, canvas: Canvas): readonly string[] {
  const head = `${verdictOf(gate, columns, canvas)} ${pad(fit(labelOf(gate), columns.label), columns.label)} `
  if (!columns.wide) {
    return [fitted(gate, columns, canvas), ...hang('  ', sentenceOf(gate), canvas.width).slice(0, 2)]
  }
  return hang(head, sentenceOf(gate), canvas.width).slice(0, gate.verdict === 'pass' ? 1 : 3)
}

/** What the gate says, without the verdict that stands before it already. */
function sentenceOf({ explain, verdict }: GateView): string {
  return explain.startsWith(`${verdict}: `) ? explain.slice(verdict.length + 2) : explain
}

function fitted(gate: GateView, columns: Columns, canvas: Canvas): string {
  return `${verdictOf(gate, columns, canvas)} ${fit(labelOf(gate), canvas.width - columns.verdict - 1)}`
}

function verdictOf({ verdict }: GateView, columns: Columns, { paint, glyphs }: Canvas): string {
  return paint(toneOfVerdict(verdict), pad(`${glyphs.verdicts[verdict]} ${verdict}`, columns.verdict))
}

function drawn(
  gate: GateView,
  points: readonly PointView[],
  last: PointView,
  columns: Columns,
  canvas: Canvas
): readonly string[] {
  const limit = limitText(last, gate)
  const { wide } = columns
  const beside = wide ? columns.verdict + columns.label + BESIDE + limit.length : 2 + 4 + 1 + VALUE
  const width = Math.max(2, Math.min(30, Math.floor((canvas.width - beside) / (wide ? 2 : 1))))
  const top = Math.max(last.limit ?? 0, ...points.slice(-width).flatMap((point) => [point.new ?? 0, point.old ?? 0]))
  const side = (of: 'new' | 'old') => {
    const graph = sparkline(
      points.map((point) => point[of]),
      top,
      width,
      canvas.glyphs
    )
    const tone = of === 'old' ? 'dim' : over(last) ? 'bad' : 'plain'
    const value = valueText(last[of], last.unit)
    return `${of} ${canvas.paint(tone, graph)} ${canvas.paint(tone, padLeft(value, VALUE))}`
  }
  if (wide) {
    const name = pad(fit(labelOf(gate), columns.label), columns.label)
    return [`${verdictOf(gate, columns, canvas)} ${name} ${side('new')}  ${side('old')}  ${canvas.paint('dim', limit)}`]
  }
  return [
    fitted(gate, columns, canvas),
    `  ${side('new')}`,
    `  ${side('old')}`,
    canvas.paint('dim', fit(`  ${limit}`, canvas.width))
  ]
}

function over({ new: value, limit }: PointView): boolean {
  return value !== null && limit !== null && value > limit
}

function limitText({ limit, unit }: PointView, gate: GateView): string {
  if (limit !== null) return `limit ${valueText(limit, unit)}`
  return unit === 'share' ? `limit ${valueText(gate.limit, unit)} by old` : 'no limit'
}

/** A number with its unit; `-` where it is not known. */
export function valueText(value: number | null, unit: SeriesUnit): string {
  switch (unit) {
    case 'share':
      return rate(value)
    case 'ms':
      return value === null ? '-' : `${number(Number(value.toPrecision(3)))} ms`
    case 'number':
      return number(value)
  }
}
