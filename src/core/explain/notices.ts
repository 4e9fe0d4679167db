/**
 * What is sent to people elsewhere: a headline, the evidence with its numbers, and what to do. For somebody who was asleep a
 * minute ago and did not start this shift.
 */
import type { EventType, ShiftEvent } from '../event.ts'
import { formatPercent, formatRate } from '../percent.ts'
import { formatShare, tenthsOfShare } from '../share.ts'
import { isDrifted, type Shift } from '../shift.ts'
import { percentWanted } from '../standing.ts'
import { explainReason } from '../explain.ts'
import { driftChoices, driftsOf } from './drift.ts'
import { explainGate, specOf } from './gates.ts'
import { haltRemedy } from './halts.ts'

/** Gates that are told at most, the worst first: a message is read on a telephone. */
const GATES_TOLD = 8

const HEADLINES: Readonly<Partial<Record<EventType, string>>> = {
  'preflight.refused': 'refused, nothing was written',
  'breach.detected': 'users of new are hurt',
  'rollback.started': 'goes back',
  'rollback.confirmed': 'the rollback is confirmed',
  'drift.detected': 'somebody else changed what this shift had set',
  'blind.started': 'what users get cannot be measured',
  'approval.requested': 'waits for approval',
  'capacity.short': 'old is too small to take a rollback',
  'share.late': 'new does not get the share that was asked for',
  'gate.warned': 'a gate is breached and only warns',
  'shift.paused': 'paused',
  'shift.halted': 'halted, a person must decide',
  'shift.stuck': 'stuck, the rollback is not verified',
  'step.stepped_back': 'stepped back'
}

/** Half a sentence, without the numbers behind it. */
export function headlineOf(shift: Shift, event: ShiftEvent): string {
  const what = HEADLINES[event.type] ?? shortly(event)
  return shift.firstWriteAt === null ? what : `${what} (new has ${formatPercent(percentWanted(shift))})`
}

function shortly({ type, reason }: ShiftEvent): string {
  if (reason.code === 'reminder') return `still ${reason.phase}, a person is needed`
  if (reason.code === 'ended') return `ended: ${reason.outcome}`
  return type.replace(/[._]/g, ' ')
}

/** The reason first; then what every route and gate shows. */
export function evidenceOf(shift: Shift, event: ShiftEvent): readonly string[] {
  const reason = explainReason(event.reason)
  if (event.type === 'preflight.refused') {
    const blockers = shift.findings.filter(({ severity }) => severity === 'blocker')
    return [reason, ...blockers.map(({ code, detail }) => `${code}: ${detail}`)]
  }
  return shift.firstWriteAt === null ? [reason] : [reason, ...routes(shift), ...gates(shift)]
}

function routes(shift: Shift): readonly string[] {
  return shift.routes.map(({ name, want, observed }) => {
    const got =
      observed === null ? 'its share of requests is not measured' : `it got ${formatRate(observed)} of requests`
    return `route ${name}: new shall have ${formatPercent(tenthsOfShare(want.share))} (${formatShare(want.share)}), ${got}`
  })
}

const WORST_FIRST = ['breach', 'hold', 'blind', 'inconclusive', 'pass']

function gates(shift: Shift): readonly string[] {
  return shift.gates
    .filter(({ at, verdict }) => at !== null || verdict === 'blind')
    .toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict))
    .slice(0, GATES_TOLD)
    .map((state) => `gate ${state.gate} on ${state.route}: ${explainGate(state, specOf(shift, state))}`)
}

/** What a person can do, with the commands; empty where nothing is to be done. */
export function todoOf(shift: Shift, event: ShiftEvent): readonly string[] {
  const { reason } = event
  switch (reason.code) {
    case 'halted':
      return [sentence(haltRemedy(reason.why, reason.watches)), ...drifted(shift), ...orders(shift)]
    case 'drift':
      return [...drifted(shift), 'Find out who changed it, and see that it does not happen again.']
    case 'cause':
      return shift.phase.kind === 'halted' ? reminded(shift) : goesBack(shift)
    case 'rollback_started':
      return goesBack(shift)
    case 'rollback_confirmed':
      return [`Find out why before the next start: sluice report ${shift.id}`]
    case 'stuck':
      return byHand(shift)
    case 'approval_needed':
      return [
        `To go on: sluice approve ${shift.id} --step ${reason.step}`,
        `To go back: sluice reject ${shift.id} --step ${reason.step}`
      ]
    case 'capacity_short':
      return ["Bring old's targets back: a rollback would land on too few of them. No step goes forward until then."]
    case 'preflight_refused':
      return shift.findings.filter(({ severity }) => severity === 'blocker').map(({ remedy }) => sentence(remedy))
    case 'blind':
      return ['See that CloudWatch and the provider answer: what cannot be measured halts the shift if it lasts.']
    case 'paused':
      return orders(shift)
    case 'reminder':
      return shift.phase.kind === 'stuck' ? byHand(shift) : [...reminded(shift), ...orders(shift)]
    case 'share_late':
      return ['Look for what else routes these requests: other rules, other records, clients that resolve seldom.']
    case 'warned':
    case 'stepped_back':
      return [`Look at it: sluice status ${shift.id}`]
    case 'drain_deadline':
      return ['Do not remove old yet: find out who still calls it.']
    default:
      return []
  }
}

function goesBack({ id }: Shift): readonly string[] {
  return [`Nothing by hand: it goes back by itself. To see how far it is: sluice watch ${id}`]
}

function byHand({ id }: Shift): readonly string[] {
  return [`Look at the load balancer or the records now. The commands that do it by hand: sluice undo ${id}`]
}

function reminded(shift: Shift): readonly string[] {
  const { phase, policy } = shift
  if (phase.kind !== 'halted') return []
  return [sentence(haltRemedy(phase.why, policy.mode === 'observe')), ...drifted(shift)]
}

function drifted(shift: Shift): readonly string[] {
  const choices = driftChoices(driftsOf(shift))
  return choices === '' ? [] : [sentence(choices)]
}

/** The orders that are carried out as the shift stands: one that would be refused, or change nothing, wastes minutes. */
function orders(shift: Shift): readonly string[] {
  const { id, phase, policy } = shift
  const release = `To end the watch: sluice release ${id} --reason TEXT`
  const back = policy.mode === 'observe' ? release : `To go back: sluice abort ${id}`
  const lifted = phase.kind === 'paused' && phase.by === 'stop' ? 'sluice stop lift, then ' : ''
  const choice = isDrifted(shift) ? ' --drift adopt, or --drift overwrite' : ''
  const on = `To go on: ${lifted}sluice resume ${id}${choice}`
  switch (phase.kind === 'halted' ? phase.why : null) {
    case 'old_unhealthy':
    case 'old_unfit':
      return [`To go back at once: sluice abort ${id} --force`]
    case 'breach_at_start':
      return [on, release]
    case 'gone':
      return [`Once it is back: sluice resume ${id} --drift overwrite`, back, release]
    case 'invariant':
    case 'unreadable':
      return [`The weights by hand: sluice undo ${id}`, release]
    default:
      return [on, back]
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.:]$/.test(text) ? '' : '.'}`
}
