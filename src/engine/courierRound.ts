/**
 * One target's turn: its notices oldest first. A target that cannot take anything is left in peace for a growing time; a notice that
 * is refused, or fails where others do not, is set aside alone, also for a growing time. After a day of that it is given up, never
 * before and never in silence.
 */
import type { Notice, NoticeId } from '../core/notice.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Delivery, Notifier } from '../notifiers/notifier.ts'
import type { Clock } from '../clock.ts'
import type { CourierDeps } from './courier.ts'

/** Of one delivery. */
const SEND_MS: Ms = 10_000
const BATCH = 50
/** So many that were set aside are passed over, to come to those behind them. */
const MOST_ASIDE = 1_000
/** A notice that failed so often lets others try first: it may be its own fault, a receiver that chokes on it. */
const PATIENCE = 3
const WAIT_MS: Ms = 1_000
const WAIT_MOST_MS: Ms = 5 * 60_000
/** A notice that is older, and was tried often enough by this very process, is given up. */
export const GIVE_UP_AFTER_MS: Ms = 86_400_000
const GIVE_UP_TRIES = 10

/** Resolves with how long to wait at most for the next; null: until there is something new. Throws where the store fails. */
export type Round = (signal: AbortSignal) => Promise<Ms | null>

/** What a target and its notices have been through in this process; a restart begins anew. */
interface Trials {
  /** In a row, since it took one. */
  failures: number
  nextAt: Instant
  readonly failed: Map<NoticeId, number>
  readonly refused: Map<NoticeId, { readonly times: number; readonly nextAt: Instant }>
}

/** 1 s, 2 s, 4 s, … at most 5 min. */
export function waitAfter(failures: number): Ms {
  return Math.min(WAIT_MOST_MS, WAIT_MS * 2 ** Math.min(failures - 1, 20))
}

export function startRound(deps: CourierDeps, notifier: Notifier): Round {
  const { store, clock } = deps
  const trials: Trials = { failures: 0, nextAt: 0, failed: new Map(), refused: new Map() }
  return async (signal) => {
    if (trials.nextAt > clock.now()) return trials.nextAt - clock.now()
    const limit = BATCH + Math.min(trials.refused.size, MOST_ASIDE)
    const notices = await store.notices(notifier.name, limit)
    forget(trials, notices)
    let handled = 0
    for (const notice of inTurn(trials, notices)) {
      if (signal.aborted || !deps.mayDeliver()) return null
      if ((trials.refused.get(notice.id)?.nextAt ?? 0) > clock.now()) continue
      const delivery = await send(clock, notifier, notice, signal)
      // Called off by the end of this process: nobody knows whether it arrived, so it stays.
      if (signal.aborted && delivery.kind !== 'sent') return null
      if (delivery.kind === 'retry' && !isItsOwnFault(trials, notice)) {
        return await resting(deps, trials, notices, notice, delivery)
      }
      trials.failures = 0
      if (delivery.kind === 'sent') await arrived(deps, notice)
      else await setAside(deps, trials, notice, delivery.detail)
      handled += 1
    }
    const next = Math.min(...[...trials.refused.values()].map(({ nextAt }) => nextAt))
    if (notices.length === limit && handled > 0) return 0
    return next === Infinity ? null : Math.max(0, next - clock.now())
  }
}

function inTurn({ failed }: Trials, notices: readonly Notice[]): readonly Notice[] {
  const failsOften = ({ id }: Notice) => (failed.get(id) ?? 0) >= PATIENCE
  return [...notices.filter((notice) => !failsOften(notice)), ...notices.filter(failsOften)]
}

/** It failed often enough, and others arrive. */
function isItsOwnFault({ failed, failures }: Trials, { id }: Notice): boolean {
  return failures === 0 && (failed.get(id) ?? 0) >= PATIENCE
}

async function arrived({ store, told }: CourierDeps, notice: Notice): Promise<void> {
  await store.delivered([notice.id])
  told(notice.to, 'sent', notice, '')
}

/** The target is not well: all of its notices wait. */
async function resting(
  deps: CourierDeps,
  trials: Trials,
  notices: readonly Notice[],
  notice: Notice,
  { detail, afterMs }: Extract<Delivery, { kind: 'retry' }>
): Promise<Ms> {
  trials.failures += 1
  trials.failed.set(notice.id, (trials.failed.get(notice.id) ?? 0) + 1)
  deps.told(notice.to, 'retry', notice, detail)
  if (trials.failures >= GIVE_UP_TRIES) {
    for (const old of notices.filter((one) => isOld(deps.clock, one))) await giveUp(deps, old, detail)
  }
  const waitMs = Math.max(waitAfter(trials.failures), Math.min(afterMs ?? 0, WAIT_MOST_MS))
  trials.nextAt = deps.clock.now() + waitMs
  return waitMs
}

/** This notice alone waits; those after it go on. */
async function setAside(deps: CourierDeps, trials: Trials, notice: Notice, detail: string): Promise<void> {
  const times = (trials.refused.get(notice.id)?.times ?? 0) + 1
  trials.refused.set(notice.id, { times, nextAt: deps.clock.now() + waitAfter(times) })
  deps.told(notice.to, 'refused', notice, detail)
  if (times >= GIVE_UP_TRIES && isOld(deps.clock, notice)) await giveUp(deps, notice, detail)
}

export async function giveUp({ store, told }: CourierDeps, notice: Notice, detail: string): Promise<void> {
  await store.delivered([notice.id])
  told(notice.to, 'given_up', notice, detail)
}

export function isOld(clock: Clock, { at }: Notice): boolean {
  return clock.now() - at >= GIVE_UP_AFTER_MS
}

function forget({ failed, refused }: Trials, notices: readonly Notice[]): void {
  const there = new Set(notices.map(({ id }) => id))
  for (const known of [failed, refused]) for (const id of known.keys()) if (!there.has(id)) known.delete(id)
}

/** Ends at its time even where the notifier ignores its signal; what it threw is not shown, as it may hold an address. */
async function send(clock: Clock, notifier: Notifier, notice: Notice, signal: AbortSignal): Promise<Delivery> {
  const limit = clock.timeout(SEND_MS, signal)
  try {
    return await new Promise<Delivery>((resolve, reject) => {
      const late = () => resolve({ kind: 'retry', detail: `no answer within ${SEND_MS / 1000} s` })
      if (limit.signal.aborted) return late()
      limit.signal.addEventListener('abort', late, { once: true })
      notifier.send(notice, limit.signal).then(resolve, reject)
    })
  } catch (err) {
    return { kind: 'retry', detail: err instanceof Error ? err.name : 'Error' }
  } finally {
    limit.clear()
  }
}
