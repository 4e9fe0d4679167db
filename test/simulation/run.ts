/**
 * One scenario from its start to its end, judged all along. Same scenario, same run: the digest says so.
 */
import type { ShiftView } from '../../src/core/view.ts'
import { decide } from '../../src/core/decide.ts'
import { isEnded, type Shift } from '../../src/core/shift.ts'
import { keepChronicle } from './chronicle.ts'
import { faultsEnd, schedule } from './deeds.ts'
import { watchSaves } from './laws-save.ts'
import { watchSends } from './laws-send.ts'
import { AFTER_MS, watchTime } from './laws-watch.ts'
import { openCourt, type Court, type Violation } from './law.ts'
import type { Mutant } from './life.ts'
import { makePerson } from './person.ts'
import { watchReplicas } from './replicasLaws.ts'
import { setUpReplicas } from './replicasStage.ts'
import type { Scenario } from './scenario.ts'
import { setUp, type Stage } from './stage.ts'

export interface Result {
  readonly violations: readonly Violation[]
  readonly digest: string
  readonly trace: readonly string[]
  /** How the shifts ended. */
  readonly ends: readonly string[]
  readonly virtualMs: number
  readonly events: number
}

/** Faults are over, and nobody acts yet: whoever is held must still be guarded. */
const WATCH_MS = 200_000
const LOOK_EVERY_MS = 30_000
const LONGEST_MS = 60 * 60_000
const MOST_SHIFTS = 3

export async function run(scenario: Scenario, mutant: Mutant | null = null): Promise<Result> {
  const replicas = scenario.replicas ? setUpReplicas(scenario, mutant) : null
  const stage = replicas ?? setUp(scenario, mutant)
  const court = openCourt(stage)
  if (replicas) watchReplicas(replicas, court)
  try {
    await play(stage, court)
  } catch (error) {
    court.accuse('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    stage.end()
  }
  const { clock, world } = stage
  if (court.violations.length > 0) stage.trace.push('', 'What became of each write:', ...world.story())
  return {
    violations: court.violations,
    digest: `${clock.digest()}-${clock.done}`,
    trace: stage.trace,
    ends: [...stage.ledger.current.values()].map((shift) => shift.phase.kind),
    virtualMs: clock.elapsed(),
    events: clock.done
  }
}

async function play(stage: Stage, court: Court): Promise<void> {
  const { clock, scenario, ledger } = stage
  const chronicle = keepChronicle(stage)
  const bench = { stage, court, chronicle }
  watchSends(stage, court, chronicle)
  watchSaves(bench)
  watchTime(bench)
  schedule(stage)
  keepStarting(stage)
  let savedAt = 0
  ledger.onSave(() => {
    savedAt = clock.now()
  })
  const over = (): boolean => {
    const shift = ledger.newest()
    if (court.violations.length > 0) return true
    return shift !== null && isEnded(shift.phase) && clock.now() - savedAt > AFTER_MS && !mayStartAgain(stage)
  }
  if (!(await clock.runUntil(over, scenario.faultsMs - clock.elapsed()))) {
    faultsEnd(stage)
    await clock.runUntil(over, WATCH_MS)
  }
  await toTheEnd(stage, court, over)
  if (court.violations.length > 0) return
  await takeBack(stage, court, over)
  for (const law of stage.broken) court.accuse('brokenLaw', law)
  for (const id of ledger.births.keys()) await judgeRecord(stage, court, id)
}

async function toTheEnd(stage: Stage, court: Court, over: () => boolean): Promise<void> {
  const { clock } = stage
  const person = makePerson(stage)
  const until = clock.now() + LONGEST_MS
  while (!over() && clock.now() < until) {
    person.act()
    await clock.runUntil(over, LOOK_EVERY_MS)
  }
  const shift = stage.ledger.newest()
  if (court.violations.length > 0) return
  court.must(
    'liveness',
    shift !== null && isEnded(shift.phase),
    () => `the shift is ${shift?.phase.kind ?? 'not there'}`
  )
}

/** A completed shift is taken back: a linked one, which must restore everything. */
async function takeBack(stage: Stage, court: Court, over: () => boolean): Promise<void> {
  const shift = stage.ledger.newest()
  const { clock } = stage
  if (!stage.scenario.restore || shift?.phase.kind !== 'completed' || shift.policy.mode === 'observe') return
  if (!stage.life().incarnation.alive) return
  const before = stage.ledger.births.size
  stage.say('☎  restore')
  stage
    .life()
    .sluice.restore(shift.id, 'slow at the peak', 'oncall')
    .then(
      (view: ShiftView) => stage.say(`   ${view.id}`),
      (err: unknown) => stage.say(`   refused: ${String(err)}`)
    )
  await clock.runUntil(() => court.violations.length > 0, 10_000)
  if (stage.ledger.births.size > before) await toTheEnd(stage, court, over)
}

function mayStartAgain(stage: Stage): boolean {
  const { births, current } = stage.ledger
  const last = [...current.values()].at(-1)
  const early = stage.clock.elapsed() < stage.scenario.faultsMs - 60_000
  return early && last?.phase.kind === 'refused' && births.size < MOST_SHIFTS
}

/** A person starts the shift, and asks again with the same key until it is there; a refused one is tried anew. */
function keepStarting(stage: Stage): void {
  const { clock, ledger, scenario, world } = stage
  const attempt = (): void => {
    const last = ledger.newest()
    const wanted = last === null || mayStartAgain(stage)
    if (wanted && stage.life().incarnation.alive) {
      const key = `start-${ledger.births.size}`
      stage
        .life()
        .sluice.start({
          migration: world.migration(),
          policy: scenario.policy,
          reason: 'a simulation',
          routes: null,
          toPercent: null,
          from: scenario.from,
          actor: 'tester',
          idempotency: { key, digest: key }
        })
        .catch((err: unknown) => stage.say(`   start refused: ${String(err)}`))
    }
    if (ledger.births.size < MOST_SHIFTS) clock.after(10_000, attempt)
  }
  attempt()
}

/** Numbered without gaps, none lost or doubled; and every decision is decided again from what it saw. */
async function judgeRecord(stage: Stage, court: Court, id: string): Promise<void> {
  const { inner, births, current } = stage.ledger
  const events = await inner.events(id, 0, 100_000)
  const gap = events.findIndex((event, i) => event.seq !== i + 1)
  court.must('events', gap < 0 && events.length > 0, () => `event ${gap + 1} is numbered ${events[gap]?.seq}`)
  const last = current.get(id)
  court.must('events', events.length === last?.seq, () => `${events.length} events, and ${last?.seq} were counted`)
  const again = stage.mutant?.decide?.(decide) ?? decide
  let state = births.get(id)
  for (const deed of await inner.deeds(id, 0, 100_000)) {
    if (!state) break
    const { shift }: { readonly shift: Shift } = again(state, deed.seen, deed.at)
    if (shift.version !== deed.version) {
      return court.accuse(
        'replay',
        `version ${deed.version} is not decided again: ${state.phase.kind} ${shift.version}`
      )
    }
    state = shift
  }
  court.must('replay', JSON.stringify(state) === JSON.stringify(last), () => 'the last decision is not decided again')
}
