/**
 * `npm run bench -- dns`: how far the model of resolvers is from a thousand modelled ones, over a whole shift and its rollback.
 * The same zones, name servers and resolvers as in the lab, in virtual time. Exits 1 where they differ by more than 3 points.
 */
import { expectedShare } from '../../src/core/dns/model.ts'
import type { Tide } from '../../src/core/shift.ts'
import { createVirtualDns } from '../../src/lab/dns/virtual.ts'

const SECOND = 1_000
const MINUTE = 60_000
const TTL = 60
const INSYNC = 30 * SECOND
const LIMIT = 3

/** Percents of a shift that is rolled back from 100 %, and how long each is served. */
const LADDER = [
  [1, 10],
  [10, 10],
  [50, 15],
  [100, 30],
  [0, 60]
] as const

interface Outcome {
  readonly label: string
  readonly worst: number
  readonly worstAt: string
  readonly mean: number
  readonly resolvers: number
}

function run(
  label: string,
  options: { readonly even: boolean; readonly spread: number; readonly seed: number }
): Outcome {
  let now = 0
  const dns = createVirtualDns({
    now: () => now,
    seed: options.seed,
    even: options.even,
    knobs: { aliasTtlSeconds: TTL, insyncMs: INSYNC, spread: options.spread },
    resolvers: { count: 1_000, minTtl: { share: 0.1, seconds: [60, 600] }, hold: { share: 0.02, seconds: 3_600 } }
  })
  let tides: readonly Tide[] = []
  let from = 0
  let worst = 0
  let worstAt = ''
  let sum = 0
  let samples = 0
  // Caches are filled before anything moves.
  for (; now < 10 * MINUTE; now += SECOND) dns.newShare()
  for (const [percent, minutes] of LADDER) {
    dns.setWeights({ blue: 100 - percent, green: percent })
    tides = [...tides, { at: now + INSYNC, from: from / 100, to: percent / 100, holdMs: TTL * SECOND }]
    from = percent
    const until = now + minutes * MINUTE
    for (; now < until; now += SECOND) {
      const off = Math.abs(dns.newShare() - (expectedShare(tides, now) ?? 0)) * 100
      sum += off
      samples += 1
      if (off <= worst) continue
      worst = off
      worstAt = `${percent} %, ${Math.round((now - (until - minutes * MINUTE)) / SECOND)} s after it was asked for`
    }
  }
  return { label, worst, worstAt, mean: sum / samples, resolvers: dns.resolvers.effective }
}

/** Prints the table; answers the exit code. */
export function benchDns(): number {
  const outcomes = [
    run('how caches behave (answers spread evenly, no luck)', { even: true, spread: 0, seed: 1 }),
    run('the same with luck: every answer is drawn', { even: false, spread: 0, seed: 2 }),
    run('with luck, and name servers that learn one by one', { even: false, spread: 1, seed: 3 })
  ]
  console.log(
    `1,000 resolvers, 10 % extend TTLs to 1-10 min, 2 % hold an hour; TTL ${TTL} s, INSYNC after ${INSYNC / SECOND} s`
  )
  console.log('expected (model) against observed (resolvers), over 1, 10, 50, 100 % and back, in points:')
  for (const { label, worst, worstAt, mean } of outcomes) {
    console.log(`  ${label.padEnd(54)} worst ${worst.toFixed(2)}  mean ${mean.toFixed(2)}  (worst at ${worstAt})`)
  }
  const luck = 100 * Math.sqrt(0.25 / 1_000)
  console.log(
    `One draw of 1,000 resolvers at 50 % has a standard deviation of ${luck.toFixed(2)} points: luck is not the model's.`
  )
  const [bare] = outcomes
  const holds = bare !== undefined && bare.worst <= LIMIT
  console.log(holds ? `within ${LIMIT} points` : `NOT within ${LIMIT} points`)
  return holds ? 0 : 1
}
