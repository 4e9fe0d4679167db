/**
 * One write that somebody waits for: settled exactly once, by its answer, its deadline or its caller's change of mind. Says
 * `unknown` only while a batch with it is on its way.
 */
import type { Call } from '../../core/call.ts'
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { WriteOutcome } from '../../core/observation.ts'
import type { AwsFailure } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Change } from '../router.ts'
import type { Mode } from './compose.ts'
import type { RecordSets } from './records.ts'

export type DnsChange = Change<Route53RouteSpec>

export interface Job {
  readonly change: DnsChange
  readonly call: Call
  /** How it is sent next. */
  mode: Mode
  /** The record sets that the batch was built on; null before the first. */
  base: RecordSets | null
  /** Definite refusals so far. */
  refusals: number
  /** A batch with it is on its way. */
  sent: boolean
  /** The last "not now". */
  waitedFor: AwsFailure | null
  readonly open: boolean
  settle(outcome: WriteOutcome): void
  /** A newer write of the same records takes its place. */
  supersede(): void
  /** Aborts when it is settled. */
  readonly settled: AbortSignal
}

export function makeJob(change: DnsChange, call: Call, clock: Clock): { job: Job; outcome: Promise<WriteOutcome> } {
  const { promise, resolve } = Promise.withResolvers<WriteOutcome>()
  const over = new AbortController()
  const limit = clock.timeout(Math.max(0, call.deadlineAt - clock.now()), call.signal)
  const job: Job = {
    change,
    call,
    mode: change.swap === false ? 'upsert' : 'swap',
    base: null,
    refusals: 0,
    sent: false,
    waitedFor: null,
    get open() {
      return !over.signal.aborted
    },
    settle(outcome) {
      if (over.signal.aborted) return
      limit.clear()
      over.abort()
      resolve(outcome)
    },
    supersede() {
      const detail = 'a newer write of the same records took its place'
      job.settle({ kind: job.sent ? 'unknown' : 'withheld', code: 'Superseded', detail })
    },
    settled: over.signal
  }
  const giveUp = () => job.settle(givenUp(job))
  if (limit.signal.aborted) giveUp()
  else limit.signal.addEventListener('abort', giveUp, { once: true })
  return { job, outcome: promise }
}

function givenUp({ call, sent, waitedFor }: Job): WriteOutcome {
  const code = call.signal.aborted ? 'Aborted' : 'Timeout'
  if (sent) return { kind: 'unknown', code, detail: `no answer: ${code}` }
  if (waitedFor === null) return { kind: 'withheld', code, detail: 'it was still waiting for its turn' }
  return { kind: waitedFor.attempts > 0 ? 'refused' : 'withheld', code: waitedFor.code, detail: waitedFor.message }
}

/** One call for all of them: lasts as long as the longest, and is called off when nobody waits any more. */
export function jointCall(jobs: readonly Job[]): Call | null {
  const [first] = jobs
  if (first === undefined) return null
  const off = new AbortController()
  const check = () => {
    if (jobs.every(({ open }) => !open)) off.abort()
  }
  for (const { settled } of jobs) settled.addEventListener('abort', check, { once: true })
  check()
  return {
    urgency: first.call.urgency,
    deadlineAt: Math.max(...jobs.map(({ call }) => call.deadlineAt)),
    signal: off.signal
  }
}
