/**
 * A graph over time with its own legend: every line has its dash pattern, its name and its newest value with the unit beside it,
 * so that neither colour nor a pointer is needed to read it.
 */
import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { colours } from '../state/theme.ts'
import { useStore } from '../state/store.ts'
import { optionsOf, type Paint } from './options.ts'

export interface Line {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A custom property of the style sheet. */
  readonly colour: string
  readonly dash: readonly number[]
  readonly width: number
  readonly stepped: boolean
}

export interface Limit {
  readonly value: number
  readonly label: string
}

export interface Graph {
  readonly title: string
  /** What it shows, for those who do not see it. */
  readonly describe: string
  readonly x: readonly number[]
  /** The stretch of time that every graph beside it shows too: seconds since the epoch. */
  readonly window: readonly [from: number, to: number]
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  readonly limit: Limit | null
  /** Stretches of time that are shaded, and what that means. */
  readonly shaded: { readonly spans: readonly (readonly [number, number])[]; readonly means: string } | null
  /** At least so high; the values may need more. */
  readonly top: number
}

const HEIGHT = 190

function paintOf(graph: Graph, element: Element): Paint {
  const style = getComputedStyle(element)
  return { graph, colour: (name) => style.getPropertyValue(name).trim() || '#888' }
}

function dataOf({ x, lines }: Graph): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])]
}

export function Chart({ graph }: { readonly graph: Graph }) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(graph)
  const [at, setAt] = useState<number | null>(null)
  latest.current = graph
  const paint = useStore(colours)
  const shape = graph.lines.map(({ label }) => label).join('|')

  useEffect(() => {
    const element = box.current
    if (!element) return
    const current = () => paintOf(latest.current, element)
    plot.current = new uPlot(
      optionsOf(current, { width: element.clientWidth, height: HEIGHT, onCursor: setAt }),
      dataOf(latest.current),
      element
    )
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [paint, shape])

  useEffect(() => plot.current?.setData(dataOf(graph)), [graph])

  return html`<figure class="chart">
    <figcaption>${graph.title}</figcaption>
    <div class="plot" ref=${box} role="img" aria-label=${graph.describe}></div>
    <ul class="legend">
      ${graph.lines.map((line) => html`<${Key} key=${line.label} line=${line} at=${at} format=${graph.format} />`)}
      ${
        graph.limit &&
        html`<li>
          <svg width="26" height="10" aria-hidden="true"><path d="M0 5h26" class="limit" /></svg>${graph.limit.label}
        </li>`
      }
      ${graph.shaded && graph.shaded.spans.length > 0 && html`<li><span class="shade" aria-hidden="true"></span>${graph.shaded.means}</li>`}
    </ul>
  </figure>`
}

interface KeyProps {
  readonly line: Line
  readonly at: number | null
  readonly format: (value: number) => string
}

/** One line of the legend: a sample of the line, its name, its value under the pointer or the newest. */
function Key({ line, at, format }: KeyProps) {
  const value = (at === null ? null : line.values[at]) ?? line.values.findLast((one) => one !== null) ?? null
  return html`<li>
    <svg width="26" height="10" aria-hidden="true">
      <path
        d="M0 5h26"
        style=${{ stroke: `var(${line.colour})`, strokeWidth: line.width, strokeDasharray: line.dash.join(' ') }}
      />
    </svg>
    ${line.label} <b>${value === null ? '–' : format(value)}</b>
  </li>`
}
