/**
 * Carries out effects, after they were saved. A forward write needs a fresh look at what must hold; a rollback's needs
 * nothing but the call itself. What became of each write is kept until a decision has seen it.
 */
import type { Call } from '../core/call.ts'
import type { Effect } from '../core/decision.ts'
import type { Answer, Observation, WriteOutcome } from '../core/observation.ts'
import type { RouteSpec } from '../core/migration.ts'
import { isEnded, isGoingBack, type Shift } from '../core/shift.ts'
import type { Ms } from '../core/time.ts'
import { isForward } from '../core/want.ts'
import type { Clock } from '../clock.ts'
import type { Router } from '../routers/router.ts'

/** An AWS write that takes longer is given up; its outcome is then unknown. */
export const WRITE_MS: Ms = 8_000

export interface Pen {
  /** Starts the writes; does not wait for them. What is on its way and not wanted any more is called off. */
  write(shift: Shift, effects: readonly Effect[]): void
  inFlight(): Observation['inFlight']
  /** Outcomes that no saved decision has seen yet. */
  answers(): readonly Answer[]
  /** These were seen by a saved decision. */
  settled(answers: readonly Answer[]): void
  /** Waits for what is on its way, at most `ms`, then calls it off. */
  close(ms: Ms): Promise<void>
}

interface Flight {
  readonly effect: Effect
  readonly off: AbortController
  readonly done: Promise<void>
}

export function makePen(deps: {
  readonly router: Router
  readonly clock: Clock
  readonly onAnswer: (answer: Answer) => void
}): Pen {
  const { router, clock } = deps
  const flights = new Map<number, Flight>()
  let answers: readonly Answer[] = []

  const land = (effect: Effect, outcome: WriteOutcome) => {
    flights.delete(effect.n)
    const answer: Answer = { route: effect.route, n: effect.n, outcome }
    answers = [...answers, answer]
    deps.onAnswer(answer)
  }

  const start = (shift: Shift, effect: Effect) => {
    const route = shift.routeSpecs.find((spec) => spec.name === effect.route)
    const state = shift.routes.find(({ name }) => name === effect.route)
    if (!route || !state) return
    // A former write of this route is called off: it may still land, and its ask stays open for that.
    for (const flight of flights.values()) if (flight.effect.route === effect.route) flight.off.abort()
    const off = new AbortController()
    const call: Call = { urgency: effect.urgency, deadlineAt: clock.now() + WRITE_MS, signal: off.signal }
    const done = carryOut(router, clock, route, effect, state.origin, call).then(
      (outcome) => land(effect, outcome),
      (err: unknown) => land(effect, { kind: 'unknown', code: 'bug', detail: String(err) })
    )
    flights.set(effect.n, { effect, off, done })
  }

  return {
    write: (shift, effects) => {
      for (const { effect, off } of flights.values()) if (!mayStillGo(shift, effect)) off.abort()
      effects.forEach((effect) => start(shift, effect))
    },
    inFlight: () =>
      [...flights.values()].map(({ effect }) => ({ route: effect.route, n: effect.n, want: effect.want })),
    answers: () => answers,
    settled: (seen) => {
      answers = answers.filter((answer) => !seen.includes(answer))
    },
    close: async (ms) => {
      const limit = clock.timeout(ms)
      const all = Promise.all([...flights.values()].map((flight) => flight.done))
      await Promise.race([all, clock.sleep(ms, limit.signal)])
      limit.clear()
      for (const flight of flights.values()) flight.off.abort()
    }
  }
}

/** A write may wait for its rate budget, or be tried again: by then the shift may be paused, on its way back, or over. */
function mayStillGo({ phase }: Shift, { urgency }: Effect): boolean {
  if (isEnded(phase)) return false
  return urgency === 'rollback' ? isGoingBack(phase) : isForward(phase.kind) || phase.kind === 'draining'
}

async function carryOut(
  router: Router,
  clock: Clock,
  route: RouteSpec,
  effect: Effect,
  origin: string | null,
  call: Call
): Promise<WriteOutcome> {
  if (effect.minHealthyNew > 0) {
    const withheld = await healthProblem(router, clock, route, effect.minHealthyNew, call)
    if (withheld) return withheld
  }
  const change = { route, to: effect.want, expect: effect.expect, swap: effect.swap, origin, n: effect.n }
  const outcomes = await router.write([change], call)
  return outcomes.get(route.key) ?? { kind: 'unknown', code: 'no_answer', detail: 'the router gave no outcome' }
}

/** Right before an increase: enough healthy targets, in a read that is made now. */
async function healthProblem(
  router: Router,
  clock: Clock,
  route: RouteSpec,
  needed: number,
  call: Call
): Promise<WriteOutcome | null> {
  const health = (await router.health([route], call)).get(route.key)
  if (clock.now() >= call.deadlineAt || call.signal.aborted) {
    return { kind: 'withheld', code: 'too_late', detail: 'the time for this write was over before it was sent' }
  }
  if (health?.kind !== 'health') {
    return { kind: 'withheld', code: 'health_unreadable', detail: health?.detail ?? 'no answer' }
  }
  if (health.new.healthy >= needed) return null
  const detail = `new has ${health.new.healthy} healthy targets and needs ${needed}`
  return { kind: 'withheld', code: 'new_unhealthy', detail }
}
