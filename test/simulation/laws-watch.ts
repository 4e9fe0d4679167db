/**
 * What must happen within a stated time, looked at every few seconds: a breach that can be seen leads back in every phase, the
 * red button and orders are heard, a rollback's writes go out at once, and what has ended stays as it was.
 */
import type { ErrorRateGate } from '../../src/core/policy.ts'
import { isZero, sameShare } from '../../src/core/share.ts'
import { isEnded, isGoingBack, type Shift, type ShiftId } from '../../src/core/shift.ts'
import type { Instant, Ms } from '../../src/core/time.ts'
import { ZERO } from '../../src/core/want.ts'
import type { Chronicle } from './chronicle.ts'
import { isAbove, isGone, percent, toldShare, type Court } from './law.ts'
import type { Stage } from './stage.ts'

export const TICK_MS: Ms = 5_000
/** From when a bad period can be seen to rolling back: the reader's longest pause, a look, a decision. */
const BREACH_MS: Ms = 75_000
/** A dead new side is looked at every 10 s, twice, 5 s apart. */
const EMPTY_MS: Ms = 25_000
const HEARD_MS: Ms = 45_000
/** Writes are repeated every 2 s, looks come every 5 s at least. */
const RETURN_MS: Ms = 30_000
/** A rollback's write waits for one read of at most 2 s, and for nothing else. */
const BACK_WRITE_MS: Ms = 6_000
/** Of the watched time after an end. */
export const AFTER_MS: Ms = 95_000

interface Bench {
  readonly stage: Stage
  readonly court: Court
  readonly chronicle: Chronicle
}

export function watchTime(bench: Bench): void {
  const { stage, court } = bench
  const tick = (): void => {
    const shift = stage.ledger.newest()
    if (shift && !isEnded(shift.phase) && court.violations.length === 0) {
      judgeBreach(bench, shift)
      judgeEmpty(bench, shift)
      judgeHeard(bench, shift)
      judgeReturn(bench, shift)
    }
    stage.clock.after(TICK_MS, tick)
  }
  stage.clock.after(TICK_MS, tick)
  watchBackWrites(bench)
  watchEnds(bench)
}

function mustGoBack(shift: Shift): boolean {
  const { phase, policy } = shift
  if (policy.mode !== 'act' || shift.firstWriteAt === null || isGoingBack(phase)) return false
  if (phase.kind !== 'halted') return true
  return phase.why !== 'breach_at_start' && phase.why !== 'old_unhealthy'
}

/** No place to land, or only lately again. */
function oldIsUnfit(stage: Stage, shift: Shift): boolean {
  const now = stage.clock.now()
  return shift.routes.some(({ name }) => {
    const { healthy, since } = stage.targets(name, 'old')
    return healthy === 0 || now - since < BREACH_MS
  })
}

function judgeBreach({ stage, court }: Bench, shift: Shift): void {
  const calm = stage.weather.calmFor('reads', 'process', 'clock')
  if (calm < BREACH_MS || !mustGoBack(shift) || oldIsUnfit(stage, shift)) return
  for (const gate of shift.gateSpecs) {
    // A comparison convicts on evidence that adds up: no single period tells when it must have.
    if (gate.type !== 'errorRate' || gate.against !== 'none') continue
    if ((gate.action ?? shift.policy.onBreach) !== 'rollback') continue
    for (const { name } of shift.routes) {
      const bad = badPeriod(stage, shift, gate, name)
      if (bad === null) continue
      return court.accuse(
        'breachUnheard',
        `${name}: ${gate.name} could be seen at ${stage.world.stamp(bad.visibleAt)} (${bad.errors} of ${bad.requests}), and the shift is ${shift.phase.kind}`
      )
    }
  }
}

interface Period {
  readonly isBad: boolean
  /** Old was asked as well: without that nobody can say which side is better. */
  readonly isCompared: boolean
  readonly requests: number
  readonly errors: number
}

/** What was served is over and does not change: looked up once. */
const known = new WeakMap<Stage, Map<string, Period>>()

function servedIn(stage: Stage, gate: ErrorRateGate, route: string, start: Instant): Period {
  const periods = known.get(stage) ?? new Map<string, Period>()
  known.set(stage, periods)
  const key = `${gate.name} ${route} ${start}`
  const found = periods.get(key) ?? judgePeriod(stage, gate, route, start)
  periods.set(key, found)
  return found
}

function judgePeriod(stage: Stage, gate: ErrorRateGate, route: string, start: Instant): Period {
  const served = stage.world.served(start, start + gate.periodMs, route)
  const { requests, c5xx } = served.new.counts
  const old = served.old.counts
  const rate = requests === 0 ? 0 : c5xx / requests
  const oldRate = old.requests === 0 ? 0 : old.c5xx / old.requests
  const isBad = requests >= 3 * gate.minRequests && rate > 1.5 * gate.max + 0.01 && oldRate < rate / 2
  return { isBad, isCompared: old.requests > 0, requests, errors: c5xx }
}

/** A period that has been mature for long enough, and in which new failed more than it may, old less. */
function badPeriod(stage: Stage, shift: Shift, gate: ErrorRateGate, route: string) {
  const { metrics } = stage.scenario
  const now = stage.clock.now()
  const lateMs = Math.max(gate.delayMs, metrics.delayMs + metrics.lateMs) + gate.periodMs
  const newest = Math.floor((now - BREACH_MS - lateMs) / gate.periodMs - 1) * gate.periodMs
  const first = Math.ceil((shift.firstWriteAt ?? now) / gate.periodMs) * gate.periodMs
  const isHeldForOld = shift.phase.kind === 'halted' && shift.phase.why === 'old_unfit'
  // What was counted while old was down says nothing of it now.
  const oldSince = isHeldForOld ? stage.targets(route, 'old').since : first
  for (let start = newest; start >= first && start > newest - 5 * gate.periodMs; start -= gate.periodMs) {
    const { isBad, isCompared, requests, errors } = servedIn(stage, gate, route, start)
    if (isBad && (!isHeldForOld || (isCompared && start >= oldSince)))
      return { visibleAt: start + gate.periodMs + lateMs, requests, errors }
  }
  return null
}

