/**
 * Delivers the outbox, beside the loops and never in their way: a worker for each target, so that a dead one holds back no other.
 * A notice leaves the outbox only when its target has it, or when it is given up, which is said aloud.
 */
import type { Notice } from '../core/notice.ts'
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Store } from '../stores/store.ts'
import { makeBell, type Bell } from './bell.ts'
import { startRound, type Round } from './courierRound.ts'
import { lookAfterStrays } from './courierStrays.ts'

/** Looked for so often without being rung for: another replica may have saved a notice. */
const IDLE_MS: Ms = 5_000
const STORE_RETRY_MS: Ms = 5_000
const STRAYS_EVERY_MS: Ms = 10 * 60_000

export type Outcome = 'sent' | 'retry' | 'refused' | 'given_up' | 'unknown_target'

export interface CourierDeps {
  readonly store: Pick<Store, 'notices' | 'delivered' | 'noticeTargets'>
  readonly notifiers: readonly Notifier[]
  readonly clock: Clock
  /** Whether this process is the one that delivers now: with several replicas only the leader does. */
  readonly mayDeliver: () => boolean
  /** For log and metrics; never waited for. */
  readonly told: (target: string, outcome: Outcome, notice: Notice, detail: string) => void
  readonly failed: (err: unknown) => void
}

export interface Courier {
  /** Something was put into the outbox. */
  ring(): void
  /** Ends what is under way; waits at most `ms`. What was not delivered stays in the outbox. */
  close(ms: Ms): Promise<void>
}

export function startCourier(deps: CourierDeps): Courier {
  const { notifiers, clock } = deps
  const off = new AbortController()
  const bells = notifiers.map(() => makeBell(clock))
  const workers = notifiers.map((notifier, i) => {
    const bell = bells[i]
    return bell ? serve(startRound(deps, notifier), deps, bell, off.signal) : null
  })
  const done = Promise.all([...workers, strays(deps, off.signal)])
  return {
    ring: () => bells.forEach((bell) => bell.ring()),
    close: async (ms) => {
      off.abort()
      const limit = new AbortController()
      await Promise.race([done, clock.sleep(ms, limit.signal)])
      limit.abort()
    }
  }
}

async function serve(round: Round, deps: CourierDeps, bell: Bell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const waitMs = deps.mayDeliver() ? await guarded(round, deps, signal) : IDLE_MS
    await bell.sleep(waitMs, signal)
  }
}

async function guarded(round: Round, { failed }: CourierDeps, signal: AbortSignal): Promise<Ms> {
  try {
    return Math.min((await round(signal)) ?? IDLE_MS, IDLE_MS)
  } catch (err) {
    if (!signal.aborted) failed(err)
    return STORE_RETRY_MS
  }
}

async function strays(deps: CourierDeps, signal: AbortSignal): Promise<void> {
  const said = new Set<string>()
  while (!signal.aborted) {
    try {
      if (deps.mayDeliver()) await lookAfterStrays(deps, said)
    } catch (err) {
      if (!signal.aborted) deps.failed(err)
    }
    await deps.clock.sleep(STRAYS_EVERY_MS, signal)
  }
}
