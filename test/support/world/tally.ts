/**
 * What happened to requests, second by second, kept as running totals: the sum over any span is one subtraction. Seconds are
 * counted from the beginning of the world's traffic. Counts are only ever added to the newest second.
 */
export const COLUMNS = ['requests', 'c2xx', 'c3xx', 'c4xx', 'c5xx', 'e502', 'e503', 'e504', 'slow'] as const
/**
 * `requests`: a target was chosen. `c*`: what the target answered. `e*`: what the load balancer answered in its place. `slow`: of
 * the target's answers, those that took long.
 */
export type Column = (typeof COLUMNS)[number]
export type Counts = Record<Column, number>

const INDEX = Object.fromEntries(COLUMNS.map((column, at) => [column, at])) as Record<Column, number>
const WIDTH = COLUMNS.length

export interface Tally {
  add(second: number, column: Column, count: number): void
  /** Sum of a column over whole seconds, `from` inclusive, `to` exclusive. */
  sum(column: Column, from: number, to: number): number
}

export function createTally(): Tally {
  let starts = new Float64Array(WIDTH * 1024)
  let known = 0
  const now = new Float64Array(WIDTH)

  const open = (second: number): void => {
    while (known <= second) {
      if ((known + 1) * WIDTH > starts.length) {
        const larger = new Float64Array(starts.length * 2)
        larger.set(starts)
        starts = larger
      }
      starts.set(now, known * WIDTH)
      known += 1
    }
  }
  const totalBefore = (second: number, column: number): number => {
    if (second <= 0) return 0
    return (second < known ? starts[second * WIDTH + column] : now[column]) ?? 0
  }
  return {
    add: (second, column, count) => {
      if (count === 0) return
      open(second)
      const at = INDEX[column]
      now[at] = (now[at] ?? 0) + count
    },
    sum: (column, from, to) => {
      if (to <= from) return 0
      const at = INDEX[column]
      return totalBefore(to, at) - totalBefore(from, at)
    }
  }
}
