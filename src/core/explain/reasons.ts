/**
 * Reasons of the decision log as sentences, by family: writes, steps, people, trouble, the way back.
 */
import { formatWait } from '../duration.ts'
import { formatPercent, formatRate } from '../percent.ts'
import type { Reason, ReasonCode } from '../reason.ts'
import { formatInstant } from '../rfc3339.ts'
import { formatShare } from '../share.ts'
import { explainCause } from './causes.ts'
import { explainDrift } from './drift.ts'
import { explainNote } from './gates.ts'
import { explainHalt, haltRemedy } from './halts.ts'
import { counted, formatCount, joined, listed, said } from './words.ts'

type Of<C extends ReasonCode> = Extract<Reason, { code: C }>

export function explainWrite({ route, percent, share, from, why, ttlSeconds }: Of<'write'>): string {
  const to = `${formatPercent(percent)} on new (${formatShare(share)}, from ${formatShare(from)})`
  switch (why) {
    case 'step':
      return `asks ${route} for ${to}`
    case 'attach':
      return `asks ${route} to attach new at weight 0 (${formatShare(share)}, from ${formatShare(from)})`
    case 'retry':
      return `asks ${route} again for ${to}`
    case 'late':
      return `asks ${route} again for ${to}, because an older write of this shift landed late`
    case 'rollback':
      return `takes ${route} back to ${to}`
    case 'ttl':
      return `sets the TTL of ${route} to ${ttlSeconds ?? 0} s, weights as they are (${formatShare(share)})`
    case 'release':
      return `takes ${route} back to ${to}, and out of stickiness so that stuck clients go back too`
  }
}

export function explainJudged(reason: Of<'judged'>): string {
  const { gate, route, verdict, was, note, words = '' } = reason
  const more = note === null || words.includes(explainNote(note)) ? '' : ` (${explainNote(note)})`
  return `gate ${gate} on ${route} says ${verdict}, before ${was}${seenOf(reason)}${more}`
}

export function explainWarned(reason: Of<'warned'>): string {
  return `gate ${reason.gate} on ${reason.route} is breached and only warns${seenOf(reason)}`
}

function seenOf({ value, limit, samples, words }: Of<'judged' | 'warned'>): string {
  if (words !== undefined) return `: ${words}`
  return value === null ? '' : `: ${formatRate(value)} of ${formatCount(samples)} against ${formatRate(limit)}`
}

export function explainStart(reason: Of<'started' | 'preflight_passed' | 'preflight_refused'>): string {
  switch (reason.code) {
    case 'started':
      return `started migration ${reason.migration} under policy ${reason.policy}${said(reason.text)}`
    case 'preflight_passed': {
      const skipped = reason.skipped > 0 ? `; ${counted(reason.skipped, 'step')} at or below what is live left out` : ''
      return `preflight passed with ${counted(reason.findings, 'finding')}${skipped}`
    }
    case 'preflight_refused':
      return `preflight refused it, nothing was written: ${listed(reason.codes)}`
  }
}

export function explainStep(
  reason: Of<'in_effect' | 'read_back' | 'step_done' | 'stepped_back' | 'step_resumed'>
): string {
  switch (reason.code) {
    case 'read_back':
      return `${reason.route} was read back with ${formatPercent(reason.percent)} on new (${formatShare(reason.share)})`
    case 'in_effect':
      if (reason.step >= 0)
        return `${formatPercent(reason.percent)} is in effect on every route, step ${reason.step} bakes`
      return reason.percent > 0
        ? `the routes are prepared and new is healthy, which has ${formatPercent(reason.percent)} already`
        : 'new is attached at weight 0 and healthy'
    case 'stepped_back': {
      const again = reason.times > 1 ? `, ${reason.times} times in this step` : ''
      return `steps back from ${formatPercent(reason.from)} to ${formatPercent(reason.to)} because of gate ${reason.gate} on ${reason.route}: ${reason.words}${again}`
    }
    case 'step_resumed':
      return `the evidence cleared after ${formatWait(reason.afterMs)}: back to ${formatPercent(reason.percent)}`
    case 'step_done': {
      const by = {
        bake: 'after its bake',
        advance: 'because somebody advanced it',
        approval: 'with its approval',
        insufficient: 'on insufficient evidence, as its policy allows'
      }
      return `step ${reason.step} at ${formatPercent(reason.percent)} is done ${by[reason.by]}`
    }
  }
}

