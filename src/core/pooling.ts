/**
 * The evidence of one gate over all routes of a shift, block by block, as soon as every route has delivered it (GATING 3.9). It
 * convicts the shift where no single route could; it never acquits one.
 */
import { addCounts, NO_COUNTS, type Counts } from './evidence/counts.ts'
import { read } from './evidence/evidence.ts'
import { newPool, readPool, stepPool, type PooledRoute } from './evidence/pool.ts'
import { BLOCK_MS, type Rule } from './evidence/rule.ts'
import { chanceOf } from './evidence/words.ts'
import { meterOf } from './gates/meters.ts'
import { formatRate } from './percent.ts'
import { formatCount } from './explain/words.ts'
import type { Compared, GateState, Pooled } from './shift.ts'
import type { Instant, Ms } from './time.ts'
import { patch, type Turn } from './turn.ts'

/** A period of one route for the pool of its gate; nothing where the gate covers one route only. */
export function toPool(turn: Turn, state: GateState, start: Instant, counts: Counts): void {
  const among = comparing(turn, state.gate)
  const [lead] = among
  if (among.length < 2 || !lead?.compared) return
  const known = turn.shift.pools.find((pool) => pool.gate === state.gate)
  const rule = lead.compared.evidence.rule
  const base: Pooled = known ?? {
    gate: state.gate,
    pool: newPool(rule),
    doneTo: Math.floor(start / blockMs(rule)) * blockMs(rule),
    pending: [],
    first: true,
    total: NO_COUNTS
  }
  const next = { ...base, pending: [...base.pending, { route: state.route, start, counts }] }
  patch(turn, { pools: [...turn.shift.pools.filter((pool) => pool.gate !== state.gate), next] })
}

/** A step began: the next block of every pool is its first. */
export function poolsAnew(turn: Turn): void {
  if (turn.shift.pools.length > 0) patch(turn, { pools: turn.shift.pools.map((pool) => ({ ...pool, first: true })) })
}

type Comparing = GateState & { readonly compared: Compared }

function comparing(turn: Turn, gate: string): readonly Comparing[] {
  return turn.shift.gates.filter((state): state is Comparing => state.gate === gate && state.compared !== undefined)
}

function blockMs(rule: Rule): Ms {
  return Math.max(BLOCK_MS, rule.periodMs)
}

/** Books every block that is whole on all routes; answers the gates on which the shift as a whole is convicted. */
export function bookPools(
  turn: Turn
): readonly { readonly gate: string; readonly route: string; readonly words: string }[] {
  return turn.shift.pools.flatMap((before) => {
    const states = comparing(turn, before.gate)
    const [lead] = states
    if (!lead) return []
    const pooled = booked(turn, before, states)
    if (pooled !== before)
      patch(turn, { pools: turn.shift.pools.map((pool) => (pool.gate === pooled.gate ? pooled : pool)) })
    const measured = states.filter(({ compared }) => compared.evidence.blocks.length > 0)
    if (pooled.pool.seen === 0 || measured.length === 0) return []
    const readings = measured.map(({ compared }) => read(compared.evidence))
    const verdict = readPool(pooled.pool, wholeRule(lead.compared.evidence.rule, states.length), readings)
    if (verdict.fired === null) return []
    const worst = measured.reduce((most, state) => ((state.value ?? 0) > (most.value ?? 0) ? state : most))
    return [{ gate: before.gate, route: worst.route, words: wordsOf(pooled.total, states.length, chanceOf(verdict)) }]
  })
}

/** The gate's whole part of the budget: its routes were given half of it, divided among them. */
function wholeRule(rule: Rule, routes: number): Rule {
  const { alpha } = rule.knobs
  const whole = { relative: alpha.relative * 2 * routes, absolute: alpha.absolute * 2 * routes }
  return { ...rule, knobs: { ...rule.knobs, alpha: whole } }
}

function booked(turn: Turn, before: Pooled, states: readonly Comparing[]): Pooled {
  const [lead] = states
  if (!lead) return before
  const length = blockMs(lead.compared.evidence.rule)
  const spec = turn.shift.gateSpecs.find(({ name }) => name === before.gate)
  const measuredTo = Math.min(
    ...turn.shift.meters
      .filter(({ key }) => states.some(({ route }) => key === (spec && meterOf(spec, route))))
      .map((meter) => meter.judgedTo ?? 0)
  )
  let pooled = before
  for (let start = before.doneTo; start + length <= measuredTo; start += length)
    pooled = withBlock(pooled, states, start, length)
  return pooled
}

function withBlock(pooled: Pooled, states: readonly Comparing[], start: Instant, length: Ms): Pooled {
  const inside = pooled.pending.filter((one) => one.start >= start && one.start < start + length)
  const routes = states.map(({ route, compared }): PooledRoute => ({
    rule: compared.evidence.rule,
    counts: inside.filter((one) => one.route === route).reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS)
  }))
  return {
    ...pooled,
    pool: stepPool(pooled.pool, routes, pooled.first),
    doneTo: start + length,
    pending: pooled.pending.filter((one) => one.start >= start + length),
    first: false,
    total: routes.reduce((sum, { counts }) => addCounts(sum, counts), pooled.total)
  }
}

function wordsOf({ n1, e1, n0, e0 }: Counts, routes: number, chance: string): string {
  const rate = (e: number, n: number) => (n === 0 ? 'none' : formatRate(e / n))
  return `over ${routes} routes together new fails ${rate(e1, n1)} of ${formatCount(n1)} requests, old ${rate(e0, n0)} of ${formatCount(n0)}: ${chance}`
}
