/**
 * A scenario set up with several processes over one table. Deeds meet the one that leads; people reach any of them.
 */
import type { Instant, Ms } from '../../src/core/time.ts'
import type { Sluice } from '../../src/engine/sluice.ts'
import { aReach } from '../support/dynamo/client.ts'
import type { Attributes } from '../support/dynamo/expressions.ts'
import { aShelf, type Shelf } from '../support/dynamo/shelf.ts'
import { patchGlobals } from '../support/virtual/globals.ts'
import { virtualClock, type VirtualClock } from '../support/virtual.ts'
import { streamOf } from '../support/world/random.ts'
import type { Mutant } from './life.ts'
import { replicasLedger } from './replicasLedger.ts'
import { newReplica, type ReplicaLife, type ReplicaOutside } from './replicasLife.ts'
import type { Scenario } from './scenario.ts'
import { BLINDING_SKEW_MS, START, targetsOf, worldOf, type Stage } from './stage.ts'
import { makeWeather, type Weather } from './weather.ts'
import { makeWire } from './wire.ts'

export interface ReplicasStage extends Stage {
  readonly shelf: Shelf
  readonly replicas: () => readonly ReplicaLife[]
  /** Told at the instant in which a process sends a write to AWS. */
  onSend(listener: (life: ReplicaLife) => void): void
  /** Since when the table has answered; now, while it does not. */
  storeCalmSince(): Instant
}

const LOOK_MS: Ms = 1_000
/** From a call whose answer never comes to everything going on. */
const GIVEN_UP_MS: Ms = 10_000

export function setUpReplicas(scenario: Scenario, mutant: Mutant | null): ReplicasStage {
  const clock = virtualClock(START + (scenario.seed % 60) * 1_000)
  const restore = patchGlobals(clock, { random: streamOf(scenario.seed, 'process') })
  const world = worldOf(scenario, clock)
  const wire = makeWire(
    world,
    scenario.routes.map(({ name }) => name)
  )
  const chance = streamOf(scenario.seed, 'replicas')
  const shelf = aShelf()
  const weather = makeWeather(clock)
  const reach = troubled(chance, clock, weather)
  const ledger = replicasLedger(shelf, clock, reach.fail)
  const trace: string[] = []
  const broken: string[] = []
  const say = (text: string): void => {
    const line = `${world.stamp().padStart(12)}  ${text}`
    trace.push(line)
    clock.note(line)
  }
  const house = aHouse({ scenario, mutant, clock, weather, chance, say, world, wire, shelf, reach, broken })
  return {
    ...house.stage,
    scenario,
    clock,
    world,
    wire,
    ledger,
    weather,
    mutant,
    shelf,
    storeCalmSince: () => (reach.failing() ? clock.now() : reach.since()),
    foreign: [],
    broken,
    trace,
    say,
    ...targetsOf(scenario, clock, world),
    end: () => {
      house.end()
      restore()
    }
  }
}

type House = Pick<Stage, 'scenario' | 'mutant' | 'clock' | 'weather' | 'say' | 'world' | 'wire'> & {
  readonly chance: () => number
  readonly shelf: Shelf
  readonly reach: ReplicaOutside['reach']
  readonly broken: string[]
}

