/**
 * What a gate last saw, in words; and, over all gates, whether users are hurt.
 */
import { leastRequests } from '../gates/meters.ts'
import { formatRate } from '../percent.ts'
import type { GateSpec } from '../policy.ts'
import type { GateState, Shift, Verdict } from '../shift.ts'
import { counted, formatCount, listed } from './words.ts'

/** Worst first. */
const URGENCY: readonly Verdict[] = ['breach', 'hold', 'blind', 'inconclusive', 'pass']

const NOTES: Readonly<Record<string, string>> = {
  shared_guard: 'the load balancer itself fails',
  shared: 'old is out of its objective as well',
  amber: 'new looks worse than old',
  pooled: 'all routes together are worse than old',
  relative: 'worse than old',
  absolute: 'worse than the objective',
  breach_held: 'this gate holds instead of going back',
  no_codes: 'requests without any status code',
  negative_count: 'a negative count',
  errors_alone: 'errors without requests: its metrics do not belong together',
  no_requests: 'no requests on either side',
  stale: 'the last read is too old',
  low: 'not for long enough to be a breach',
  past: 'worse than old was before the shift',
  burning: 'above its limit in the short window only',
  no_data: 'none of its metrics has a value',
  no_value: 'its expression has no value, as of a division by zero',
  no_rank: 'answers without a percentile rank',
  no_percentile: 'answers without a percentile',
  no_comparison: 'nothing to compare with',
  no_prober: 'nothing sends its probes',
  no_probes: 'no probe has ended for too long',
  bad_expression: 'its expression is none'
}

/** A gate's note as half a sentence; a code that is not known here is shown as it is. */
export function explainNote(note: string): string {
  const few = /^few_requests:(\d+)\/(\d+)$/.exec(note)
  if (few) return `${formatCount(Number(few[1]))} of the ${counted(Number(few[2]), 'request')} that it needs`
  const out = /^out_of_bounds:(\d+)\/(\d+)$/.exec(note)
  if (out) return `out of bounds in ${counted(Number(out[1]), 'period')}, ${out[2]} are a breach`
  const about = /^(missing_alarm|untrusted_alarm|undecided_alarm|probe_failed):(.+)$/.exec(note)
  if (about) return explainAbout(about[1] ?? '', about[2] ?? '')
  return NOTES[note] ?? note
}

function explainAbout(what: string, whom: string): string {
  switch (what) {
    case 'missing_alarm':
      return `there is no alarm ${listed(whom.split(','))}`
    case 'untrusted_alarm':
      return `CloudWatch could not evaluate ${listed(whom.split(','))}`
    case 'undecided_alarm':
      return `too little data for ${listed(whom.split(','))}`
    default:
      return `the newest probe failed: ${whom}`
  }
}

/** One sentence on one gate of one route, e.g. `pass: error rate 0.12 % of 5,321 requests, at most 1 %`. */
export function explainGate(state: GateState, spec: GateSpec | undefined): string {
  const note = state.note === null ? '' : ` (${explainNote(state.note)})`
  const words = toldBy(state)
  // The comparison's words hold what its note says; others have a note only where there is more to say.
  if (words !== '') return `${state.verdict}: ${words}${state.compared ? '' : note}`
  return `${state.verdict}: ${measured(state, spec)}${limitOf(state, spec)}${note}`
}

/** The most alarming thing that the gates say, on which route where there are several. */
export function explainHealth(shift: Shift): string {
  if (shift.gates.length === 0) return 'no gate watches'
  const state = worst(shift)
  if (!state) return 'nothing measured yet'
  const spec = specOf(shift, state)
  const where = shift.routes.length > 1 ? ` on ${state.route}` : ''
  const words = toldBy(state)
  const text = `${words === '' ? measured(state, spec) : words}${where}`
  switch (state.verdict) {
    case 'breach':
      return `${text}${words === '' ? limitOf(state, spec) : ''}: users are hurt`
    case 'hold':
    case 'blind':
      return `${text}${state.note === null ? '' : ` (${explainNote(state.note)})`}`
    case 'inconclusive':
      return state.note === null ? text : `${text}, ${explainNote(state.note)}`
    case 'pass':
      return text
  }
}

/** What the gate itself says, in words; '' where its numbers are to be shown. */
function toldBy({ words, compared, verdict }: GateState): string {
  return verdict === 'blind' ? '' : (words ?? compared?.words ?? '')
}

/** The gate that says the worst; among equals one that counts requests, then the one nearest to its limit. */
function worst(shift: Shift): GateState | undefined {
  // The newest period may hold no request of new: what the periods before it said still stands.
  const told = shift.gates.filter(
    (state) => state.value !== null || toldBy(state) !== '' || !['inconclusive', 'pass'].includes(state.verdict)
  )
  const counts = (state: GateState) => {
    const spec = specOf(shift, state)
    return spec && leastRequests(spec) !== null ? 0 : 1
  }
  const near = (state: GateState) => (counts(state) === 0 ? (state.value ?? 0) / Math.max(state.limit, 1e-9) : 0)
  return told.toSorted(
    (a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict) || counts(a) - counts(b) || near(b) - near(a)
  )[0]
}

export function specOf(shift: Shift, state: GateState): GateSpec | undefined {
  return shift.gateSpecs.find((gate) => gate.name === state.gate)
}

function measured({ value, samples, gate, verdict, at }: GateState, spec: GateSpec | undefined): string {
  if (verdict === 'blind') return `gate ${gate} cannot be measured`
  if (value === null) return at === null ? 'nothing measured yet' : 'nothing measured in the newest period'
  if (spec?.type === 'targetHealth') return `${formatRate(value)} of ${counted(samples, 'target')} of new healthy`
  return `error rate ${formatRate(value)} of ${counted(samples, 'request')}`
}

function limitOf({ limit, value, verdict }: GateState, spec: GateSpec | undefined): string {
  if (value === null || verdict === 'blind') return ''
  return `, at ${spec?.type === 'targetHealth' ? 'least' : 'most'} ${formatRate(limit)}`
}
