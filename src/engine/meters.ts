/**
 * Turns a source that is late and revises itself into a stream of mature periods, for the meters of one shift. Reads only when
 * a read can teach something, delivers strictly in order, and remembers nothing that a restart could not read again: which
 * periods were judged is in the shift. Never hands out an open, a young or a half-read period.
 */
import type { Clock } from '../clock.ts'
import type { Call } from '../core/call.ts'
import type { CountId } from '../core/gates/counts.ts'
import { baselinePeriodMs } from '../core/gates/meters.ts'
import type { Unusable } from '../core/measurement.ts'
import type { MeterReading, PeriodCounts } from '../core/observation.ts'
import type { MeterKey, MeterState, Shift } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Observer } from '../observers/observer.ts'
import { count, countsAt, type Counted, type Window } from './meters/counting.ts'
import { agrees, firstReadFrom, keepsChanging, maturesAt, nextReadFrom, readAgain } from './meters/ripening.ts'
import type { Ripening } from './meters/ripening.ts'

export interface Baseline {
  readonly baseline: Readonly<Record<MeterKey, readonly PeriodCounts[]>>
  /** `<meter>: <code>` of what could not be read now and may be read later. */
  readonly unread: readonly string[]
  /** Keys of meters that our credentials may not read. */
  readonly forbidden: readonly MeterKey[]
}

export interface Meters {
  /** A reading of every meter that is being judged. Calls the observer at most once, and only when something is due. */
  read(shift: Shift, now: Instant, call: Call): Promise<readonly MeterReading[]>
  /** When `read` can have something new, never before `now`; null while no meter is being judged. */
  nextReadAt(shift: Shift, now: Instant): Instant | null
  /** The 30 newest periods of every meter that are older than its delay; of 60 s where its own are shorter. */
  baseline(shift: Shift, now: Instant, call: Call): Promise<Baseline>
}

/** Older periods are not judged any more after a long outage: the newest say how users are now. */
export const MAX_PERIODS = 60
const BASELINE_PERIODS = 30
/** A `date` header has whole seconds and the answer travelled: less than this is no skew. */
const SKEW_NOISE_MS = 1_500
/** Judged periods that are read again, in case they were revised (GATING 3.1). */
const REREAD_PERIODS = 3
const RETRY_MS = { first: 5_000, most: 30_000 } as const

interface Memory {
  readonly periods: Map<Instant, Ripening>
  ids: readonly CountId[]
  unusable: string | null
  failures: number
  retryAt: Instant | null
  /** End of the newest period that was handed out. */
  deliveredTo: Instant
  /** The newest periods that were handed out, as they were then; and those that changed since. */
  readonly judged: Map<Instant, readonly (number | null)[]>
  readonly revised: Map<Instant, readonly (number | null)[]>
}

type JudgedMeter = MeterState & { readonly judgedTo: Instant }

/** Of makeMeters. */
export interface MetersDeps {
  readonly observer: Observer
  /** The one that the observer's skew refers to. */
  readonly clock: Clock
  /** Told what the observer threw, which it never should; its meters are then unusable as `ObserverFailed`. */
  readonly failed?: (err: unknown) => void
}

