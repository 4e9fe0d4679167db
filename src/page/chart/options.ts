/**
 * How uPlot draws a graph of ours: axes with units, the limit as a line with its name, shaded stretches behind everything.
 */
import uPlot from 'uplot'
import type { Graph, Line } from './chart.ts'

export interface Paint {
  readonly graph: Graph
  /** The value of a custom property, in the theme that is on. */
  readonly colour: (name: string) => string
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly onCursor: (at: number | null) => void
}

const FONT = '12px system-ui, sans-serif'
/** The widest character of the font, and what stands between a label and the graph; in pixels. */
const CHAR_WIDTH = 7.5
const TICKS = 20
const MINUTE = 60

export function optionsOf(paint: () => Paint, { width, height, onCursor }: Frame): uPlot.Options {
  const { graph, colour } = paint()
  const axis = {
    stroke: colour('--dim'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false }
  }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => windowOf(paint().graph) },
      y: { range: (_plot, _low, high) => [0, topOf(paint().graph, high)] }
    },
    axes: [
      { ...axis, size: 26, space: 70, values: (_plot, splits) => splits.map(clock) },
      {
        ...axis,
        size: widthOf,
        space: 34,
        values: (_plot, splits) => splits.map((value) => paint().graph.format(value))
      }
    ],
    series: [{}, ...graph.lines.map((line) => seriesOf(line, colour))],
    hooks: {
      drawClear: [(plot) => shade(plot, paint())],
      draw: [(plot) => drawLimit(plot, paint())],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)]
    }
  }
}

/** Room for the longest label of the values: `1,000 ms` is longer than `100 %`. */
function widthOf(_plot: uPlot, values: readonly (string | null)[] | null): number {
  const longest = Math.max(5, ...(values ?? []).map((value) => value?.length ?? 0))
  return Math.ceil(longest * CHAR_WIDTH) + TICKS
}

/** At least a minute, so that the first seconds are no wall of noise. */
function windowOf({ window: [from, to] }: Graph): [number, number] {
  return [Math.min(from, to - MINUTE), to]
}

/** A value of the percents of a graph never touches the frame. */
function topOf({ limit, top, lines }: Graph, high: number | null): number {
  const highest = Math.max(
    high ?? 0,
    limit?.value ?? 0,
    ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))
  )
  return Math.max(top, highest * 1.12)
}

function seriesOf(line: Line, colour: Paint['colour']): uPlot.Series {
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  return {
    label: line.label,
    stroke: colour(line.colour),
    width: line.width,
    dash: [...line.dash],
    spanGaps: true,
    points: { show: false },
    ...(line.stepped && stepped ? { paths: stepped } : {})
  }
}

function clock(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB')
}

function shade(plot: uPlot, { graph, colour }: Paint): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = colour('--shade')
  for (const [from, to] of graph.shaded?.spans ?? []) {
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true))
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true))
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
  }
  ctx.restore()
}

function drawLimit(plot: uPlot, { graph, colour }: Paint): void {
  if (!graph.limit) return
  const { ctx, bbox } = plot
  const y = Math.round(plot.valToPos(graph.limit.value, 'y', true))
  const scale = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = colour('--bad')
  ctx.fillStyle = colour('--bad')
  ctx.lineWidth = 1.5 * scale
  ctx.setLineDash([10 * scale, 4 * scale])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.font = `${12 * scale}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.fillText(graph.limit.label, bbox.left + 6 * scale, y - 5 * scale)
  ctx.restore()
}
