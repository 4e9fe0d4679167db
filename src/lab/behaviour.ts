// How the pods of a cluster answer, and the dice that decide it for one request. Pure but for the random numbers handed in.

import type { Random } from './random.ts'

export interface Behaviour {
  /** Share of requests answered with 500. */
  readonly errorRate: number
  /** Shares of other answers by status, such as { 404: 0.02 }; what is left is 200. */
  readonly statusMix: Readonly<Record<string, number>>
  readonly latencyMs: number
  /** Up to so much more, evenly spread. */
  readonly jitterMs: number
  /** Whether the health check passes; requests are answered all the same. */
  readonly healthy: boolean
  /** Never answer requests (the load balancer gives up with 504). Health checks still pass if `healthy`. */
  readonly hang: boolean
  /** Where set, errors, mix, latency and hang apply to paths that begin so; all others are fine. */
  readonly onlyPath: string | null
}

export const goodBehaviour: Behaviour = {
  errorRate: 0,
  statusMix: {},
  latencyMs: 2,
  jitterMs: 3,
  healthy: true,
  hang: false,
  onlyPath: null
}

export interface PlannedAnswer {
  readonly status: number
  readonly afterMs: number
  readonly never: boolean
}

export function planAnswer(behaviour: Behaviour, path: string, random: Random): PlannedAnswer {
  const applies = behaviour.onlyPath === null || path.startsWith(behaviour.onlyPath)
  const now = applies ? behaviour : goodBehaviour
  const afterMs = now.latencyMs + random() * now.jitterMs
  let dice = random()
  for (const [status, share] of [['500', now.errorRate] as const, ...Object.entries(now.statusMix)]) {
    if (dice < share) return { status: Number(status), afterMs, never: now.hang }
    dice -= share
  }
  return { status: 200, afterMs, never: now.hang }
}

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1
const isMs = (value: unknown): boolean => typeof value === 'number' && value >= 0 && Number.isFinite(value)

const checks: Readonly<Record<keyof Behaviour, (value: unknown) => boolean>> = {
  errorRate: isShare,
  statusMix: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([status, share]) => /^[1-5]\d\d$/.test(status) && isShare(share)),
  latencyMs: isMs,
  jitterMs: isMs,
  healthy: (value) => typeof value === 'boolean',
  hang: (value) => typeof value === 'boolean',
  onlyPath: (value) => value === null || typeof value === 'string'
}

/** Reads a change that came as JSON; an unknown key or a wrong value is refused by name. */
export function readBehaviour(input: Readonly<Record<string, unknown>>): Partial<Behaviour> {
  for (const [key, value] of Object.entries(input)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Behaviour] : undefined
    if (check === undefined) throw new Error(`unknown setting ${key}; known: ${Object.keys(checks).join(', ')}`)
    if (!check(value)) throw new Error(`${key}: ${JSON.stringify(value)} is not allowed`)
  }
  return input
}
