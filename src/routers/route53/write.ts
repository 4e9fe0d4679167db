/**
 * Carries out batches of one zone: a fresh read of every name, a comparison with what is expected, one ChangeResourceRecordSets for
 * all. Never claims more than it knows: `accepted` is a 2xx at the only attempt.
 *
 * What already stands as wanted is written again: a lagging read, or an older write that may still land, could make "nothing
 * to do" false, and a change id of its own is what tells when it has spread.
 */
import type { WriteOutcome } from '../../core/observation.ts'
import type { Instant, Ms } from '../../core/time.ts'
import { AwsFailure } from '../../aws/aws.ts'
import type { Got } from '../elb/batches.ts'
import type { As } from '../elb/targets.ts'
import { basedOn } from './base.ts'
import { changesOf, fits, type Piece } from './compose.ts'
import { jointCall, type Job } from './job.ts'
import type { RecordSets } from './records.ts'
import { sortOut } from './refused.ts'
import { changeSets } from './requests.ts'
import { freshSets, type Place, type Writing } from './writing.ts'

/** A "not now" is tried again on the read that went before it, for so long: reading as well doubles calls that are short. */
const BASE_GOOD_MS: Ms = 2_000

/** The pause after the first "not now" is 1 to 2 s; each is twice the one before. */
const FIRST_PAUSE_MS: Ms = 2_000
const LONGEST_PAUSE_MS: Ms = 30_000

/** Resolves when nothing more urgent is on its way; true where it had to wait. */
export type Clearance = () => Promise<boolean>

interface Ready {
  readonly job: Job
  readonly pieces: readonly Piece[]
}

/** Settles every job. */
export async function writeBatch(
  writing: Writing,
  place: Place,
  jobs: readonly Job[],
  clearance: Clearance
): Promise<void> {
  let held: { readonly reads: ReadonlyMap<string, Got<RecordSets>>; readonly at: Instant } | null = null
  for (let tries = 1; ; tries += 1) {
    if (await clearance()) held = null
    const open = jobs.filter((job) => job.open)
    const call = jointCall(open)
    if (call === null) return
    const as: As = { aws: writing.aws, account: place.account, call }
    try {
      // The turn is taken first: between read and write there is then nothing to wait for.
      const turn = await writing.aws.turn('route53', place.account, 'write', call)
      if (held === null || writing.clock.now() - held.at > BASE_GOOD_MS) {
        held = { at: writing.clock.now(), reads: await freshSets(writing, place, open, call) }
      }
      const busy = throttledIn(open, held.reads)
      if (busy !== null) {
        held = null
        throw busy
      }
      const [now, later] = split(prepared(writing, open, held.reads))
      const changes = now.flatMap(({ job, pieces }) => changesOf(pieces, job.mode))
      if (changes.length === 0) return
      for (const { job } of now) job.sent = true
      const { changeId, attempts } = await changeSets(as, place.zone, changes, turn)
      for (const { job } of now) job.settle(accepted(changeId, attempts))
      if (later.length > 0) await writeBatch(writing, place, later, clearance)
      return
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error
      const failed = open.filter((job) => job.open)
      if (error.kind === 'throttled') {
        for (const job of failed) {
          job.sent = false
          job.waitedFor = error
        }
        await writing.clock.sleep(pause(writing, tries), call.signal)
        continue
      }
      return await ended(writing, place, failed, error, clearance)
    }
  }
}

/** Those that may be sent; the others are settled. */
function prepared(
  writing: Writing,
  jobs: readonly Job[],
  reads: ReadonlyMap<string, Got<RecordSets>>
): readonly Ready[] {
  return jobs.flatMap((job): readonly Ready[] => {
    const { key, record } = job.change.route
    const read =
      reads.get(record) ?? new AwsFailure(`${record} was not answered for`, { kind: 'bug', code: 'NotAnswered' })
    const based = basedOn(job, read, writing.cached(key))
    switch (based.kind) {
      case 'based':
        job.base = based.base
        // What is remembered may be old: Route 53 would refuse to swap it.
        if (!based.fresh) job.mode = 'upsert'
        return [{ job, pieces: based.pieces }]
      case 'accepted':
      case 'conflict':
      case 'refused':
      case 'unknown':
      case 'withheld':
        job.settle(based)
        return []
    }
  })
}

/** AWS said "not now" to a read of which a forward write cannot do without. */
function throttledIn(jobs: readonly Job[], reads: ReadonlyMap<string, Got<RecordSets>>): AwsFailure | null {
  for (const { change } of jobs) {
    const read = reads.get(change.route.record)
    if (change.expect !== 'any' && read instanceof AwsFailure && read.kind === 'throttled') return read
  }
  return null
}

/** As many as one request may hold, and the rest. */
function split(ready: readonly Ready[]): readonly [readonly Ready[], readonly Job[]] {
  let size = 0
  const changes: ReturnType<typeof changesOf> = []
  for (const { job, pieces } of ready) {
    changes.push(...changesOf(pieces, job.mode))
    if (size > 0 && !fits(changes)) break
    size += 1
  }
  return [ready.slice(0, size), ready.slice(size).map(({ job }) => job)]
}

function accepted(changeId: string | null, attempts: number): WriteOutcome {
  if (attempts !== 1) {
    const detail = `accepted at attempt ${attempts}: an earlier one may still land`
    return { kind: 'unknown', code: 'SentTwice', detail }
  }
  return changeId === null ? { kind: 'accepted' } : { kind: 'accepted', changeId }
}

function pause({ random }: Writing, tries: number): Ms {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1))
  return Math.round(longest * (0.5 + random() / 2))
}

/** The batch failed for good. What was refused is sorted out; of everything else nobody knows whether it happened. */
async function ended(
  writing: Writing,
  place: Place,
  jobs: readonly Job[],
  failure: AwsFailure,
  clearance: Clearance
): Promise<void> {
  const { code, message: detail, attempts } = failure
  if (failure.kind !== 'refused') {
    const kind = attempts === 0 ? 'withheld' : 'unknown'
    for (const job of jobs) job.settle({ kind, code, detail })
    return
  }
  for (const job of jobs) job.sent = false
  for (const again of await sortOut(writing, place, jobs, failure)) {
    await writeBatch(writing, place, again, clearance)
  }
}
