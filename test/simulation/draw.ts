/**
 * A seed to a scenario. Biased toward trouble: most worlds have several faults at once, and most of them a trap.
 */
import type { Policy } from '../../src/core/policy.ts'
import { diceOf, type Dice } from './dice.ts'
import { aboutRecords, after, drawSingles, resync, type Setting } from './drawActs.ts'
import { drawTrap } from './drawTraps.ts'
import { drawPolicy } from './drawPolicy.ts'
import type { Act, NewSide, RoutePlan, Scenario } from './scenario.ts'

const MINUTE = 60_000
const NAMES = ['web', 'api', 'img']

export function draw(seed: number): Scenario {
  const plain = drawWorld(seed)
  const setting: Setting = { ...plain, dice: diceOf(seed, 'acts') }
  const { dice } = setting
  const story = dice.weighted([
    [6, 'trap'],
    [2, 'traps'],
    [2, 'storm']
  ])
  if (story === 'storm') return more({ ...plain, acts: drawSingles(setting, 2, 8) })
  const traps = Array.from({ length: story === 'trap' ? 1 : 2 }, () => drawTrap(setting))
  const bent = traps.reduce((scenario, { bend }) => bend?.(scenario) ?? scenario, plain)
  return more({ ...bent, acts: [...traps.flatMap(({ acts }) => acts), ...drawSingles(setting, 0, 1)] })
}

/** Each with dice of its own, so that what was drawn before stays what it was. */
const more = (scenario: Scenario): Scenario => byRecords(withController(scenario))

/** In some worlds somebody sees to it that the weights are what they were. */
function withController(scenario: Scenario): Scenario {
  const dice = diceOf(scenario.seed, 'controller')
  if (!dice.chance(0.08)) return scenario
  const setting = { dice, ...scenario }
  const when = dice.chance(0.5)
    ? { at: Math.floor(dice.random() * scenario.faultsMs) }
    : after(setting, 'weight.in_effect', 0)
  return { ...scenario, acts: [...scenario.acts, { when, deed: resync(setting) }] }
}

/** In some worlds a route is records, and Route 53 has its moods. */
function byRecords(scenario: Scenario): Scenario {
  const dice = diceOf(scenario.seed, 'records')
  if (scenario.policy.mode === 'observe' || !dice.chance(0.2)) return scenario
  const all = dice.chance(0.5)
  const chosen = dice.one(scenario.routes).name
  const routes = scenario.routes.map((route): RoutePlan => {
    if (!all && route.name !== chosen) return route
    const { weights } = route
    const fitting = weights && { old: Math.ceil(weights.old / 10), new: Math.ceil(weights.new / 10) }
    return { ...route, kind: 'dns', weights: fitting, attached: true, stickySeconds: null, third: false }
  })
  const { policy, faultsMs, latencyMs } = scenario
  const staleFactor = dice.one([1, 2])
  const setting = { dice, routes, faultsMs, latencyMs }
  const moods = Array.from({ length: dice.whole(0, 2) }, (): Act => ({
    when: dice.chance(0.5) ? { at: Math.floor(dice.random() * faultsMs) } : after(setting, 'weight.requested', 0),
    deed: aboutRecords(setting)
  }))
  return {
    ...scenario,
    routes,
    policy: { ...policy, dns: { ...policy.dns, staleFactor, floorMs: 5_000, write: dice.one(['swap', 'upsert']) } },
    acts: [...scenario.acts, ...moods]
  }
}

function drawWorld(seed: number): Scenario {
  const dice = diceOf(seed, 'world')
  const policy = comparing(drawPolicy(diceOf(seed, 'policy')), diceOf(seed, 'against'))
  const live = dice.chance(0.12)
  const routes = drawRoutes(dice, live, policy.mode === 'observe')
  const faultsMs = dice.weighted([
    [6, 5 * MINUTE],
    [3, 8 * MINUTE],
    [1, 15 * MINUTE]
  ])
  const delayMs = policy.gates.find((gate) => gate.type === 'errorRate')?.delayMs ?? 30_000
  const late = dice.chance(0.25)
  return {
    seed,
    routes,
    policy,
    from: live ? 'live' : 'zero',
    store: dice.chance(0.3) ? 'sqlite' : 'memory',
    rps: dice.weighted([
      [6, dice.whole(20, 120)],
      [1, 1]
    ]),
    counts: dice.chance(0.5) ? 'exact' : 'random',
    latencyMs: dice.weighted([
      [5, 40],
      [2, 200],
      [1, 900]
    ]),
    dataPlaneLagMs: dice.one([500, 2_000, 2_000, 10_000]),
    healthyAfterMs: dice.one([2_000, 10_000, 30_000]),
    metrics: {
      delayMs: Math.max(5_000, delayMs - dice.one([0, 10_000, 15_000])),
      partial: dice.chance(0.7),
      lateShare: late ? dice.one([0.1, 0.4]) : 0,
      lateMs: late ? dice.one([5_000, 15_000]) : 0
    },
    writesPerSecond: dice.chance(0.8) ? 2 : 0.1,
    newSide: drawNew(dice, faultsMs),
    oldErrorRate: dice.weighted([
      [10, 0],
      [2, 0.002],
      [1, 0.3]
    ]),
    acts: [],
    faultsMs,
    choice: dice.one(['adopt', 'overwrite']),
    restore: dice.chance(0.3)
  }
}

/** Some gates compare new with old, and step back on amber. */
function comparing(policy: Policy, dice: Dice): Policy {
  if (!dice.chance(0.35)) return policy
  const gates = policy.gates.map((gate) => (gate.type === 'errorRate' ? { ...gate, against: 'old' as const } : gate))
  return { ...policy, gates, onAmber: dice.chance(0.7) ? 'stepBack' : 'hold' }
}

function drawRoutes(dice: Dice, live: boolean, attached: boolean): readonly RoutePlan[] {
  const count = dice.weighted([
    [5, 1],
    [4, 2],
    [2, 3]
  ])
  const share = dice.one([100, 300])
  const sticky = dice.chance(0.15)
  return NAMES.slice(0, count).map((name): RoutePlan => {
    const old = dice.one([2, 3, 4, 10])
    return {
      name,
      kind: dice.chance(0.35) ? 'listener' : 'rule',
      attached: attached || dice.chance(0.2),
      weights: live ? { old: 1000 - share, new: share } : null,
      stickySeconds: sticky ? 60 : null,
      third: dice.chance(0.15),
      targets: { old, new: dice.chance(0.85) ? old : Math.max(1, old - dice.whole(1, 2)) }
    }
  })
}

function drawNew(dice: Dice, faultsMs: number): NewSide {
  const kind = dice.weighted([
    [5, 'healthy'],
    [1, 'start'],
    [3, 'mid'],
    [2, 'above']
  ])
  if (kind === 'healthy') return { kind }
  const fromMs = kind === 'mid' ? Math.floor(dice.random() * faultsMs) : 0
  return {
    kind: 'bad',
    rate: dice.one([0.1, 0.2, 0.5]),
    fromMs,
    untilMs: dice.chance(0.25) ? fromMs + dice.whole(1, 4) * MINUTE : null,
    aboveShare: kind === 'above' ? dice.one([0.07, 0.3, 0.55]) : 0,
    how: dice.chance(0.85) ? 'errors' : 'gateway'
  }
}