/** Weight on new and nobody there: no gate is needed to see it (FM-43). */
function judgeEmpty({ stage, court, chronicle }: Bench, shift: Shift): void {
  const now = stage.clock.now()
  const calm = stage.weather.calmFor('reads', 'process')
  if (calm < EMPTY_MS || !mustGoBack(shift) || oldIsUnfit(stage, shift)) return
  for (const { name } of shift.routes) {
    const { healthy, since } = stage.targets(name, 'new')
    if (isGone(stage, name)) continue
    const lasts = now - Math.max(since, chronicle.toldSince(name))
    const dead = healthy === 0 && !isZero(toldShare(stage, name)) && lasts > EMPTY_MS
    court.must(
      'emptyUnheard',
      !dead,
      () => `${name}: no healthy target of new for ${lasts / 1000} s, and the shift is ${shift.phase.kind}`
    )
  }
}

function judgeHeard({ stage, court }: Bench, shift: Shift): void {
  const calm = stage.weather.calmFor('reads', 'process')
  if (calm < HEARD_MS) return
  const now = stage.clock.now()
  // A release waits for what may still land; it is heard all the same.
  const patience = (verb: string): Ms => HEARD_MS + (verb === 'release' ? AFTER_MS : 0)
  const old = stage.ledger.openCommands(shift.id).find(({ at, order }) => now - at > patience(order.verb))
  court.must(
    'orderUnheard',
    old === undefined,
    () => `${old?.order.verb} was given ${(now - (old?.at ?? 0)) / 1000} s ago`
  )
  const { stop } = stage.ledger
  if (!stop || now - stop.at < HEARD_MS || shift.createdAt > stop.at) return
  const { kind } = shift.phase
  const still = kind === 'paused' || kind === 'halted' || isGoingBack(shift.phase)
  const heard = stop.action === 'hold' ? still : isGoingBack(shift.phase) || kind === 'halted'
  court.must(
    'stopUnheard',
    heard,
    () => `stop ${stop.action} was pressed ${(now - stop.at) / 1000} s ago, and the shift is ${kind}`
  )
}

/** In fair weather users are back soon, and on a wrong clock too. */
function judgeReturn({ stage, court, chronicle }: Bench, shift: Shift): void {
  const calm = stage.weather.calmFor('reads', 'writes', 'process')
  const { phase, policy } = shift
  if (calm < RETURN_MS || !isGoingBack(phase) || policy.rollback.shape !== 'direct') return
  const now = stage.clock.now()
  for (const route of shift.routes) {
    const stands = now - chronicle.toldSince(route.name)
    const away = isAbove(toldShare(stage, route.name), route.restore ?? ZERO) && stands > RETURN_MS
    const rightfully = isGone(stage, route.name) || now - chronicle.goingBackSince() < RETURN_MS
    court.must(
      'return',
      !away || rightfully,
      () => `${route.name}: ${phase.kind}, and still ${percent(toldShare(stage, route.name))}`
    )
  }
}

/** The first asks of a rollback are sent soon, whatever can be read and however busy everybody is. */
function watchBackWrites({ stage, court }: Bench): void {
  const { clock, world } = stage
  stage.ledger.onSave(({ before, next }) => {
    if (!isGoingBack(next.phase) || isGoingBack(before.phase)) return
    const since = clock.now()
    const life = stage.life()
    for (const route of next.routes) {
      const was = before.routes.find(({ name }) => name === route.name)
      const fresh = route.asks.find(({ n }) => !was?.asks.some((ask) => ask.n === n))
      if (!fresh || isGone(stage, route.name)) continue
      clock.after(BACK_WRITE_MS, () => {
        const undisturbed =
          life === stage.life() && life.incarnation.alive && stage.weather.calmFor('process') >= BACK_WRITE_MS
        const sent = world.log.some(
          (write) => write.route === route.name && write.by === 'sluice' && write.sentAt >= since
        )
        court.must(
          'heldBack',
          sent || !undisturbed,
          () => `${route.name}: the rollback's write of ${world.stamp(since)} is not sent yet`
        )
      })
    }
  })
}

/** Restored stays restored, completed stays completed, and nobody writes any more (FM-47). */
function watchEnds({ stage, court, chronicle }: Bench): void {
  const { clock, world } = stage
  const watched = new Map<ShiftId, Instant>()
  stage.ledger.onSave(({ next }) => {
    if (!isEnded(next.phase) || watched.has(next.id)) return
    const endedAt = clock.now()
    watched.set(next.id, endedAt)
    clock.after(AFTER_MS - 1_000, () => {
      for (const { name } of next.routes) {
        const later = world.log.find(
          (write) =>
            write.by === 'sluice' &&
            write.route === name &&
            write.landedAt !== null &&
            write.landedAt > endedAt &&
            write.sentAt <= endedAt &&
            write.split !== null &&
            !sameShare(write.split, chronicle.toldAt(name, endedAt))
        )
        const harmless =
          later?.split != null &&
          next.phase.kind !== 'completed' &&
          !isAbove(later.split, chronicle.toldAt(name, endedAt))
        court.must(
          'afterEnd',
          later === undefined || harmless,
          () =>
            `${name}: ${next.phase.kind}, and then a write of ours lands: ${later?.split ? percent(later.split) : '?'}`
        )
      }
    })
  })
}
