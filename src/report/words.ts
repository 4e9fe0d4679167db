/**
 * Numbers, times and small sentences of a report, as people read them. Pure; what is not known is a dash, never 0.
 */
import { formatWait } from '../core/duration.ts'
import { formatRate } from '../core/percent.ts'
import { counted, formatCount, listed } from '../core/explain/words.ts'
import type { StretchView } from '../core/report/view.ts'
import type { ReportView, SeriesUnit } from '../core/view.ts'

export { counted, formatCount, listed }

/** `2026-03-01 10:00:00 UTC`. */
export function dateTime(at: string | null): string {
  return at === null ? '-' : `${at.slice(0, 19).replace('T', ' ')} UTC`
}

export function seconds(value: number | null): string {
  return value === null ? '-' : formatWait(value * 1000)
}

export function percent(value: number | null): string {
  return value === null ? '-' : `${Number(value.toFixed(1))} %`
}

export function share(value: number | null): string {
  return value === null ? '-' : formatRate(value)
}

export function count(value: number | null): string {
  return value === null ? '-' : formatCount(Math.round(value * 10) / 10)
}

export function valueOf(value: number | null, unit: SeriesUnit): string {
  if (value === null) return '-'
  if (unit === 'share') return share(value)
  const short = formatCount(Number(value.toPrecision(4)))
  return unit === 'ms' ? `${short} ms` : short
}

/** A phase as words. */
export function words(code: string): string {
  return code.replaceAll('_', ' ')
}

export function stretchName({ stretch, step, percent: at }: StretchView): string {
  switch (stretch) {
    case 'preflight':
      return 'preflight'
    case 'attach':
      return 'attaching new at weight 0'
    case 'step':
      return `step ${step ?? '-'}: ${percent(at)}`
    case 'drain':
      return 'draining old'
    case 'back':
      return 'going back'
  }
}

export interface Measure {
  readonly name: string
  readonly lines: readonly string[]
}

/** The five measures, each in a few sentences. */
export function measuresOf(report: ReportView): readonly Measure[] {
  return [
    { name: 'Service impact', lines: impactLines(report.serviceImpact) },
    { name: 'Work', lines: workLines(report) },
    { name: 'Rollback', lines: rollbackLines(report) },
    { name: 'Frequency', lines: frequencyLines(report.frequency) },
    { name: 'Time', lines: timeLines(report) }
  ]
}

function impactLines(impact: ReportView['serviceImpact']): readonly string[] {
  if (impact.requestsOnNew === 0) return ['New served no request that was measured.']
  return [
    `New served ${counted(impact.requestsOnNew, 'request')}; ${formatCount(impact.errorsOnNew)} of them failed (${share(impact.errorRateOnNew)}). Old failed ${share(impact.errorRateOnOld)} of its own in the same time.`,
    `${count(impact.excessErrors)} failed beyond what old would have failed.`
  ]
}

function workLines({ work }: ReportView): readonly string[] {
  const who = work.people.length === 0 ? 'nobody' : listed(work.people)
  const approvals =
    work.approvals === 0 ? '' : `, ${work.approvals} of them ${work.approvals === 1 ? 'an approval' : 'approvals'}`
  return [
    `${counted(work.commands, 'order')} by people${approvals}; people involved: ${who}.`,
    `${counted(work.writes, 'write')} of weights asked of AWS; reads are shared by all shifts and not counted here.`
  ]
}

const PROOFS = {
  read_back: 'the weights were read back',
  insync: 'every name server of Route 53 had them'
} as const

function rollbackLines({ rollback, outcome }: ReportView): readonly string[] {
  const until =
    rollback.possibleUntil === null
      ? 'Possible at any time until the shift ends.'
      : `Possible at any time until ${dateTime(rollback.possibleUntil)}, when the shift ended.`
  if (!rollback.happened) return ['Not needed.', outcome === 'refused' ? 'Nothing was written.' : until]
  const why = rollback.why ?? `Cause: ${rollback.cause ?? 'not known'}`
  const took =
    rollback.confirmedAt === null
      ? 'It has not been verified yet.'
      : `Verified after ${seconds(rollback.seconds)}, at ${dateTime(rollback.confirmedAt)}: ${listed(rollback.verifiedBy.map((how) => PROOFS[how]))}.`
  return [`From ${dateTime(rollback.startedAt)}: ${why}.`, took]
}

function frequencyLines({ steps, stepsDone, versions }: ReportView['frequency']): readonly string[] {
  const jump = versions === null ? '' : ` From version ${versions.from} to ${versions.to}.`
  return [`${stepsDone} of ${counted(steps, 'step')} done.${jump}`]
}

function timeLines({ time }: ReportView): readonly string[] {
  const end = time.endedAt === null ? 'not ended yet' : dateTime(time.endedAt)
  return [
    `${seconds(time.seconds)}, from ${dateTime(time.startedAt)} to ${end}.`,
    `${time.phases.map((spent) => `${words(spent.phase)} ${seconds(spent.seconds)}`).join(', ')}.`
  ]
}
