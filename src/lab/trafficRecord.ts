// What users got: one small record per request, and sums between two instants. Knows nothing of weights or CloudWatch: it is
// the measurement that everything else is compared with.

export interface Answered {
  /** When the request was sent. */
  readonly at: number
  readonly route: string
  readonly path: string
  /** The cluster that answered; `none` where the load balancer answered by itself or nobody did. */
  readonly side: string
  /** 0 where no answer came. */
  readonly status: number
  readonly ms: number
}

export interface Sum {
  readonly requests: number
  /** Answers of 500 and above, and requests without an answer. */
  readonly errors: number
}

export interface TrafficSummary extends Sum {
  readonly from: number
  readonly to: number
  readonly bySide: Readonly<Record<string, Sum>>
  readonly byRoute: Readonly<Record<string, Sum>>
  /** By route, then by side. */
  readonly bySideOfRoute: Readonly<Record<string, Readonly<Record<string, Sum>>>>
  readonly byStatus: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface TrafficRecord {
  add(one: Answered): void
  all(): readonly Answered[]
  /** From inclusive, to exclusive; all there is where absent. */
  summary(from?: number, to?: number): TrafficSummary
  /** One summary per whole second, the newest `seconds` of them. */
  perSecond(seconds: number): readonly TrafficSummary[]
  clear(): void
}

/** At 300 requests per second an hour of them; the oldest go first. */
const capacity = 1_200_000

export function createTrafficRecord(): TrafficRecord {
  let records: Answered[] = []
  const between = (from: number, to: number): readonly Answered[] =>
    records.filter((one) => one.at >= from && one.at < to)
  const summary = (from = 0, to = Date.now() + 1): TrafficSummary => summarise(between(from, to), from, to)
  return {
    add: (one) => {
      records.push(one)
      if (records.length > capacity) records = records.slice(capacity / 4)
    },
    all: () => records,
    summary,
    perSecond: (seconds) => {
      const end = Date.now() - (Date.now() % 1000)
      const recent = between(end - seconds * 1000, end)
      return Array.from({ length: seconds }, (_, index) => {
        const from = end - (seconds - index) * 1000
        return summarise(
          recent.filter((one) => one.at >= from && one.at < from + 1000),
          from,
          from + 1000
        )
      })
    },
    clear: () => {
      records = []
    }
  }
}

const failed = (one: Answered): boolean => one.status === 0 || one.status >= 500

function summarise(records: readonly Answered[], from: number, to: number): TrafficSummary {
  const bySide: Record<string, Sum> = {}
  const byRoute: Record<string, Sum> = {}
  const bySideOfRoute: Record<string, Record<string, Sum>> = {}
  const byStatus: Record<string, number> = {}
  let errors = 0
  for (const one of records) {
    const error = failed(one) ? 1 : 0
    errors += error
    bySide[one.side] = plus(bySide[one.side], error)
    byRoute[one.route] = plus(byRoute[one.route], error)
    const sides = (bySideOfRoute[one.route] ??= {})
    sides[one.side] = plus(sides[one.side], error)
    byStatus[one.status] = (byStatus[one.status] ?? 0) + 1
  }
  const times = records.map((one) => one.ms).toSorted((one, other) => one - other)
  const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    from,
    to,
    requests: records.length,
    errors,
    bySide,
    byRoute,
    bySideOfRoute,
    byStatus,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99)
  }
}

const plus = (sum: Sum | undefined, errors: number): Sum => ({
  requests: (sum?.requests ?? 0) + 1,
  errors: (sum?.errors ?? 0) + errors
})
