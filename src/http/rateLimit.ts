/**
 * How often one caller may ask. Who is calling is found out first, and a known token is never locked out by somebody else's
 * wrong ones; what takes traffic back or holds it is never refused for its rate.
 */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Instant, Ms } from '../core/time.ts'
import { ShiftError } from '../errors.ts'
import { ANONYMOUS } from './auth.ts'

const WINDOW_MS: Ms = 60_000
/** Requests of one token (without tokens and on public paths: of one address) in a minute: 100 a second, all day. */
export const REQUESTS_MOST = 6_000
/** Wrong tokens from one address in a minute that are told to be wrong; further ones are only told to wait. */
export const WRONG_TOKENS_MOST = 30
/** Callers that are remembered: a bound on memory, not on callers. */
const CALLERS_MOST = 5_000

/** A person must always be able to do these, and who watches the daemon must always be answered. */
const UNLIMITED: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/v1/stop',
  ...['abort', 'pause', 'reject', 'release', 'restore'].map((verb) => `/v1/shifts/:id/${verb}`)
])

interface Counted {
  current: number
  readonly until: Instant
}

type Told = (error: Error | null, counted: { readonly current: number; readonly ttl: Ms }) => void

/** Counts by fixed windows on the daemon's own clock. The oldest caller is forgotten where there are too many. */
function countersOn(clock: Clock) {
  return class Counters {
    private readonly callers = new Map<string, Counted>()

    incr(key: string, told: Told, windowMs: Ms): void {
      const now = clock.now()
      const before = this.callers.get(key)
      const counted = before && before.until > now ? before : { current: 0, until: now + windowMs }
      counted.current += 1
      this.callers.delete(key)
      this.callers.set(key, counted)
      const [oldest] = this.callers.keys()
      if (this.callers.size > CALLERS_MOST && oldest !== undefined) this.callers.delete(oldest)
      told(null, { current: counted.current, ttl: counted.until - now })
    }

    child(): Counters {
      return new Counters()
    }
  }
}

export interface RateLimits {
  /** Throws `too_many_requests` where this caller asks too often. */
  calling(request: FastifyRequest): Promise<void>
  /** The same for a request whose token is none that is known. */
  wrongToken(request: FastifyRequest): Promise<void>
}

/** Who is counted: a token by its name, everybody else by address. */
export function callerKey({ caller, ip }: FastifyRequest): string {
  return caller === ANONYMOUS ? `address ${ip}` : `token ${caller.name}`
}

/** Must be called once, before the first request; what it answers is asked in the guards. */
export function registerRateLimits(app: FastifyInstance, clock: Clock): () => RateLimits {
  app.register(rateLimit, { global: false, timeWindow: WINDOW_MS, store: countersOn(clock) })
  const made: { limits?: RateLimits } = {}
  return () => (made.limits ??= limitsOf(app))
}

function limitsOf(app: FastifyInstance): RateLimits {
  const calls = app.createRateLimit({ max: REQUESTS_MOST, timeWindow: WINDOW_MS, keyGenerator: callerKey })
  const wrong = app.createRateLimit({ max: WRONG_TOKENS_MOST, timeWindow: WINDOW_MS })
  return {
    calling: async (request) => {
      if (UNLIMITED.has(request.routeOptions.url ?? '')) return
      const counted = await calls(request)
      if (!counted.isAllowed && counted.isExceeded) {
        refuse(counted.ttlInSeconds, `${callerKey(request)} sent more than ${REQUESTS_MOST} requests within a minute`)
      }
    },
    wrongToken: async (request) => {
      const counted = await wrong(request)
      if (!counted.isAllowed && counted.isExceeded) {
        refuse(
          counted.ttlInSeconds,
          `more than ${WRONG_TOKENS_MOST} wrong tokens came from this address within a minute`
        )
      }
    }
  }
}

function refuse(seconds: number, what: string): never {
  const retryAfter = Math.max(1, seconds)
  throw new ShiftError('too_many_requests', `${what}; allowed again in ${retryAfter} s`, { extra: { retryAfter } })
}
