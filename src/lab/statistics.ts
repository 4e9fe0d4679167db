// CloudWatch's statistics of a period, from its single values. Those that Sluice asks for, no others: an unknown one is refused.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html

/** How often each value occurred: sums, counts and percentiles all follow from it. */
export type Tally = Map<number, number>

const bound = String.raw`\d*(?:\.\d{1,10})?`
const range = new RegExp(`^(PR|TC)\\((${bound}):(${bound})\\)$`)
const plain = /^(Sum|Average|Minimum|Maximum|SampleCount|p(100|\d{1,2})(\.\d{1,10})?)$/

export function isStatistic(stat: string): boolean {
  const [, , from, to] = range.exec(stat) ?? []
  return plain.test(stat) || (from !== undefined && to !== undefined && from + to !== '')
}

export function statistic(stat: string, tally: Tally): number {
  const [, kind, from, to] = range.exec(stat) ?? []
  if (kind !== undefined) return ranged(kind, limitOf(from, -Infinity), limitOf(to, Infinity), tally)
  let sum = 0
  let count = 0
  for (const [value, times] of tally) {
    sum += value * times
    count += times
  }
  if (stat === 'Sum') return sum
  if (stat === 'SampleCount') return count
  if (stat === 'Average') return sum / count
  const sorted = [...tally].toSorted(([one], [other]) => one - other)
  if (stat === 'Minimum') return sorted[0]?.[0] ?? 0
  if (stat === 'Maximum') return sorted.at(-1)?.[0] ?? 0
  let left = Math.ceil((Number(stat.slice(1)) / 100) * count)
  for (const [value, times] of sorted) {
    left -= times
    if (left <= 0) return value
  }
  return sorted.at(-1)?.[0] ?? 0
}

function limitOf(text: string | undefined, otherwise: number): number {
  return text === undefined || text === '' ? otherwise : Number(text)
}

/** Values above `from` and up to `to`: their number (TC), or what percent of all they are (PR). */
function ranged(kind: string, from: number, to: number, tally: Tally): number {
  let [inside, all] = [0, 0]
  for (const [value, times] of tally) {
    all += times
    if (value > from && value <= to) inside += times
  }
  return kind === 'TC' ? inside : (100 * inside) / all
}
