/**
 * The gate `probe` (CONTRACT 4.1): requests of our own to new. What they say is weighed by a score of its own (GATING 3.9): one
 * failed probe never convicts, a dead cluster is convicted by the third. Their counts never enter those of users.
 */
import { newProbeEvidence, stepProbe, type ProbeEvidence } from '../evidence/probe.ts'
import { counted, formatCount } from '../explain/words.ts'
import { formatRate } from '../percent.ts'
import type { ProbeSeen, ProbesReading } from '../observation.ts'
import type { ProbeGate } from '../policy.ts'
import type { GateState } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

export interface ProbeContext {
  readonly now: Instant
  /** New has, or may have, traffic: until then a failed probe hurts nobody and convicts nothing. */
  readonly traffic: boolean
  /** Results from then on count for the step; null where no step bakes. */
  readonly since: Instant | null
  /** How many probes the shift is meant to have. */
  readonly planned: number
  /** Chance to convict a healthy new in so many probes. */
  readonly alpha: number
}

/** Without a single result for so many times `every` nothing is seen; the last one may itself have taken a while. */
const SILENT_PROBES = 3
const LONGEST_PROBE_MS: Ms = 5_000
/** Belief in a late onset, for each so many probes as were planned (core/evidence/probe.ts spends it once). */
const BELIEF = 0.6

/**
 * The state after the results that are new. A failed one blocks the step until two in a row are good; the score convicts. After a
 * conviction that went unheeded (`action: hold` or `warn`) a whole window of good ones begins the score anew.
 */
export function judgeProbes(
  spec: ProbeGate,
  state: GateState,
  reading: ProbesReading | null,
  context: ProbeContext
): GateState {
  const blind = { verdict: 'blind', value: null, samples: 0, passed: 0 } as const
  if (reading === null) return { ...state, ...blind, note: 'no_prober' }
  const silentSince = reading.newestAt ?? reading.since
  if (context.now - silentSince > SILENT_PROBES * spec.everyMs + LONGEST_PROBE_MS) {
    return { ...state, ...blind, note: 'no_probes' }
  }
  const last = reading.results.at(-1)
  if (last === undefined) return state
  const next = reading.results.reduce((sum, result) => step(spec, sum, result, context), state)
  const { requests, errors } = reading.window
  const seen = {
    ...next,
    at: last.at,
    limit: spec.max,
    value: requests === 0 ? null : errors / requests,
    samples: requests,
    words: wordsOf(spec, reading, next)
  }
  if (context.traffic && next.probe?.evidence?.fired) return { ...seen, verdict: 'breach', note: null, passed: 0 }
  if (!last.ok) return { ...seen, verdict: 'inconclusive', note: `probe_failed:${last.code}`, passed: 0 }
  return { ...seen, verdict: 'pass', note: null }
}

function step(spec: ProbeGate, state: GateState, { at, ok }: ProbeSeen, context: ProbeContext): GateState {
  const okSince = ok ? (state.probe?.okSince ?? at) : null
  const inStep = context.since === null || at >= context.since
  const passed = ok ? state.passed + (inStep ? 1 : 0) : 0
  const { probe } = state
  const evidence = context.traffic
    ? weighed(spec, probe?.evidence ?? null, { ok, at, okSince }, context, probe?.excess ?? [])
    : null
  return { ...state, passed, probe: { ...probe, evidence, okSince } }
}

function weighed(
  spec: ProbeGate,
  before: ProbeEvidence | null,
  { ok, at, okSince }: { readonly ok: boolean; readonly at: Instant; readonly okSince: Instant | null },
  { planned, alpha }: ProbeContext,
  excess: readonly number[]
): ProbeEvidence {
  const mended = before?.fired === true && okSince !== null && at - okSince >= spec.windowMs
  const from = before === null || mended ? newProbeEvidence(planned, spec.max, alpha, excess) : believing(before)
  return stepProbe(from, !ok)
}

/** A shift that lasts longer than planned would have no belief left in a late onset: it gets it again, at its price in alpha. */
function believing(evidence: ProbeEvidence): ProbeEvidence {
  return evidence.reserve < BELIEF / evidence.planned / 2 ? { ...evidence, reserve: BELIEF } : evidence
}

function wordsOf(spec: ProbeGate, { window }: ProbesReading, { probe }: GateState): string {
  const shown = `${formatCount(window.errors)} of ${counted(window.requests, 'probe')} failed in the last ${spec.windowMs / 1000} s`
  const evidence = probe?.evidence
  if (!evidence?.fired) return `${shown}, at most ${formatRate(spec.max)} may`
  const all = `${formatCount(evidence.failed)} of ${formatCount(evidence.seen)} since new has traffic`
  return `${shown} (${all}), at most ${formatRate(spec.max)} may`
}