export function explainPeople(
  reason: Of<'approval_needed' | 'approved' | 'command_refused' | 'paused' | 'resumed' | 'reminder'>
): string {
  switch (reason.code) {
    case 'approval_needed':
      return `step ${reason.step} at ${formatPercent(reason.percent)} has baked and must be approved before ${formatInstant(reason.expiresAt)}`
    case 'approved':
      return `step ${reason.step} was approved${said(reason.comment)}`
    case 'command_refused':
      return `${reason.verb} is not legal any more: ${reason.detail}`
    case 'paused':
      return `paused by ${reason.by === 'stop' ? 'the red button' : 'a person'}${said(reason.text)}`
    case 'resumed':
      return reason.drift === null ? 'resumed at the same step' : `resumed with drift ${reason.drift}`
    case 'reminder':
      return `still ${reason.phase} after ${formatWait(reason.forMs)}: a person is needed`
  }
}

export function explainTrouble(
  reason: Of<'halted' | 'drift' | 'blind' | 'sees_again' | 'capacity_short' | 'capacity_back' | 'share_late'>
): string {
  switch (reason.code) {
    case 'halted': {
      const details = joined([reason.detail, reason.cause && explainCause(reason.cause)], '; ')
      return `halted: ${explainHalt(reason.why)}${details === '' ? '' : ` (${details})`}; ${haltRemedy(reason.why, reason.watches)}`
    }
    case 'drift':
      return `somebody else changed ${explainDrift(reason)}`
    case 'blind':
      return `cannot see ${listed(reason.what)}`
    case 'sees_again':
      return `everything can be seen again after ${formatWait(reason.afterMs)}`
    case 'capacity_short':
      return `old has ${counted(reason.healthy, 'healthy target')} on ${reason.route} and had ${formatCount(reason.atStart)}: no step goes forward, and a rollback would land on too little`
    case 'capacity_back':
      return `old has ${counted(reason.healthy, 'healthy target')} on ${reason.route}, enough for a rollback again`
    case 'share_late':
      return `new receives ${formatRate(reason.observed)} of the requests on ${reason.route} instead of ${formatRate(reason.asked)}, for ${formatWait(reason.afterMs)} now`
  }
}

export function explainBack(reason: Of<'cause' | 'rollback_started' | 'rollback_confirmed' | 'stuck'>): string {
  switch (reason.code) {
    case 'cause':
      return explainCause(reason.cause)
    case 'rollback_started':
      return `goes back from ${formatPercent(reason.from)} to ${formatPercent(reason.to)} because ${explainCause(reason.cause)}`
    case 'rollback_confirmed':
      return `every route was read back with ${formatPercent(reason.percent)} on new after ${formatWait(reason.afterMs)}`
    case 'stuck':
      return `the way back is not verified on ${listed(reason.routes)} after ${formatWait(reason.afterMs)}; still trying, and a person must look`
  }
}

export function explainClose(reason: Of<'drained' | 'drain_deadline' | 'ended'>): string {
  switch (reason.code) {
    case 'drained':
      return `old is drained: it still gets ${formatRate(reason.residual)} of requests`
    case 'drain_deadline': {
      const still = reason.residual === null ? 'an unknown share' : formatRate(reason.residual)
      return `old still gets ${still} of requests at the drain's deadline: do not remove it yet`
    }
    case 'ended':
      return `${reason.outcome} at ${formatPercent(reason.percent)}${said(reason.text)}`
  }
}
