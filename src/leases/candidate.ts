/**
 * Stands for leadership over a stored record. A lease lasts from before the call that renewed it was sent, on this process's own
 * monotonic clock; another's is over when its record has not changed for its whole length, seen by our own clock. No clock is
 * ever compared with another machine's. Never assumes that a call which failed was not carried out.
 */
import type { Clock } from '../clock.ts'
import type { Call } from '../core/call.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Candidate, Leadership, LeaseRecord, LeaseRecords } from './lease.ts'

export interface CandidateDeps {
  readonly records: LeaseRecords
  /** Of this process alone, never used again. */
  readonly owner: string
  readonly clock: Clock
  readonly ttlMs: Ms
  /** A write to AWS lasts no longer; shorter than `ttlMs`. */
  readonly writeMs: Ms
}

/** Somebody else's lease is looked at so often; a released one is taken within it. */
const SEEK_MS: Ms = 500
/** Of its length: a lease is renewed so often. */
const RENEWALS = 6
/** Of its length: what two machines' clocks may differ in while it lasts, and far more. */
const DRIFT = 0.02
/** A renewal on demand that did not help is not tried again at once. */
const AGAIN_MS: Ms = 100

interface Held {
  readonly record: LeaseRecord
  readonly until: Instant
  /** Before, a call of the former leader could still raise what we would take for settled. */
  readonly forwardFrom: Instant
}

interface Standing extends CandidateDeps {
  held: Held | null
  /** Another's record, and since when it has stood unchanged. */
  seen: { readonly record: LeaseRecord; readonly since: Instant } | null
  renewing: Promise<void> | null
  /** When the renewal that writes this beat was first sent: it may have been carried out then. */
  firstSent: { readonly beat: number; readonly at: Instant } | null
}

export function makeCandidate(deps: CandidateDeps): Candidate {
  const standing: Standing = { ...deps, held: null, seen: null, renewing: null, firstSent: null }
  const { clock, writeMs } = deps
  const holds = (): boolean => standing.held !== null && clock.now() < standing.held.until
  return {
    writeMs,
    holds,
    epoch: () => (holds() ? (standing.held?.record.epoch ?? null) : null),
    mayStart: (call, ms) => mayStart(standing, call, ms),
    ready: (call, ms) => ready(standing, call, ms),
    stand: (leadership, signal) => stand(standing, leadership, signal),
    release: () => release(standing)
  }
}

function mayStart({ held, clock }: Standing, { urgency }: Call, ms: Ms): boolean {
  if (!held) return false
  const now = clock.now()
  return now + ms <= held.until && (urgency === 'rollback' || now >= held.forwardFrom)
}

async function ready(standing: Standing, call: Call, ms: Ms): Promise<void> {
  const { clock } = standing
  while (standing.held && !mayStart(standing, call, ms) && !call.signal.aborted && clock.now() < call.deadlineAt) {
    const tooEarlyMs = call.urgency === 'rollback' ? 0 : standing.held.forwardFrom - clock.now()
    if (tooEarlyMs > 0) {
      await clock.sleep(Math.min(tooEarlyMs, call.deadlineAt - clock.now()), call.signal)
      continue
    }
    await renew(standing).catch(() => undefined)
    if (!mayStart(standing, call, ms)) await clock.sleep(AGAIN_MS, call.signal)
  }
}

async function stand(standing: Standing, leadership: Leadership, signal: AbortSignal): Promise<void> {
  const { clock, ttlMs } = standing
  let led: number | null = null
  let failing = false
  while (!signal.aborted) {
    try {
      await (standing.held ? renew(standing) : seek(standing))
      failing = false
    } catch (err) {
      // Said once: a store that is away stays away for many rounds.
      if (!failing) leadership.failed(err)
      failing = true
    }
    if (standing.held && clock.now() >= standing.held.until) standing.held = null
    const leads = standing.held?.record.epoch ?? null
    if (leads !== led && led !== null) leadership.lost()
    if (leads !== led && leads !== null) leadership.taken(leads)
    led = leads
    await clock.sleep(standing.held ? ttlMs / RENEWALS : Math.min(SEEK_MS, ttlMs / RENEWALS), signal)
  }
}

/** One renewal at a time, shared by all who need one. */
function renew(standing: Standing): Promise<void> {
  standing.renewing ??= renewed(standing).finally(() => {
    standing.renewing = null
  })
  return standing.renewing
}

async function renewed(standing: Standing): Promise<void> {
  const { held } = standing
  if (!held) return
  const sentAt = standing.clock.now()
  const next = { ...held.record, beat: held.record.beat + 1 }
  if (standing.firstSent?.beat !== next.beat) standing.firstSent = { beat: next.beat, at: sentAt }
  // The others count from when they see the beat change, which an attempt whose answer was lost may have done long ago.
  const from = standing.firstSent.at
  const stored = await replaced(standing, next, held.record)
  if (standing.held !== held) return
  // Nobody took it from us, or the record would have another epoch.
  standing.held = stored ? { ...held, record: stored, until: from + standing.ttlMs } : null
}

async function seek(standing: Standing): Promise<void> {
  const { records, clock, owner } = standing
  const record = await records.read()
  if (record === null) return take(standing, null)
  const known = standing.seen?.record
  if (known?.epoch !== record.epoch || known.beat !== record.beat) standing.seen = { record, since: clock.now() }
  const since = standing.seen?.since ?? clock.now()
  const over = clock.now() - since >= record.ttlMs * (1 + DRIFT)
  // One that bears our own name was taken or renewed by a call whose answer never came.
  if (over || record.owner === null || record.owner === owner) await take(standing, record)
}

async function take(standing: Standing, seen: LeaseRecord | null): Promise<void> {
  const { clock, owner, ttlMs, writeMs } = standing
  const sentAt = clock.now()
  const next = { owner, epoch: (seen?.epoch ?? 0) + 1, beat: (seen?.beat ?? 0) + 1, ttlMs }
  const stored = await replaced(standing, next, seen)
  if (!stored || clock.now() >= sentAt + ttlMs) return
  standing.seen = null
  standing.held = {
    record: stored,
    until: sentAt + ttlMs,
    forwardFrom: seen === null ? sentAt : clock.now() + writeMs
  }
}

/** What stands now if it is ours. A condition that fails may have failed on our own first attempt. */
async function replaced(
  { records }: Standing,
  next: LeaseRecord,
  seen: LeaseRecord | null
): Promise<LeaseRecord | null> {
  if (await records.replace(next, seen)) return next
  const found = await records.read()
  return found && found.owner === next.owner && found.epoch === next.epoch ? found : null
}

async function release(standing: Standing): Promise<void> {
  const { held, records } = standing
  standing.held = null
  if (held) await records.replace({ ...held.record, owner: null, beat: held.record.beat + 1 }, held.record)
}
