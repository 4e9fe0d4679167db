/**
 * A scenario set up: world, store, process, and what has been done to them so far. Knows nothing of what is right.
 */
import type { ShiftEvent } from '../../src/core/event.ts'
import type { ShiftId } from '../../src/core/shift.ts'
import type { Instant, Ms } from '../../src/core/time.ts'
import { makeStore } from '../../src/stores/index.ts'
import { patchGlobals } from '../support/virtual/globals.ts'
import { virtualClock, type VirtualClock } from '../support/virtual.ts'
import type { Moment as TrafficMoment } from '../support/world/behaviour.ts'
import { streamOf } from '../support/world/random.ts'
import { makeWorld, type World } from '../support/world/world.ts'
import { makeLedger, type Ledger } from './ledger.ts'
import { newLife, type Life, type Mutant } from './life.ts'
import { PENDING_MS, TTL_SECONDS, type NewSide, type Scenario } from './scenario.ts'
import { makeWeather, type Weather } from './weather.ts'
import { makeWire, type Wire } from './wire.ts'

export interface ForeignAct {
  readonly at: Instant
  readonly route: string
  readonly what: string
}

export interface Stage {
  readonly scenario: Scenario
  readonly clock: VirtualClock
  readonly world: World
  readonly wire: Wire
  readonly ledger: Ledger
  readonly weather: Weather
  readonly mutant: Mutant | null
  life(): Life
  /** How many processes there have been. */
  lives(): number
  lastBirthAt(): Instant
  /** A new process over the same store and world. */
  restart(skewMs: Ms): void
  /** What the next death leads to. */
  atDeath(downMs: Ms, skewMs: Ms): void
  zombie(forMs: Ms): void
  readonly foreign: ForeignAct[]
  readonly broken: string[]
  /** Lines for people, in the order of what happened. */
  readonly trace: string[]
  say(text: string): void
  /** Healthy and registered targets of each side, as they were set. */
  targets(route: string, side: 'old' | 'new'): { healthy: number; total: number; since: Instant }
  setTargets(route: string, side: 'old' | 'new', targets: { healthy: number; total: number }): void
  end(): void
}

/** Above 30 s (and some noise) nothing is judged: which periods are closed cannot be told (CONTRACT 4.1). */
export const BLINDING_SKEW_MS = 25_000

export const START = Date.UTC(2026, 0, 5, 9)

export function setUp(scenario: Scenario, mutant: Mutant | null): Stage {
  const clock = virtualClock(START + (scenario.seed % 60) * 1_000)
  const restore = patchGlobals(clock, { random: streamOf(scenario.seed, 'process') })
  const world = worldOf(scenario, clock)
  const wire = makeWire(
    world,
    scenario.routes.map(({ name }) => name)
  )
  const inner = makeStore(
    scenario.store === 'sqlite' ? { type: 'sqlite', path: ':memory:' } : { type: 'memory' },
    clock
  )
  const ledger = makeLedger(inner)
  const weather = makeWeather(clock)
  const trace: string[] = []
  const broken: string[] = []
  const say = (text: string): void => {
    const line = `${world.stamp().padStart(12)}  ${text}`
    trace.push(line)
    clock.note(line)
  }
  const outside = {
    clock,
    region: world.region,
    wire,
    store: ledger.store,
    mutant,
    writesPerSecond: scenario.writesPerSecond,
    broke: (id: ShiftId, laws: readonly string[]) => {
      broken.push(...laws.map((law) => `${id}: ${law}`))
    },
    failed: (what: string, err: unknown) => say(`   failed: ${what}: ${String(err)}`)
  }
  let number = 0
  let after = { downMs: 1_000, skewMs: 0 }
  let bornAt = clock.now()
  const born = (skewMs: Ms): Life => {
    number += 1
    bornAt = clock.now()
    const mine = number
    const onDeath = (): void => {
      if (mine !== number) return
      const { downMs, skewMs: next } = after
      say(`☠  the process dies; another in ${downMs} ms, its clock off by ${next} ms`)
      weather.begin('process', 'dead')
      clock.after(downMs, () => restart(next))
    }
    return newLife({ ...outside, onDeath }, 'sluice', skewMs, number)
  }
  let life = born(0)
  const restart = (skewMs: Ms): void => {
    life = born(skewMs)
    const now = life
    weather.end('process', 'dead')
    weather.set('clock', 'skewed', Math.abs(skewMs) > BLINDING_SKEW_MS)
    say(`⟳  process ${number} starts`)
    now.supervisor.resume().then(
      () => undefined,
      () => now.incarnation.alive && kill(now)
    )
  }
  const kill = (dying: Life): void => {
    after = { downMs: 2_000, skewMs: dying.skewMs }
    dying.incarnation.kill()
  }
  const zombie = (forMs: Ms): void => {
    number += 1
    const former = newLife({ ...outside, onDeath: () => undefined }, 'zombie', life.skewMs, number)
    number -= 1
    say(`⚯  a former process wakes up for ${forMs} ms`)
    weather.begin('process', 'zombie')
    former.supervisor.resume().catch(() => undefined)
    clock.after(forMs, () => {
      former.incarnation.kill()
      weather.end('process', 'zombie')
      say('⚯  the former process is gone')
    })
  }
  world.faults.neverAnswer(() => true, { by: 'zombie' })
  return {
    scenario,
    clock,
    world,
    wire,
    ledger,
    weather,
    mutant,
    life: () => life,
    lives: () => number,
    lastBirthAt: () => bornAt,
    restart,
    atDeath: (downMs, skewMs) => {
      after = { downMs, skewMs }
    },
    zombie,
    foreign: [],
    broken,
    trace,
    say,
    ...targetsOf(scenario, clock, world),
    end: () => {
      number += 1
      life.incarnation.kill()
      restore()
      void inner.close()
    }
  }
}

