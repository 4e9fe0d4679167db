/**
 * Sends the probes of a shift's gates, one at a time for each gate, from preflight to its end: before new has users and while it has
 * them. A failed one wakes the loop; passing ones are kept back for a while where they change nothing, so that a quiet shift writes
 * little. Never judges.
 */
import type { Call } from '../core/call.ts'
import type { ProbeSeen, ProbesReading } from '../core/observation.ts'
import type { ProbeGate } from '../core/policy.ts'
import type { Shift } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Prober } from '../probes/probe.ts'

export interface Probing {
  /** Begins with the first look; later ones say what the gates stand at. */
  poll(shift: Shift): void
  readings(): readonly ProbesReading[]
  /** A saved decision has seen these. */
  settled(readings: readonly ProbesReading[]): void
}

/** A probe that has no answer by then has failed; sooner where the next one is due sooner, but not before a second. */
const TIMEOUT_MS = { most: 5_000, least: 1_000 } as const
/** So long passing results are kept back at most. */
const KEPT_MS: Ms = 30_000
/** What no decision could be saved of is kept up to so many results, the newest: far more than a verdict looks at. */
const MOST_KEPT = 1_000
/** Two in a row let a step go on (CONTRACT 4): until then every result is shown. */
const ENOUGH = 2

interface Stream {
  readonly spec: ProbeGate
  readonly since: Instant
  /** Shown at once: the gate waits for them. */
  awaited: boolean
  newestAt: Instant | null
  pending: readonly ProbeSeen[]
  /** Of the window, oldest first. */
  recent: readonly ProbeSeen[]
}

export function makeProbing(deps: {
  readonly prober: Prober | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly ring: () => void
  readonly failed: (what: string, err: unknown) => void
}): Probing {
  const { clock, signal, prober } = deps
  const streams = new Map<string, Stream>()

  const run = async (stream: Stream, by: Prober) => {
    const { everyMs } = stream.spec
    let dueAt = clock.now()
    while (!signal.aborted) {
      await one(stream, by)
      dueAt = Math.max(dueAt + everyMs, clock.now())
      await clock.sleep(dueAt - clock.now(), signal)
    }
  }

  const one = async (stream: Stream, by: Prober) => {
    const { url, host, everyMs } = stream.spec
    const ms = Math.min(TIMEOUT_MS.most, Math.max(TIMEOUT_MS.least, everyMs))
    const call: Call = { urgency: 'observe', deadlineAt: clock.now() + ms, signal }
    try {
      const { ok, code } = await by.get(url, host, call)
      if (signal.aborted) return
      take(stream, { at: clock.now(), ok, code })
      if (!ok || stream.awaited) deps.ring()
    } catch (err) {
      deps.failed('probe', err)
    }
  }

  return {
    poll: (shift) => {
      if (!prober) return
      for (const spec of shift.gateSpecs) {
        if (spec.type !== 'probe') continue
        const known = streams.get(spec.name)
        const stream = known ?? {
          spec,
          since: clock.now(),
          awaited: true,
          newestAt: null,
          pending: [],
          recent: []
        }
        stream.awaited = isAwaited(shift, spec)
        if (known) continue
        streams.set(spec.name, stream)
        void run(stream, prober)
      }
    },
    readings: () => [...streams.values()].map((stream) => readingOf(stream, clock.now())),
    settled: (readings) => {
      for (const { gate, results } of readings) {
        const stream = streams.get(gate)
        if (stream) stream.pending = stream.pending.filter((result) => !results.includes(result))
      }
    }
  }
}

/** Some route does not let this gate pass yet. */
function isAwaited({ gates }: Shift, { name }: ProbeGate): boolean {
  return gates.some((state) => state.gate === name && (state.verdict !== 'pass' || state.passed < ENOUGH))
}

function take(stream: Stream, result: ProbeSeen): void {
  stream.newestAt = result.at
  stream.pending = [...stream.pending.slice(1 - MOST_KEPT), result]
  stream.recent = [...stream.recent, result].filter(({ at }) => at > result.at - stream.spec.windowMs)
}

function readingOf(stream: Stream, now: Instant): ProbesReading {
  const { spec, since, newestAt, pending, recent, awaited } = stream
  const urgent = awaited || pending.some(({ ok }) => !ok)
  const old = pending[0] !== undefined && now - pending[0].at >= KEPT_MS
  const window = recent.filter(({ at }) => at > now - spec.windowMs)
  return {
    gate: spec.name,
    since,
    newestAt,
    results: urgent || old ? pending : [],
    window: { requests: window.length, errors: window.filter(({ ok }) => !ok).length }
  }
}
