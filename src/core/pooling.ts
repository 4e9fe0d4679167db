/**
 * The evidence of one comparison over all routes of a shift, block by block, as soon as every route has delivered it (GATING 3.9). It
 * convicts the shift where no single route could; it never acquits one. Routes that are one measurement enter once.
 */
import { addCounts, NO_COUNTS, type Counts } from './evidence/counts.ts'
import { read } from './evidence/evidence.ts'
import { newPool, readPool, stepPool, type Pool, type PooledRoute } from './evidence/pool.ts'
import { BLOCK_MS, type Rule } from './evidence/rule.ts'
import { pooledInWords } from './evidence/words.ts'
import { comparisonOf, phrasingOf, type Counted, type Of } from './gates/comparing.ts'
import { meterOf } from './gates/meters.ts'
import { onceMeasured } from './migration.ts'
import type { Compared, GateState, Pooled, PooledBlock, PooledPeriod } from './shift.ts'
import type { Instant, Ms } from './time.ts'
import { patch, type Turn } from './turn.ts'

/** Whole blocks that may still be revised (GATING 3.1). */
const KEPT = 4

interface Member {
  readonly state: GateState
  readonly compared: Compared
}

/** A period of one route for the pools of its gate; nothing where the gate covers one route only. */
export function toPools(
  turn: Turn,
  state: GateState,
  start: Instant,
  counted: readonly (Counted & { readonly first: boolean })[]
): void {
  for (const { of, counts, first } of counted) {
    const among = membersOf(turn, state.gate, of)
    const [lead] = among
    if (among.length < 2 || !lead || !among.some((one) => one.state.route === state.route)) continue
    const known = turn.shift.pools.find((pool) => isPool(pool, state.gate, of))
    const pooled = known ?? begun(state.gate, of, lead.compared.evidence.rule)
    const length = blockMs(lead.compared.evidence.rule)
    replace(turn, withPeriod(pooled, { route: state.route, start, counts }, { length, first }))
  }
}

/** A period was counted again: a block that is not settled says what it says now. */
export function reviseInPools(turn: Turn, state: GateState, start: Instant, counted: readonly Counted[]): void {
  for (const { of, counts } of counted) {
    const pooled = turn.shift.pools.find((pool) => isPool(pool, state.gate, of))
    if (!pooled) continue
    const is = (one: PooledPeriod) => one.route === state.route && one.start === start
    const blocks = pooled.blocks.map((block) =>
      block.periods.some(is)
        ? { ...block, periods: block.periods.map((one) => (is(one) ? { ...one, counts } : one)) }
        : block
    )
    replace(turn, { ...pooled, blocks })
  }
}

function isPool(pool: Pooled, gate: string, of: Of): boolean {
  return pool.gate === gate && (pool.of ?? null) === of
}

function begun(gate: string, of: Of, rule: Rule): Pooled {
  return { gate, ...(of === null ? {} : { of }), settled: newPool(rule), blocks: [], total: NO_COUNTS }
}

function replace(turn: Turn, next: Pooled): void {
  const others = turn.shift.pools.filter((pool) => !isPool(pool, next.gate, next.of ?? null))
  patch(turn, { pools: [...others, next] })
}

function withPeriod(
  pooled: Pooled,
  period: PooledPeriod,
  { length, first }: { readonly length: Ms; readonly first: boolean }
): Pooled {
  const start = Math.floor(period.start / length) * length
  const same = pooled.blocks.find((block) => block.start === start)
  const next: PooledBlock = {
    start,
    first: first || (same?.first ?? false),
    periods: [...(same?.periods ?? []), period]
  }
  const others = pooled.blocks.filter((block) => block !== same)
  return { ...pooled, blocks: [...others, next].sort((a, b) => a.start - b.start) }
}

function blockMs(rule: Rule): Ms {
  return Math.max(BLOCK_MS, rule.periodMs)
}