/** Targets as they were set, from the scenario's on. */
export function targetsOf(
  scenario: Scenario,
  clock: VirtualClock,
  world: World
): Pick<Stage, 'targets' | 'setTargets'> {
  const targets = new Map<string, { healthy: number; total: number; since: Instant }>()
  for (const route of scenario.routes) {
    for (const side of ['old', 'new'] as const) {
      const healthy = route.targets[side]
      targets.set(`${route.name} ${side}`, { healthy, total: healthy, since: 0 })
    }
  }
  return {
    targets: (route, side) => {
      const found = targets.get(`${route} ${side}`)
      if (!found) throw new Error(`no ${side} of ${route}`)
      return found
    },
    setTargets: (route, side, { healthy, total }) => {
      targets.set(`${route} ${side}`, { healthy, total, since: clock.now() })
      world.targets.set(route, side, { healthy, total })
    }
  }
}

export function worldOf(scenario: Scenario, clock: VirtualClock): World {
  const { newSide, metrics } = scenario
  const world = makeWorld({
    clock,
    seed: scenario.seed,
    rps: scenario.rps,
    counts: scenario.counts,
    latency: scenario.latencyMs,
    dataPlaneLag: scenario.dataPlaneLagMs,
    healthyAfter: scenario.healthyAfterMs,
    past: '3m',
    dns: { pending: PENDING_MS, resolvers: 40 },
    visit: '30s',
    metrics: {
      delay: metrics.delayMs,
      partial: metrics.partial,
      ...(metrics.lateShare > 0 && { late: { share: metrics.lateShare, after: metrics.lateMs } })
    },
    routes: scenario.routes.map((route) => ({
      name: route.name,
      kind: route.kind,
      attached: route.attached,
      ...(route.kind === 'dns' && { types: ['A', 'AAAA'] as const, ttl: TTL_SECONDS }),
      ...(route.weights && { weights: route.weights }),
      ...(route.stickySeconds !== null && { stickySeconds: route.stickySeconds }),
      ...(route.third && { others: { canary: 0 } }),
      old: { targets: { healthy: route.targets.old } },
      new: { targets: { healthy: route.targets.new } }
    }))
  })
  const rate = (moment: TrafficMoment): number => badnessAt(newSide, moment)
  if (newSide.kind === 'bad' && newSide.how === 'errors') world.new.errorRate = rate
  if (newSide.kind === 'bad' && newSide.how === 'gateway') world.new.badGatewayRate = rate
  world.old.errorRate = scenario.oldErrorRate
  return world
}

function badnessAt(side: NewSide, { elapsedMs, share }: TrafficMoment): number {
  if (side.kind === 'healthy') return 0
  const isNow = elapsedMs >= side.fromMs && (side.untilMs === null || elapsedMs < side.untilMs)
  return isNow && share >= side.aboveShare ? side.rate : 0
}

export function describeEvent(event: ShiftEvent): string {
  const { code, ...facts } = event.reason
  return `${event.seq} ${event.type} [${event.phase}] ${event.actor} ${code} ${JSON.stringify(facts)}`
}
