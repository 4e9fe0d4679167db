/**
 * What users got, measured where they are: at the traffic generator and in the decision log, never from what Sluice believes.
 */
import type { EventView, ShiftView } from '../../core/view.ts'
import type { Lab } from '../../lab/lab.ts'

export interface Act {
  readonly shift: ShiftView
  readonly events: readonly EventView[]
  /** Of the traffic generator. */
  readonly startedAt: number
  readonly endedAt: number
  /** When new was broken, if it was. */
  readonly brokenAt: number | null
  /** What the shift said, right before, that a rollback would take at most; seconds. */
  readonly promised: number | null
}

export function linesOf(lab: Lab, route: string, act: Act): readonly string[] {
  const { shift, startedAt, endedAt, brokenAt } = act
  const mine = lab.traffic.record.all().filter((one) => one.at >= startedAt && one.at < endedAt && one.route === route)
  const of = (side: string) => mine.filter((one) => one.side === side)
  const bad = (list: typeof mine) => list.filter((one) => one.status === 0 || one.status >= 500).length
  const lines = [
    `${shift.migration}: ${shift.phase} after ${seconds(endedAt - startedAt)}`,
    `  users      ${count(mine.length)} requests, ${count(bad(mine))} of them failed (${rate(bad(mine), mine.length)})`,
    `  by side    old served ${count(of('old').length)} (${count(bad(of('old')))} failed), new served ${count(of('new').length)} (${count(bad(of('new')))} failed)`
  ]
  if (brokenAt === null) return [...lines, `  writes     ${writesOf(act)} weight changes, every one read back`]
  const breach = at(act, 'breach.detected')
  const confirmed = at(act, 'rollback.confirmed')
  const last = mine.findLast((one) => one.side === 'new' && one.status >= 500)?.at ?? null
  const gone = goneAt(mine, confirmed)
  return [
    ...lines,
    `  breach     seen ${since(breach, brokenAt)} after new broke; CloudWatch tells of a second 2 s after its end`,
    `  rollback   read back ${since(confirmed, breach)} after that; the last failed request of new was ${since(last, brokenAt)} after it broke`,
    `  promised   a rollback in effect within ${act.promised ?? '?'} s; measured: nine of ten users back ${since(gone, breach)} after the breach`
  ]
}

/** From when on a tenth or less of what was on new when the rollback began still came there, by whole seconds. */
function goneAt(
  mine: readonly { readonly at: number; readonly side: string }[],
  confirmedAt: number | null
): number | null {
  if (confirmedAt === null) return null
  const share = (from: number, to: number) => {
    const some = mine.filter((one) => one.at >= from && one.at < to)
    return some.length === 0 ? 0 : some.filter((one) => one.side === 'new').length / some.length
  }
  const before = share(confirmedAt - 3_000, confirmedAt)
  const last = mine.at(-1)?.at ?? confirmedAt
  for (let at = confirmedAt; at < last; at += 250) if (share(at, at + 1_000) <= before / 10) return at
  return null
}

function writesOf(act: Act): number {
  return act.events.filter((event) => event.type === 'weight.requested').length
}

function at(act: Act, type: EventView['type']): number | null {
  const event = act.events.find((candidate) => candidate.type === type)
  return event ? Date.parse(event.at) : null
}

function since(later: number | null, earlier: number | null): string {
  return later === null || earlier === null ? 'never' : seconds(later - earlier)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function count(n: number): string {
  return n.toLocaleString('en-US')
}

function rate(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(2)} %`
}
