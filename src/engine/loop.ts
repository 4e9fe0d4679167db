/**
 * One shift, from wherever it stands to its end: observe, decide, save, perform, sleep. The law: no effect before its decision
 * is saved; where the save is refused, somebody else decided, and we look again. Nothing but this file has effects performed.
 */
import { decide as soundDecide } from '../core/decide.ts'
import type { Decision } from '../core/decision.ts'
import { brokenLaws, haltBroken } from '../core/invariant.ts'
import type { Observation } from '../core/observation.ts'
import { isEnded, type Shift, type ShiftId } from '../core/shift.ts'
import { whyUnreadable } from '../core/unreadable.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { AlarmSource } from '../observers/alarms.ts'
import type { Observer } from '../observers/observer.ts'
import type { Prober } from '../probes/probe.ts'
import type { Router } from '../routers/router.ts'
import type { Store } from '../stores/store.ts'
import { makeBell, type Bell, type Haste } from './bell.ts'
import { lookOf, type Line } from './line.ts'
import { makeEyes, type Eyes } from './observe.ts'
import { makePen, type Pen } from './pen.ts'
import { inShiftTime, makeShiftTime, type ShiftTime } from './shiftTime.ts'
import { SILENT, tellOf, type Voice } from './voice.ts'
import type { Witness } from './witness.ts'

/** After a failure of the store or a bug: looked at again so soon, then slower. */
const RETRY_MS: Ms = 1_000
const RETRY_MOST_MS: Ms = 15_000

/** A shift that another version stored is tried again so often. */
const UNREAD_MS: Ms = 60_000

/** Looked at at least so soon again and no sooner: a decision's wakeAt is always later, this bounds mistakes. */
const LEAST_SLEEP_MS: Ms = 20

export interface LoopDeps {
  readonly router: Router
  readonly observer: Observer
  readonly alarms?: AlarmSource | undefined
  readonly prober?: Prober | undefined
  readonly store: Store
  readonly clock: Clock
  /** Shared by all loops: whose turn it is to look. */
  readonly line: Line
  readonly witness: Witness
  /** Who is told; nobody where it is left out. */
  readonly voice?: Voice | undefined
  /** For simulations: another decision in the place of the core's. */
  readonly decide?: typeof soundDecide
  /** A turn is over: it was looked at, and what was decided on that, if anything, is saved. */
  readonly onTurned?: ((shift: Shift, seen: Observation, at: Instant) => void) | undefined
  /** The shift was saved. */
  readonly onSaved: (shift: Shift, wakeAt: Instant | null) => void
  /** The world was looked at. */
  readonly onSeen: (id: ShiftId, seen: Observation, at: Instant, wakeAt: Instant | null) => void
}

export interface Loop {
  /** Look again now: an order arrived. */
  nudge(): void
  /** When it last began to look again, be it after a failure; now, while others look first. */
  turnedAt(): Instant
  /** Resolves when the shift has ended, or after `stop`. Never rejects. */
  readonly done: Promise<void>
  /** Stops deciding; waits at most `ms` for writes that are on their way. */
  stop(ms: Ms): Promise<void>
}

export function startLoop(id: ShiftId, deps: LoopDeps): Loop {
  const off = new AbortController()
  const bell = makeBell(deps.clock)
  const pen = makePen({
    router: deps.router,
    clock: deps.clock,
    onAnswer: (answer) => {
      deps.witness.wrote(id, answer)
      bell.ring()
    }
  })
  const eyes = makeEyes({
    ...deps,
    pen,
    signal: off.signal,
    ring: () => bell.ring('news'),
    failed: (what, err) => deps.witness.failed(what, id, err)
  })
  // What looks beside the loop has nothing to look for after the end.
  const time = makeShiftTime(deps.clock)
  let turnedAt: Instant | null = deps.clock.now()
  const turning = (inLine: boolean) => {
    turnedAt = inLine ? null : deps.clock.now()
  }
  const done = run(id, deps, { eyes, pen, bell, time, turning, signal: off.signal }).finally(() => off.abort())
  return {
    nudge: () => bell.ring(),
    turnedAt: () => turnedAt ?? deps.clock.now(),
    done,
    stop: async (ms) => {
      off.abort()
      await Promise.all([done, pen.close(ms)])
    }
  }
}

interface Parts {
  readonly eyes: Eyes
  readonly pen: Pen
  readonly bell: Bell
  readonly time: ShiftTime
  /** A turn begins, or waits in line to begin. */
  readonly turning: (inLine: boolean) => void
  readonly signal: AbortSignal
}