/** The processes: born, killed, born again; one of them leads. */
function aHouse(house: House) {
  const { scenario, clock, weather, chance, say, broken } = house
  const size = scenario.replicas ?? 2
  const sending: ((life: ReplicaLife) => void)[] = []
  const lives: ReplicaLife[] = []
  let [number, bornAt, over] = [0, clock.now(), false]
  let after = { downMs: 1_000, skewMs: 0 }
  let former: ReplicaLife | null = null
  const outside: Omit<ReplicaOutside, 'onDeath'> = {
    ...house,
    region: house.world.region,
    writesPerSecond: scenario.writesPerSecond,
    broke: (id, laws) => void broken.push(...laws.map((law) => `${id}: ${law}`)),
    failed: (what, err) => say(`   failed: ${what}: ${String(err)}`),
    sends: (life) => sending.forEach((listener) => listener(life)),
    told: (life, epoch) => {
      say(epoch === null ? `⚑  ${life.name} leads no more` : `⚑  ${life.name} leads, epoch ${epoch}`)
      if (epoch === null) return
      if (former !== life) bornAt = clock.now()
      former = life
      weather.set('clock', 'skewed', Math.abs(life.skewMs) > BLINDING_SKEW_MS)
    }
  }
  const born = (place: number, skewMs: Ms): void => {
    number += 1
    const name = `r${place + 1}.${number}`
    const onDeath = (): void => {
      if (over) return
      const { downMs, skewMs: next } = after
      say(`☠  ${name} dies; another in ${downMs} ms, its clock off by ${next} ms`)
      clock.after(downMs, () => !over && born(place, next))
    }
    const life = newReplica({ ...outside, onDeath }, name, skewMs, number)
    lives[place] = life
    say(`⟳  ${name} starts`)
  }
  const skews = [0, 7_000, -400_000]
  for (let place = 0; place < size; place += 1) born(place, chance() < 0.3 ? (skews[place] ?? 0) : 0)

  const leads = (life: ReplicaLife): boolean => life.incarnation.alive && !life.frozen() && life.lease.holds()
  const reached = new Map<ReplicaLife, ReplicaLife>()
  /** People and scripts reach any replica, through a load balancer. */
  const reachable = (one: ReplicaLife): ReplicaLife => {
    const known = reached.get(one) ?? Object.create(one, { sluice: { value: anyOf(() => lives, chance, one) } })
    reached.set(one, known)
    return known
  }
  const life = (): ReplicaLife => {
    const found = lives.find(leads) ?? lives.find((one) => one.incarnation.alive && !one.frozen()) ?? lives[0]
    if (!found) throw new Error('there is no process')
    return reachable(found)
  }
  let led = true
  const look = (): void => {
    if (over) return
    const now = lives.some(leads)
    if (now !== led) weather.set('process', 'leaderless', !now)
    led = now
    clock.after(LOOK_MS, look)
  }
  look()
  const stage = {
    life,
    lives: () => number,
    lastBirthAt: () => bornAt,
    replicas: () => lives,
    onSend: (listener: (life: ReplicaLife) => void) => void sending.push(listener),
    restart: () => undefined,
    atDeath: (downMs: Ms, skewMs: Ms) => {
      after = { downMs, skewMs }
    },
    // A former leader needs no waking up here: one that was frozen or cut off is one. This cuts the leader off.
    zombie: (forMs: Ms) => {
      const cut = Object.getPrototypeOf(life()) as ReplicaLife
      say(`✂  ${cut.name} cannot reach the table for ${forMs} ms`)
      weather.begin('process', 'cut')
      cut.cut = true
      clock.after(forMs, () => {
        cut.cut = false
        weather.end('process', 'cut')
      })
    }
  }
  return {
    stage,
    end: () => {
      over = true
      for (const one of lives) one.incarnation.kill()
    }
  }
}

/** Whoever is up answers. */
function anyOf(lives: () => readonly ReplicaLife[], chance: () => number, own: ReplicaLife): Sluice {
  const { sluice } = own
  return new Proxy(sluice, {
    get: (_target, key): unknown => {
      const up = lives().filter((life) => life.incarnation.alive && !life.frozen() && !life.cut)
      const chosen = up[Math.floor(chance() * up.length)] ?? own
      return Reflect.get(chosen.sluice, key)
    }
  })
}

/** DynamoDB as it is: now and then a call is repeated, or its answer is lost. */
function troubled(chance: () => number, clock: VirtualClock, weather: Weather) {
  let failing: 'save' | 'all' | null = null
  let since = clock.now()
  const reach = {
    ...aReach(chance() < 0.2 ? 200 : 8),
    fate: (operation: string, input: object) => {
      const { Item: item } = input as { readonly Item?: Attributes }
      const saves = operation === 'PutItem' && item?.['sk']?.S === 'head'
      if (failing === 'all' || (failing === 'save' && saves)) return 'refused' as const
      const roll = chance()
      if (roll < 0.004) return 'deaf' as const
      if (roll < 0.006) return 'throttled' as const
      if (roll >= 0.007 && !(saves && roll < 0.02)) return 'fine' as const
      // Whoever waits for this answer waits until he gives up, and looks again.
      since = clock.now()
      weather.begin('process', 'answer')
      clock.after(GIVEN_UP_MS, () => weather.end('process', 'answer'))
      if (roll >= 0.007) return 'slow' as const
      return roll < 0.0065 ? ('lost' as const) : ('late' as const)
    },
    fail: (what: 'save' | 'all' | null) => {
      failing = what
      since = clock.now()
    },
    failing: () => failing !== null,
    since: () => since
  }
  return reach
}
