/** Plain SVG: lines over minutes, and bars. No dependency, no script, readable on a white and on a dark page. */

export interface Line {
  readonly name: string
  readonly colour: string
  /** [x, y]; drawn as steps where `steps`. */
  readonly points: readonly (readonly [number, number])[]
  readonly steps?: boolean
}

export interface Level {
  readonly y: number
  readonly text: string
  readonly colour: string
}

export interface Chart {
  readonly title: string
  readonly x: { readonly label: string; readonly max: number; readonly every: number }
  readonly y: {
    readonly label: string
    readonly min: number
    readonly max: number
    readonly ticks: readonly (readonly [number, string])[]
  }
  readonly lines: readonly Line[]
  readonly levels?: readonly Level[]
  /** Shaded stretches of x. */
  readonly bands?: readonly (readonly [from: number, to: number])[]
}

const W = 760
const H = 360
const BOX = { left: 66, right: 190, top: 46, bottom: 48 }
const INK = '#24292f'
const PALE = '#d0d7de'

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const n = (x: number) => Number(x.toFixed(1))

function text(x: number, y: number, what: string, style = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" fill="${INK}"${style}>${escaped(what)}</text>`
}

function frame(title: string, height: number, parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`
  const heading = text(16, 24, title, ' font-size="15" font-weight="600"')
  const name = `<title>${escaped(title)}</title>`
  return [open, name, `<rect width="${W}" height="${height}" fill="#ffffff"/>`, heading, ...parts, '</svg>', ''].join(
    '\n'
  )
}

export function lineChart(chart: Chart): string {
  const right = W - BOX.right
  const bottom = H - BOX.bottom
  const px = (x: number) => BOX.left + (x / chart.x.max) * (right - BOX.left)
  const { min, max } = chart.y
  const py = (y: number) => bottom - ((Math.min(max, Math.max(min, y)) - min) / (max - min)) * (bottom - BOX.top)
  const parts: string[] = []
  for (const [from, to] of chart.bands ?? []) {
    parts.push(
      `<rect x="${n(px(from))}" y="${BOX.top}" width="${n(px(to) - px(from))}" height="${bottom - BOX.top}" fill="#fff1e5"/>`
    )
  }
  for (const [y, label] of chart.y.ticks) {
    parts.push(`<line x1="${BOX.left}" x2="${right}" y1="${n(py(y))}" y2="${n(py(y))}" stroke="${PALE}"/>`)
    parts.push(text(BOX.left - 8, py(y) + 4, label, ' text-anchor="end"'))
  }
  for (let x = 0; x <= chart.x.max; x += chart.x.every)
    parts.push(text(px(x), bottom + 18, String(x), ' text-anchor="middle"'))
  parts.push(text((BOX.left + right) / 2, H - 10, chart.x.label, ' text-anchor="middle"'))
  parts.push(text(16, BOX.top - 8, chart.y.label, ' font-size="11"'))
  for (const { y, text: what, colour } of chart.levels ?? []) {
    parts.push(
      `<line x1="${BOX.left}" x2="${right}" y1="${n(py(y))}" y2="${n(py(y))}" stroke="${colour}" stroke-dasharray="6 4"/>`
    )
    parts.push(text(right + 8, py(y) + 4, what))
  }
  chart.lines.forEach((line, i) => {
    const path = line.points.flatMap(([x, y], at) => {
      const before = line.points[at - 1]
      const corner = line.steps && before ? [`L${n(px(x))} ${n(py(before[1]))}`] : []
      return [...corner, `${at === 0 ? 'M' : 'L'}${n(px(x))} ${n(py(y))}`]
    })
    parts.push(`<path d="${path.join(' ')}" fill="none" stroke="${line.colour}" stroke-width="2.2"/>`)
    const at = H - BOX.bottom - 8 - (chart.lines.length - 1 - i) * 18
    parts.push(
      `<line x1="${right + 8}" x2="${right + 26}" y1="${at - 4}" y2="${at - 4}" stroke="${line.colour}" stroke-width="3"/>`
    )
    parts.push(text(right + 32, at, line.name))
  })
  return frame(chart.title, H, parts)
}

export interface Bar {
  readonly name: string
  readonly value: number
  readonly shown: string
  readonly own: boolean
}

/** Horizontal bars; `log`: lengths on a logarithmic scale from `from` on. */
export function barChart(
  title: string,
  note: string,
  bars: readonly Bar[],
  scale: { from: number; log: boolean }
): string {
  const left = 250
  const high = Math.max(...bars.map(({ value }) => value))
  const place = (x: number) => (scale.log ? Math.log(Math.max(x, scale.from) / scale.from) : x - scale.from)
  const length = (x: number) => (place(high) > 0 ? (place(x) / place(high)) * (W - left - 110) : 0)
  const parts = bars.flatMap(({ name, value, shown, own }, i) => {
    const y = 50 + i * 26
    return [
      text(left - 10, y + 14, name, ` text-anchor="end"${own ? ' font-weight="600"' : ''}`),
      `<rect x="${left}" y="${y}" width="${n(Math.max(2, length(value)))}" height="19" fill="${own ? '#1a7f37' : '#8c959f'}"/>`,
      text(left + Math.max(2, length(value)) + 7, y + 14, shown)
    ]
  })
  const height = 50 + bars.length * 26 + 34
  return frame(title, height, [...parts, text(16, height - 12, note, ' font-size="11"')])
}
