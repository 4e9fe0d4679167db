/**
 * Step back and resume: on moderate evidence a lower percent is served until it clears, because time is cheap and users are not
 * (docs/gating.md). A weight change like any other: saved, read back, in the log with its numbers. The bake stands still meanwhile.
 */
import { gateCovers } from './create.ts'
import { comparisonsOf } from './gates/comparison.ts'
import { actionOf, emptyGates, specOfGate } from './judge.ts'
import { ALL } from './percent.ts'
import type { GateState, RouteState, Shift, StepBack } from './shift.ts'
import { fractionOf, tenthsOfShare, type Share } from './share.ts'
import { percentWanted } from './standing.ts'
import { converge } from './step.ts'
import { emit, patch, specOf, type Turn } from './turn.ts'
import { stepWant, UNPROVEN } from './want.ts'

/** From so many step backs in one step on, on-call is told: a truly but slightly worse new alternates for ever. */
const TOLD_FROM = 3

/** After one asked for by the past alone, old must have been seen beside new for so many periods more than the delay. */
const PAST_EXTRA = 2

interface Ask {
  readonly state: GateState
  readonly words: string
  readonly w: number
  readonly past: boolean
}

/** Goes to the lowest share that any gate asks for. True where it did. */
export function stepBack(turn: Turn): boolean {
  const { phase, policy, step } = turn.shift
  if (phase.kind !== 'baking' || policy.mode === 'observe' || policy.onAmber !== 'stepBack' || step < 0) return false
  const ask = lowest(turn.shift.gates.flatMap((state) => asksOf(turn, state)))
  if (!ask || !halves(turn.shift, ask.w)) return false
  const shares = Object.fromEntries(
    turn.shift.routes.map((route) => [route.name, backShare(turn.shift, route.name, ask.w)])
  )
  const from = percentWanted(turn.shift)
  const backs = turn.shift.backs + 1
  patch(turn, {
    back: { since: turn.now, percent: Math.round(ask.w * ALL), shares, past: ask.past },
    backs,
    bakeLeftMs: turn.shift.bakeLeftMs ?? Math.max(0, phase.until - turn.now),
    advance: false,
    routes: wanting(turn.shift, shares)
  })
  const { gate, route } = ask.state
  const to = percentWanted(turn.shift)
  emit(
    turn,
    'step.stepped_back',
    { code: 'stepped_back', gate, route, from, to, times: backs, words: ask.words },
    { page: backs >= TOLD_FROM }
  )
  return true
}

function asksOf(turn: Turn, state: GateState): readonly Ask[] {
  if (state.verdict !== 'hold' || actionOf(turn, specOfGate(turn, state)) === 'warn') return []
  return comparisonsOf(state).flatMap(({ back, words }) => (back ? [{ state, words, ...back }] : []))
}

function lowest(asks: readonly Ask[]): Ask | null {
  return asks.reduce<Ask | null>((least, ask) => (least === null || ask.w < least.w ? ask : least), null)
}

/** Worth a write only where it at least halves what is served. */
function halves(shift: Shift, w: number): boolean {
  return shift.routes.every((route) => w <= fractionOf(route.want.share) / 2)
}

/** The nearest pair of weights at or below `w` that the provider can write; never 0. */
function backShare(shift: Shift, name: string, w: number): Share {
  switch (specOf(shift, name).type) {
    case 'alb': {
      const tenths = Math.max(1, Math.floor(w * ALL))
      return { old: ALL - tenths, new: tenths }
    }
    case 'route53':
      return { old: 255, new: Math.max(1, Math.min(255, Math.floor((255 * w) / (1 - Math.min(w, 0.5))))) }
  }
}

/**
 * Back to the step's own percent at the first clear period that was served wholly at the lower one; where that is further than
 * maxJump, by way of the plan's percents between them, each of which has to stay clear as well. True where it resumed.
 */
export function resumeStep(turn: Turn): boolean {
  const { shift } = turn
  const { back, step } = shift
  if (back === null || shift.phase.kind !== 'baking' || !isClear(turn)) return false
  const within = stepWithin(shift)
  if (within < step) return riseTo(turn, back, within)
  const left = shift.bakeLeftMs
  patch(turn, {
    back: null,
    routes: shift.routes.map((route) => ({
      ...route,
      want: stepWant(shift, step, route.name),
      ...UNPROVEN,
      repairs: 0
    }))
  })
  emptyGates(turn)
  const again = turn.shift.backs
  converge(turn, step)
  patch(turn, { backs: again, bakeLeftMs: left })
  emit(turn, 'step.resumed', {
    code: 'step_resumed',
    percent: percentWanted(turn.shift),
    afterMs: turn.now - back.since
  })
  return true
}

/** The highest step up to the shift's own that adds no more than maxJump to what each route has; the own one where none does. */
function stepWithin({ step, steps, routes, policy }: Shift): number {
  const found = steps.slice(0, step + 1).findLastIndex(({ shares }) => {
    const rises = routes.map(({ name, want }) => tenthsOfShare(shares[name] ?? want.share) - tenthsOfShare(want.share))
    return rises.every((rise) => rise <= policy.maxJump) && rises.some((rise) => rise > 0)
  })
  return found < 0 ? step : found
}

/** Part of the way: a step back still, at a higher share. */
function riseTo(turn: Turn, { since }: StepBack, index: number): boolean {
  const to = turn.shift.steps[index]
  if (!to) return false
  patch(turn, {
    back: { since: turn.now, percent: to.percent, shares: to.shares, past: false },
    routes: wanting(turn.shift, to.shares)
  })
  emptyGates(turn)
  const percent = percentWanted(turn.shift)
  emit(turn, 'step.resumed', { code: 'step_resumed', percent, afterMs: turn.now - since })
  return true
}

/** The routes, each wanting another share of the same step. */
function wanting({ routes }: Shift, shares: Readonly<Record<string, Share>>): readonly RouteState[] {
  return routes.map((route) => {
    const share = shares[route.name] ?? route.want.share
    return { ...route, want: { ...route.want, share }, ...UNPROVEN, suspect: null, repairs: 0 }
  })
}

/** Nothing is suspected by any comparing gate. Periods in flight never count: they were served at the higher share. */
function isClear(turn: Turn): boolean {
  const { back, gates, gateSpecs } = turn.shift
  const comparing = gates.filter((state) =>
    gateSpecs.some((spec) => spec.name === state.gate && gateCovers(spec, state.route))
  )
  return comparing.flatMap(comparisonsOf).every(({ clear, evidence }) => {
    const delays = Math.ceil(evidence.rule.delayMs / evidence.rule.periodMs)
    return clear.is && clear.periods >= (back?.past ? delays + PAST_EXTRA : 1)
  })
}
