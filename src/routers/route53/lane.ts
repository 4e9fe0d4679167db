/**
 * The writes of one hosted zone, one batch at a time: what comes while a batch is on its way goes together in the next. That, and
 * not retrying, is what keeps PriorRequestNotComplete away. Rollbacks have a lane of their own, and while it is in use no
 * forward batch is begun.
 */
import type { WriteOutcome } from '../../core/observation.ts'
import type { Call } from '../../core/call.ts'
import type { RouteKey } from '../../core/migration.ts'
import type { Ms } from '../../core/time.ts'
import type { Clock } from '../../clock.ts'
import { makeJob, type DnsChange, type Job } from './job.ts'
import type { Clearance } from './write.ts'

export interface Zone {
  put(change: DnsChange, call: Call): Promise<WriteOutcome>
}

/** Writes the jobs and settles each of them. */
export type WriteBatch = (jobs: readonly Job[], clearance: Clearance) => Promise<void>

/** Forward writes wait so long for others: each comes after a look at its targets, and those do not end together. */
export const GATHER_MS: Ms = 50

interface Lane {
  waiting: Job[]
  /** Resolves when nothing waits and nothing is on its way; null while that is so. */
  busy: Promise<void> | null
}

export function makeZone(clock: Clock, writeBatch: WriteBatch): Zone {
  const rollbacks: Lane = { waiting: [], busy: null }
  const forwards: Lane = { waiting: [], busy: null }

  const newest = new Map<RouteKey, Job>()

  const clearanceFor = (lane: Lane) => async () => {
    let waited = false
    while (lane === forwards && rollbacks.busy !== null) {
      waited = true
      await rollbacks.busy
    }
    return waited
  }

  const run = async (lane: Lane): Promise<void> => {
    for (;;) {
      // What is put in the same turn of the loop goes together; a rollback waits for nothing else.
      if (lane === forwards) await clock.sleep(GATHER_MS)
      else await Promise.resolve()
      const jobs = lane.waiting.splice(0).filter(({ open }) => open)
      if (jobs.length === 0) return
      await writeBatch(jobs, clearanceFor(lane)).catch((error: unknown) => {
        for (const job of jobs) job.settle({ kind: 'unknown', code: 'bug', detail: String(error) })
      })
    }
  }

  const wake = (lane: Lane): void => {
    lane.busy ??= run(lane).finally(() => {
      lane.busy = null
      if (lane.waiting.length > 0) wake(lane)
    })
  }

  return {
    put(change, call) {
      const { job, outcome } = makeJob(change, call, clock)
      if (!job.open) return outcome
      newest.get(change.route.key)?.supersede()
      newest.set(change.route.key, job)
      const lane = call.urgency === 'rollback' ? rollbacks : forwards
      lane.waiting.push(job)
      wake(lane)
      return outcome
    }
  }
}