/** Meters of one shift; make new ones for another. */
export function makeMeters({ observer, clock, failed }: MetersDeps): Meters {
  const memories = new Map<MeterKey, Memory>()
  let skewMs: Ms = 0

  const memoryOf = (meter: MeterState): Memory => {
    const found = memories.get(meter.key)
    if (found) return found
    const fresh = {
      periods: new Map(),
      ids: [],
      unusable: null,
      failures: 0,
      retryAt: null,
      deliveredTo: 0,
      judged: new Map(),
      revised: new Map()
    }
    memories.set(meter.key, fresh)
    return fresh
  }
  // `now` may be ahead of our clock (it never falls behind what another leader saved); a period must not ripen earlier for it.
  const ours = (now: Instant): Instant => Math.min(now, clock.now())
  const learn = (answers: ReadonlyMap<MeterKey, Counted | Unusable>): void => {
    for (const answer of answers.values()) {
      if (answer.kind !== 'counted' || answer.skewMs === null) continue
      skewMs = Math.abs(answer.skewMs) <= SKEW_NOISE_MS ? 0 : answer.skewMs
    }
  }
  const counted = (shift: Shift, windows: readonly Window[], call: Call) =>
    bravely(count(observer, shift, windows, call), failed)

  return {
    async read(shift, now, call) {
      const at = ours(now)
      const meters = shift.meters.filter(isJudged)
      const due = meters.flatMap((meter) => {
        const window = readable(meter, at + skewMs)
        forget(memoryOf(meter), meter, window)
        return window && isDue(window, memoryOf(meter), at) ? [window] : []
      })
      if (due.length > 0) {
        const windows = due.map((window) => reaching(window, memoryOf(window.meter)))
        const answers = await counted(shift, windows, call)
        learn(answers)
        const asked = meters.filter(({ key }) => windows.some((window) => window.meter.key === key))
        for (const meter of asked) absorb(meter, memoryOf(meter), answers.get(meter.key), at)
      }
      return meters.map((meter) => deliver(meter, memoryOf(meter), at + skewMs))
    },

    nextReadAt(shift, now) {
      const at = ours(now)
      const waits = shift.meters.filter(isJudged).map((meter) => waitOf(meter, memoryOf(meter), at, skewMs))
      return waits.length === 0 ? null : now + Math.max(0, Math.min(...waits))
    },

    async baseline(shift, now, call) {
      const windows = baselineWindows(shift, ours(now) + skewMs)
      const answers = await count(observer, shift, windows, call)
      learn(answers)
      return baselineOf(answers)
    }
  }
}

/** A throw must end as blindness too: it counts towards onBlind, and is tried again later instead of at once. */
async function bravely(
  counting: ReturnType<typeof count>,
  failed: ((err: unknown) => void) | undefined
): Promise<ReadonlyMap<MeterKey, Counted | Unusable>> {
  try {
    return await counting
  } catch (err) {
    failed?.(err)
    return new Map()
  }
}

function baselineWindows(shift: Shift, sourceNow: Instant): readonly Window[] {
  return shift.meters.map((meter) => {
    const periodMs = baselinePeriodMs(meter.periodMs)
    const to = Math.floor((sourceNow - meter.delayMs) / periodMs) * periodMs
    return { meter: { ...meter, periodMs }, from: to - BASELINE_PERIODS * periodMs, to }
  })
}

function isJudged(meter: MeterState): meter is JudgedMeter {
  return meter.judgedTo !== null
}

/** Start of the first period that began at or after what was judged. */
function firstStart({ judgedTo, periodMs }: JudgedMeter): Instant {
  return Math.ceil(judgedTo / periodMs) * periodMs
}

/** Start of the newest period that is to be read by now. */
function newestStart(meter: MeterState, sourceNow: Instant): Instant {
  return Math.floor((sourceNow - firstReadFrom(0, meter)) / meter.periodMs) * meter.periodMs
}

/** What of this meter can be read now, at most 60 periods back; null where it is too early for the first. */
function readable(meter: JudgedMeter, sourceNow: Instant): Window | null {
  const newest = newestStart(meter, sourceNow)
  const from = Math.max(firstStart(meter), newest - (MAX_PERIODS - 1) * meter.periodMs)
  return from > newest ? null : { meter, from, to: newest + meter.periodMs }
}

function startsOf({ meter, from, to }: Window): readonly Instant[] {
  return Array.from({ length: Math.round((to - from) / meter.periodMs) }, (_, i) => from + i * meter.periodMs)
}

function forget(memory: Memory, meter: JudgedMeter, window: Window | null): void {
  const from = window?.from ?? firstStart(meter)
  for (const start of memory.periods.keys()) if (start < from) memory.periods.delete(start)
}

function isDue(window: Window, memory: Memory, at: Instant): boolean {
  if (memory.retryAt !== null) return at >= memory.retryAt
  return startsOf(window).some((start) => {
    const period = memory.periods.get(start)
    return !period || (!agrees(period, window.meter) && at >= nextReadFrom(period, window.meter))
  })
}

