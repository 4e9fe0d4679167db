/**
 * How often AWS may be called: a token bucket for each account, region, service and kind of access, of which a part belongs to
 * rollbacks alone. Never lets a rollback wait behind anything but rollbacks.
 */
import type { Call, Urgency } from '../core/call.ts'
import { accountOf } from '../core/account.ts'
import type { AccountRef } from '../core/migration.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Access, Service } from './client.ts'
import { AwsFailure } from './failure.ts'

export interface Rate {
  /** Calls a second in the long run. */
  readonly perSecond: number
  /** Calls at once after a quiet time; at least 1. */
  readonly burst: number
}

export type Rates = Readonly<Record<Service, Readonly<Record<Access, Rate>>>>

export interface BudgetOptions {
  readonly rates?: Rates
  /** The part of each burst that only rollbacks may take, 0 to 1. */
  readonly reserve?: number
}

/** Below AWS's published examples: the buckets are shared with controllers, Terraform and dashboards. */
export const DEFAULT_RATES: Rates = {
  elbv2: { read: { perSecond: 8, burst: 40 }, write: { perSecond: 2, burst: 10 } },
  cloudwatch: { read: { perSecond: 20, burst: 50 }, write: { perSecond: 2, burst: 10 } },
  // AWS: 5 requests a second for the whole account, whoever sends them and wherever. Burst and refill together never exceed it.
  route53: { read: { perSecond: 3, burst: 2 }, write: { perSecond: 3, burst: 2 } },
  // Our own table, billed by request: only a runaway is held back.
  dynamodb: { read: { perSecond: 500, burst: 1000 }, write: { perSecond: 500, burst: 1000 } },
  // Messages to people: a handful an hour, and far below what a topic takes.
  sns: { read: { perSecond: 5, burst: 10 }, write: { perSecond: 5, burst: 20 } }
}
export const DEFAULT_RESERVE = 0.3

export interface Budget {
  /** Resolves when the call may go out. Throws AwsFailure `BudgetExhausted` at the call's deadline, `Aborted` when it is called off. */
  take(bucket: string, rate: Rate, call: Call): Promise<void>
  /** AWS itself said "not now": everybody but rollbacks waits until the bucket has refilled above the reserve. */
  penalise(bucket: string, rate: Rate): void
}

/**
 * Buckets are AWS's own: one for each account, however many roles lead to it. Route 53 has a single one for all regions, reads
 * and writes: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
export function bucketOf(service: Service, account: AccountRef, access: Access): string {
  const owner = accountOf(account)
  return service === 'route53' ? `${owner}/${service}` : `${owner}/${account.region}/${service}/${access}`
}

/** Who is served first: a way back before everything, a write that was decided before the next look, preflight after all. */
const LINES = ['rollback', 'forward', 'observe', 'prepare'] as const satisfies readonly Urgency[]

interface Bucket {
  tokens: number
  at: Instant
  readonly lines: Readonly<Record<Urgency, (() => void)[]>>
  /** Wakes the pump; null while nobody waits. */
  wake: AbortController | null
}

export function makeBudget(clock: Clock, reserve: number = DEFAULT_RESERVE): Budget {
  if (!(reserve >= 0 && reserve < 1)) throw new RangeError(`reserve must be at least 0 and below 1, not ${reserve}`)
  const buckets = new Map<string, Bucket>()

  const bucketNamed = (name: string, rate: Rate): Bucket => {
    const known = buckets.get(name)
    if (known !== undefined) return refilled(known, rate, clock.now())
    const lines = { rollback: [], forward: [], observe: [], prepare: [] }
    const fresh = { tokens: rate.burst, at: clock.now(), lines, wake: null }
    buckets.set(name, fresh)
    return fresh
  }

  return {
    async take(name, rate, call) {
      const bucket = bucketNamed(name, rate)
      const rollback = call.urgency === 'rollback'
      const isFirst = LINES.slice(0, LINES.indexOf(call.urgency) + 1).every((line) => bucket.lines[line].length === 0)
      if (isFirst && bucket.tokens >= needed(rate, reserve, rollback)) {
        bucket.tokens -= 1
        return
      }
      await queued(clock, bucket, call, () => void pump(clock, bucket, rate, reserve))
    },
    penalise(name, rate) {
      const bucket = bucketNamed(name, rate)
      bucket.tokens = Math.min(bucket.tokens, kept(rate, reserve))
    }
  }
}

/** Tokens that only a rollback may touch. A burst of 1 has no room for a reserve. */
function kept(rate: Rate, reserve: number): number {
  return Math.min(rate.burst * reserve, rate.burst - 1)
}

function needed(rate: Rate, reserve: number, rollback: boolean): number {
  return rollback ? 1 : 1 + kept(rate, reserve)
}

function refilled(bucket: Bucket, rate: Rate, now: Instant): Bucket {
  const passedMs = Math.max(0, now - bucket.at)
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (passedMs * rate.perSecond) / 1000)
  bucket.at = now
  return bucket
}

/** Waits for the pump, at most until the call's deadline. */
async function queued(clock: Clock, bucket: Bucket, call: Call, start: () => void): Promise<void> {
  const line = bucket.lines[call.urgency]
  const limit = clock.timeout(Math.max(0, call.deadlineAt - clock.now()), call.signal)
  try {
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        const place = line.indexOf(resolve)
        if (place < 0) return
        line.splice(place, 1)
        reject(givenUp(call))
      }
      if (limit.signal.aborted) return reject(givenUp(call))
      limit.signal.addEventListener('abort', leave, { once: true })
      line.push(resolve)
      if (bucket.wake === null) start()
      else if (call.urgency === 'rollback') bucket.wake.abort()
    })
  } finally {
    limit.clear()
  }
}

function givenUp(call: Call): AwsFailure {
  return call.signal.aborted
    ? new AwsFailure('called off while it waited for its rate budget', { kind: 'timeout', code: 'Aborted' })
    : new AwsFailure('the rate budget left no room before the deadline', { kind: 'throttled', code: 'BudgetExhausted' })
}

/** Serves the lines in their order, for as long as anybody stands in one. */
async function pump(clock: Clock, bucket: Bucket, rate: Rate, reserve: number): Promise<void> {
  for (;;) {
    const urgency = LINES.find((one) => bucket.lines[one].length > 0)
    if (urgency === undefined) break
    refilled(bucket, rate, clock.now())
    const missing = needed(rate, reserve, urgency === 'rollback') - bucket.tokens
    if (missing <= 0) {
      bucket.tokens -= 1
      bucket.lines[urgency].shift()?.()
      continue
    }
    bucket.wake = new AbortController()
    const waitMs: Ms = Math.max(1, Math.ceil((missing * 1000) / rate.perSecond))
    await clock.sleep(waitMs, bucket.wake.signal)
  }
  bucket.wake = null
}