async function run(id: ShiftId, deps: LoopDeps, parts: Parts): Promise<void> {
  const { clock, witness } = deps
  let shift: Shift | null = null
  let failures = 0
  let haste: Haste = 'news'
  while (!parts.signal.aborted) {
    parts.turning(false)
    try {
      shift ??= await deps.store.takeUp(id)
      if (!shift || isEnded(shift.phase)) return
      const unread = whyUnreadable(shift)
      if (unread !== null) {
        witness.failed('load', id, new Error(unread))
        shift = null
        // Open, and looked at by nobody: said again, until a person releases it.
        await parts.bell.sleep(UNREAD_MS, parts.signal)
        continue
      }
      parts.time.notBefore(shift.updatedAt)
      const turned = await turn(shift, haste, deps, parts)
      failures = 0
      shift = turned.shift
      if (shift && isEnded(shift.phase)) return
      haste = await parts.bell.sleep(turned.sleepMs, parts.signal)
    } catch (err) {
      // The store failed, or a bug: nothing was performed that was not saved. Read what stands there and go on.
      failures += 1
      shift = null
      witness.failed('turn', id, err)
      await clock.sleep(Math.min(RETRY_MOST_MS, RETRY_MS * failures), parts.signal)
    }
  }
}

/** One turn; `shift` is null where somebody else saved it since, and it must be loaded again. */
async function turn(
  shift: Shift,
  haste: Haste,
  deps: LoopDeps,
  parts: Parts
): Promise<{ shift: Shift | null; sleepMs: Ms }> {
  const { clock, store, witness, voice = SILENT, decide = soundDecide } = deps
  const looked = await lookInTurn(shift, haste, deps.line, parts)
  if (parts.signal.aborted) return { shift, sleepMs: 0 }
  const now = parts.time.now()
  const seen = inShiftTime(looked, parts.time.aheadMs())
  witness.observed(shift, seen, now)
  const decision = soundly(decide, shift, seen, now, witness)
  deps.onSeen(shift.id, seen, now, decision.wakeAt)
  if (decision.shift !== shift) {
    const { events, consumed } = decision
    const notices = tellOf(voice, decision.shift, events, witness)
    const saved = await store.save(decision.shift, shift.version, { events, consumed, seen, notices })
    if (saved === 'stale') return { shift: null, sleepMs: 0 }
    if (notices.length > 0) voice.ring()
    witness.decided(shift, decision)
    deps.onSaved(decision.shift, decision.wakeAt)
  }
  deps.onTurned?.(decision.shift, seen, now)
  parts.eyes.settled(looked)
  if (!parts.signal.aborted) parts.pen.write(decision.shift, decision.effects)
  const readAt = parts.eyes.nextReadAt(decision.shift, clock.now())
  const waits = [
    ...(decision.wakeAt === null ? [] : [decision.wakeAt - parts.time.now()]),
    ...(readAt === null ? [] : [readAt - clock.now()])
  ]
  return { shift: decision.shift, sleepMs: Math.max(LEAST_SLEEP_MS, Math.min(...waits)) }
}

/** What takes no place among the reads of live state goes out at once: measurements arrive while this shift waits in line. */
async function lookInTurn(shift: Shift, haste: Haste, line: Line, parts: Parts): Promise<Observation> {
  parts.eyes.poll(shift)
  if (haste === 'now') return parts.eyes.look(shift)
  parts.turning(true)
  const leave = await parts.bell.until((hurry) => line.enter(lookOf(shift, haste === 'news'), hurry), parts.signal)
  parts.turning(false)
  try {
    return await parts.eyes.look(shift)
  } finally {
    leave()
  }
}

/** A decision that breaks a law, or a bug that throws, halts this shift alone. */
function soundly(
  decide: typeof soundDecide,
  shift: Shift,
  seen: Observation,
  now: Instant,
  witness: Witness
): Decision {
  const again = now + RETRY_MS
  try {
    const decision = decide(shift, seen, now)
    const laws = brokenLaws(shift, seen, decision, now)
    if (laws.length === 0) return decision
    witness.broke(shift.id, laws)
    return haltBroken(shift, seen, laws, now, again)
  } catch (err) {
    const laws = [`decide threw: ${err instanceof Error ? err.message : String(err)}`]
    witness.broke(shift.id, laws)
    return haltBroken(shift, seen, laws, now, again)
  }
}
