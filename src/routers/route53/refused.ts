/**
 * What to do with a batch that Route 53 refused as a whole: who is to blame, and who may go again. So one shift's conflict is never
 * another's drift, and a rollback never fails for the sake of the swap.
 */
import type { WriteOutcome } from '../../core/observation.ts'
import { AwsFailure } from '../../aws/aws.ts'
import { isDenied } from '../../aws/classify.ts'
import type { Got } from '../elb/batches.ts'
import { jointCall, type Job } from './job.ts'
import { normalise } from './normalise.ts'
import { setsOf, textOf, type RecordSets } from './records.ts'
import { freshSets, type Place, type Writing } from './writing.ts'

/** A rollback swaps on a fresh read at most so often, then it writes whatever stands. */
const MOST_SWAPS = 2
const MOST_REFUSALS = 4

/** The batches to send instead, one after the other; every other job is settled. */
export async function sortOut(
  writing: Writing,
  place: Place,
  jobs: readonly Job[],
  failure: AwsFailure
): Promise<readonly (readonly Job[])[]> {
  for (const job of jobs) job.refusals += 1
  const call = jointCall(jobs)
  if (call === null) return []
  const reads = changedMeanwhile(failure) ? await freshSets(writing, place, jobs, call) : null
  const moved = jobs.filter((job) => hasMoved(job, reads))
  const still = jobs.filter((job) => !moved.includes(job))
  const isBack = ({ change }: Job): boolean => change.expect === 'any'
  for (const job of moved) if (!isBack(job)) job.settle(conflict(job, reads))
  const back = jobs.filter(isBack)
  const wayBack = moved.length > 0 || back.some(({ mode }) => mode === 'swap')
  if (back.length > 0 && wayBack) return [backAgain(back, moved), still.filter((job) => !isBack(job))]
  if (moved.length > 0) return [still]
  if (still.length > 1 && !failure.gone) {
    const middle = Math.ceil(still.length / 2)
    return [still.slice(0, middle), still.slice(middle)]
  }
  for (const job of still) job.settle(verdict(job, failure, reads))
  return []
}

/** Only then a read can say who is to blame. */
function changedMeanwhile(failure: AwsFailure): boolean {
  return failure.code === 'InvalidChangeBatch'
}

/** Another look shows something else than the batch was built on. */
function hasMoved({ change, base }: Job, reads: ReadonlyMap<string, Got<RecordSets>> | null): boolean {
  const now = reads?.get(change.route.record)
  if (now === undefined || now instanceof AwsFailure || base === null) return false
  const texts = [base, now].map((sets) =>
    setsOf(change.route, sets)
      .map((set) => textOf(set))
      .toSorted()
      .join('\n')
  )
  return texts[0] !== texts[1]
}

/** Those that were changed under us may swap once more on what stands now; where nothing was, the swap itself is in the way. */
function backAgain(jobs: readonly Job[], moved: readonly Job[]): readonly Job[] {
  for (const job of jobs) {
    if (job.refusals > MOST_REFUSALS) {
      const detail = `Route 53 refused it ${job.refusals} times`
      job.settle({ kind: 'refused', code: 'InvalidChangeBatch', detail })
    }
    if (moved.length === 0 || (moved.includes(job) && job.refusals >= MOST_SWAPS)) job.mode = 'upsert'
  }
  return jobs
}

function conflict({ change }: Job, reads: ReadonlyMap<string, Got<RecordSets>> | null): WriteOutcome {
  const now = reads?.get(change.route.record)
  if (now === undefined || now instanceof AwsFailure) return { kind: 'conflict', found: null }
  const found = normalise(change.route, now)
  return { kind: 'conflict', found: found.kind === 'normal' ? found.share : null }
}

const MISMATCH = /do(?:es)? not match|already exists|not found/i

/** Alone, and nothing was changed that a read could show. */
function verdict(job: Job, failure: AwsFailure, reads: ReadonlyMap<string, Got<RecordSets>> | null): WriteOutcome {
  const { code, message } = failure
  const swapped = job.mode === 'swap'
  if (swapped && code === 'InvalidChangeBatch' && MISMATCH.test(message)) return conflict(job, reads)
  const help =
    swapped && isDenied(failure)
      ? '; a swap needs the rights to DELETE and to CREATE: allow both in the condition' +
        ' route53:ChangeResourceRecordSetsActions, or set `dns.write: upsert` in the policy'
      : ''
  return { kind: 'refused', code, detail: `${message}${help}` }
}