/** States of the gate that compare, one for each measurement. */
function membersOf(turn: Turn, gate: string, of: Of): readonly Member[] {
  const once = onceMeasured(turn.shift.routeSpecs.filter(({ name }) => comparesOn(turn, gate, name)))
  return turn.shift.gates.flatMap((state) => {
    const compared = state.gate === gate && once.includes(state.route) ? comparisonOf(state, of) : undefined
    return compared ? [{ state, compared }] : []
  })
}

function comparesOn(turn: Turn, gate: string, route: string): boolean {
  return turn.shift.gates.some((state) => state.gate === gate && state.route === route)
}

export interface Convicted {
  readonly gate: string
  /** The route that carries the verdict: the worst of them. */
  readonly route: string
  readonly words: string
}

/** Settles what can no longer change; answers the gates on which the shift as a whole is convicted. */
export function bookPools(turn: Turn): readonly Convicted[] {
  return turn.shift.pools.flatMap((before) => {
    const members = membersOf(turn, before.gate, before.of ?? null)
    const [lead] = members
    if (!lead) return []
    const whole = wholeBlocks(turn, before, members)
    const pooled = settle(before, whole, members)
    if (pooled !== before) replace(turn, pooled)
    const open = whole.filter(({ start }) => pooled.blocks.some((block) => block.start === start))
    const pool = open.reduce((sum, block) => withBlock(sum, block, members), pooled.settled)
    const measured = members.filter(({ compared }) => compared.evidence.blocks.length > 0)
    if (pool.seen === 0 || measured.length === 0) return []
    const readings = measured.map(({ compared }) => read(compared.evidence))
    const verdict = readPool(pool, wholeRule(lead.compared.evidence.rule, members.length), readings)
    if (verdict.fired === null) return []
    const { state } = measured.reduce((most, one) => ((one.state.value ?? 0) > (most.state.value ?? 0) ? one : most))
    const spec = turn.shift.gateSpecs.find(({ name }) => name === before.gate)
    const total = open.map(countsOf).reduce(addCounts, pooled.total)
    const words = pooledInWords(total, members.length, verdict, spec && phrasingOf(spec, before.of ?? null))
    return [{ gate: before.gate, route: state.route, words }]
  })
}

/** The comparison's whole part of the budget: its routes were given half of it, divided among them. */
function wholeRule(rule: Rule, routes: number): Rule {
  const { alpha } = rule.knobs
  const whole = { relative: alpha.relative * 2 * routes, absolute: alpha.absolute * 2 * routes }
  return { ...rule, knobs: { ...rule.knobs, alpha: whole } }
}

/** Blocks that every route has delivered, oldest first. */
function wholeBlocks(turn: Turn, { blocks }: Pooled, members: readonly Member[]): readonly PooledBlock[] {
  const [lead] = members
  if (!lead) return []
  const spec = turn.shift.gateSpecs.find(({ name }) => name === lead.state.gate)
  const keys = members.map(({ state }) => spec && meterOf(spec, state.route))
  const judged = turn.shift.meters.filter(({ key }) => keys.includes(key)).map(({ judgedTo }) => judgedTo ?? 0)
  const measuredTo = Math.min(...judged)
  const length = blockMs(lead.compared.evidence.rule)
  return blocks.filter(({ start }) => start + length <= measuredTo)
}

function settle(before: Pooled, whole: readonly PooledBlock[], members: readonly Member[]): Pooled {
  const old = whole.slice(0, Math.max(0, whole.length - KEPT))
  if (old.length === 0) return before
  return {
    ...before,
    settled: old.reduce((sum, block) => withBlock(sum, block, members), before.settled),
    blocks: before.blocks.filter((block) => !old.includes(block)),
    total: old.map(countsOf).reduce(addCounts, before.total)
  }
}

function withBlock(pool: Pool, block: PooledBlock, members: readonly Member[]): Pool {
  const routes = members.map(({ state, compared }): PooledRoute => {
    const own = block.periods.filter(({ route }) => route === state.route)
    return { rule: compared.evidence.rule, counts: own.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS) }
  })
  return stepPool(pool, routes, block.first)
}

function countsOf({ periods }: PooledBlock): Counts {
  return periods.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS)
}
