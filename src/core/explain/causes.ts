/**
 * Why a shift goes back, as half a sentence.
 */
import { formatRate } from '../percent.ts'
import type { Cause } from '../reason.ts'
import { counted, formatCount, listed, said } from './words.ts'

export function explainCause(cause: Cause): string {
  switch (cause.kind) {
    case 'breach':
      return breach(cause)
    case 'no_healthy_new':
      return `new has traffic but none of its ${counted(cause.targets, 'target')} on ${cause.route} is healthy`
    case 'person':
      return personal(cause)
    case 'policy':
      return byPolicy(cause)
  }
}

type Of<K extends Cause['kind']> = Extract<Cause, { kind: K }>

function breach(cause: Of<'breach'>): string {
  const { words, counts } = cause
  if (words !== undefined && words !== '') return `gate ${cause.gate} on ${cause.route} is breached: ${words}`
  return counts ? countedBreach(cause) : healthBreach(cause)
}

function countedBreach({ gate, route, value, limit, samples, oldValue, oldSamples }: Of<'breach'>): string {
  const old = oldValue === null ? '' : ` (old: ${formatRate(oldValue)} of ${formatCount(oldSamples)})`
  const rate = `${formatRate(value)} of ${counted(samples, 'request')} to new failed`
  return `gate ${gate} on ${route} is breached: ${rate}${old}, at most ${formatRate(limit)} may`
}

function healthBreach({ gate, route, value, limit, samples }: Of<'breach'>): string {
  const healthy = `${formatRate(value)} of ${counted(samples, 'target')} of new healthy`
  return `gate ${gate} on ${route} is breached: ${healthy}, at least ${formatRate(limit)} must be`
}

function personal({ verb, actor, text }: Of<'person'>): string {
  switch (verb) {
    case 'abort':
      return `${actor} aborted it${said(text)}`
    case 'reject':
      return `${actor} rejected the step${said(text)}`
    case 'stop':
      return `${actor} pressed the red button${said(text)}`
    case 'restore':
      return `${actor} takes the completed shift back${said(text)}`
  }
}

function byPolicy({ why, routes }: Of<'policy'>): string {
  switch (why) {
    case 'drift':
      return `somebody else changed ${listed(routes)}`
    case 'blind':
      return `nothing could be measured for too long (${listed(routes)})`
    case 'converge':
      return `the weights were not live in time on ${listed(routes)}`
    case 'shared':
      return `both sides suffer on ${listed(routes)} since right after an increase, for too long`
    case 'hold':
      if (routes.length === 0) return 'the share of requests that was asked for did not arrive for too long'
      return `a gate held the step for too long (${listed(routes)})`
  }
}
