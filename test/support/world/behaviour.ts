/**
 * How a side treats the requests that it gets. Set on a side of the world (all routes) or on a side of one route, which then
 * no longer follows the world's. Every rate is a share of the side's requests, 0 to 1, or a function of the moment.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'

export interface Moment {
  readonly at: Instant
  readonly elapsedMs: Ms
  /** Share of the route's requests that this side gets, 0 to 1. */
  readonly share: number
  /** Requests a second that this side gets. */
  readonly rps: number
}
export type Rate = number | ((moment: Moment) => number)

export interface Behaviour {
  /** Targets answer 5xx. */
  errorRate: Rate
  /** Targets answer 4xx. */
  clientErrorRate: Rate
  /** Targets answer 3xx. */
  redirectRate: Rate
  /** The load balancer answers 502: a target was chosen, and broke off. */
  badGatewayRate: Rate
  /** The load balancer answers 504: a target was chosen, and was too slow. */
  timeoutRate: Rate
  /** Targets' answers that take 2 s instead of 50 ms. */
  slowRate: Rate
  /** Requests a second that one healthy target can serve; what is above fails with 5xx. null: any number. */
  capacityPerTarget: number | null
  /** Targets that fail their health checks serve all the same (a wrong health check). Else they give 502. */
  servesWhenUnhealthy: boolean
}

const KEYS = [
  'errorRate',
  'clientErrorRate',
  'redirectRate',
  'badGatewayRate',
  'timeoutRate',
  'slowRate',
  'capacityPerTarget',
  'servesWhenUnhealthy'
] as const satisfies readonly (keyof Behaviour)[]

const HEALTHY: Behaviour = {
  errorRate: 0,
  clientErrorRate: 0,
  redirectRate: 0,
  badGatewayRate: 0,
  timeoutRate: 0,
  slowRate: 0,
  capacityPerTarget: null,
  servesWhenUnhealthy: false
}

/** `changing` is called before each change, so that what was until now can be settled. */
export function createBehaviour(follows: Behaviour | null, own: Partial<Behaviour>, changing: () => void): Behaviour {
  const values: Partial<Record<keyof Behaviour, unknown>> = { ...own }
  const behaviour = { ...HEALTHY }
  for (const key of KEYS) {
    Object.defineProperty(behaviour, key, {
      enumerable: true,
      get: () => (key in values ? values[key] : (follows ?? HEALTHY)[key]),
      set: (value: unknown) => {
        changing()
        values[key] = value
      }
    })
  }
  return behaviour
}

export function rateAt(rate: Rate, moment: Moment): number {
  const value = typeof rate === 'number' ? rate : rate(moment)
  return Math.min(1, Math.max(0, value))
}