function absorb(meter: JudgedMeter, memory: Memory, answer: Counted | Unusable | undefined, at: Instant): void {
  if (answer?.kind !== 'counted') {
    memory.unusable = answer?.code ?? 'ObserverFailed'
    memory.retryAt = at + Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(memory.failures, 10))
    memory.failures += 1
    return
  }
  memory.unusable = null
  memory.retryAt = null
  memory.failures = 0
  memory.ids = answer.ids
  for (const [start, values] of answer.periods) {
    if (start < firstStart(meter)) {
      recount(memory, start, values)
      continue
    }
    memory.periods.set(start, readAgain(memory.periods.get(start), values, at))
  }
  if ([...memory.periods.values()].some((period) => keepsChanging(period, meter))) memory.unusable = 'still_revised'
}

/** The window with the judged periods that are read again. */
function reaching(window: Window, memory: Memory): Window {
  return { ...window, from: Math.min(window.from, ...memory.judged.keys()) }
}

function recount(memory: Memory, start: Instant, values: readonly (number | null)[]): void {
  const was = memory.judged.get(start)
  if (!was || was.every((value, i) => value === values[i])) return
  memory.judged.set(start, values)
  memory.revised.set(start, values)
}

/** Mature periods, oldest first, up to the first that is not; none while the last read was unusable. */
function deliver(meter: JudgedMeter, memory: Memory, sourceNow: Instant): MeterReading {
  const periods: PeriodCounts[] = []
  if (memory.unusable !== null) return { meter: meter.key, periods, unusable: memory.unusable }
  const window = readable(meter, sourceNow)
  for (const start of window ? startsOf(window) : []) {
    const period = memory.periods.get(start)
    if (!period || !agrees(period, meter) || sourceNow < maturesAt(start, meter)) break
    periods.push(countsAt(start, memory.ids, period.values))
    memory.judged.set(start, period.values)
    memory.deliveredTo = Math.max(memory.deliveredTo, start + meter.periodMs)
  }
  for (const start of memory.judged.keys()) {
    if (start < firstStart(meter) - REREAD_PERIODS * meter.periodMs) memory.judged.delete(start)
  }
  const revised = [...memory.revised].map(([start, values]) => countsAt(start, memory.ids, values))
  memory.revised.clear()
  return { meter: meter.key, periods, ...(revised.length > 0 ? { revised } : {}), unusable: null }
}

/** How long until a read of this meter can have something new; may be negative. */
function waitOf(meter: JudgedMeter, memory: Memory, at: Instant, skewMs: Ms): Ms {
  const sourceNow = at + skewMs
  const window = readable(meter, sourceNow)
  if (window && memory.retryAt !== null) return memory.retryAt - at
  let wait = firstReadFrom(window ? window.to : firstStart(meter), meter) - sourceNow
  // What waits behind a period that is not mature cannot be handed out, however ripe it is itself.
  let blocked = memory.unusable !== null
  for (const start of window ? startsOf(window) : []) {
    const period = memory.periods.get(start)
    const young = maturesAt(start, meter) - sourceNow
    if (!period) return 0
    if (!agrees(period, meter)) wait = Math.min(wait, nextReadFrom(period, meter) - at)
    else if (young > 0 || (!blocked && start >= memory.deliveredTo)) wait = Math.min(wait, young)
    blocked ||= !agrees(period, meter) || young > 0
  }
  return wait
}

function baselineOf(answers: ReadonlyMap<MeterKey, Counted | Unusable>): Baseline {
  const baseline: Record<MeterKey, readonly PeriodCounts[]> = {}
  const unread: string[] = []
  const forbidden: MeterKey[] = []
  for (const [key, answer] of answers) {
    if (answer.kind === 'counted') {
      baseline[key] = [...answer.periods].map(([start, values]) => countsAt(start, answer.ids, values))
    } else if (answer.code === 'Forbidden') {
      forbidden.push(key)
    } else {
      unread.push(`${key}: ${answer.code}`)
    }
  }
  return { baseline, unread, forbidden }
}
