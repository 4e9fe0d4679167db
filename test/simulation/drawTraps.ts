/**
 * Traps: small stories in which two things meet at the worst moment for each other. Every rule of the core that guards against
 * a bad moment has its trap here; without one a simulation finds its breach only by luck.
 */
import type { Order } from '../../src/core/command.ts'
import { after, aRoute, foreign, SKEWS, span, timeouts, type Setting } from './drawActs.ts'
import type { Act, Deed, Moment, Scenario } from './scenario.ts'

export interface Trap {
  readonly acts: readonly Act[]
  /** What else the story needs of the world. */
  readonly bend?: (scenario: Scenario) => Scenario
}

type Draw = (setting: Setting) => Trap

export function drawTrap(setting: Setting): Trap {
  return setting.dice.weighted(TRAPS)(setting)
}

function ordering(verb: Order['verb'], fields: Partial<Extract<Deed, { kind: 'order' }>> = {}): Deed {
  return { kind: 'order', verb, drift: null, stepOff: 0, force: false, bypass: false, ...fields }
}

const nth = (type: Extract<Moment, { after: unknown }>['after'], n: number, delayMs: number): Moment => ({
  after: type,
  nth: n,
  delayMs
})

const approving = (scenario: Scenario): Scenario => ({
  ...scenario,
  policy: {
    ...scenario.policy,
    steps: scenario.policy.steps.map((step) => ({ ...step, approval: { by: 'anyone', expiresMs: 1_800_000 } }))
  }
})

/** Nothing but the story itself shall stop the shift. */
const healthyAtFirst = (scenario: Scenario): Scenario => ({
  ...scenario,
  newSide: { kind: 'healthy' },
  oldErrorRate: 0,
  rps: Math.max(100, scenario.rps),
  healthyAfterMs: Math.min(10_000, scenario.healthyAfterMs),
  routes: scenario.routes.map((route) => ({ ...route, targets: { old: route.targets.old, new: route.targets.old } })),
  policy: { ...scenario.policy, mode: 'act', deadlineMs: 7_200_000 }
})

const counting = (scenario: Scenario): Scenario => {
  const sound = healthyAtFirst(scenario)
  const gates = sound.policy.gates.map((gate) =>
    gate.type === 'errorRate' ? { ...gate, action: null, against: 'none' as const } : { ...gate, action: null }
  )
  return { ...sound, policy: { ...sound.policy, onBreach: 'rollback', gates } }
}

const sicken: Deed = { kind: 'sicken', side: 'new', rate: 0.4 }

/** New goes bad while the shift is held, or waits. */
const sickWhileHeld: Draw = (setting) => {
  const { dice } = setting
  const hold = dice.one(['pause', 'drift', 'approval', 'draining'] as const)
  const n = dice.whole(2, 3)
  const later = (ms: number): Moment => nth('weight.in_effect', n, ms)
  const heldAt = span(dice, 1, 30)
  if (hold === 'approval') {
    return {
      acts: [{ when: nth('approval.requested', 1, span(dice, 5, 40)), deed: sicken }],
      bend: (scenario) => approving(counting(scenario))
    }
  }
  if (hold === 'draining')
    return {
      acts: [{ when: nth('step.completed', dice.whole(2, 3), span(dice, 1, 20)), deed: sicken }],
      bend: counting
    }
  const held: Deed = hold === 'pause' ? ordering('pause') : foreign(setting, 'next')
  return {
    acts: [
      { when: later(heldAt), deed: held },
      { when: later(heldAt + span(dice, 5, 60)), deed: sicken }
    ],
    bend: counting
  }
}

/** A write without an answer lands when everybody has gone back, when the shift has ended, or was released. */
const lateWrite: Draw = ({ dice }) => {
  const n = dice.whole(1, 2)
  const landing = { afterMs: span(dice, 12, 85) }
  const verb = landing.afterMs > 60_000 ? 'release' : 'abort'
  return {
    acts: [
      {
        when: { bake: n, beforeEndMs: 1_000 },
        deed: { kind: 'timeouts', landing, times: dice.whole(1, 2), forMs: 40_000 }
      },
      { when: nth('step.completed', n, span(dice, 0.3, 12)), deed: ordering(verb) }
    ],
    bend: healthyAtFirst
  }
}

/** A person sets the former step, whose write was answered, or is long forgotten. */
const formerStep: Draw = (setting) => {
  const { dice } = setting
  const n = dice.whole(2, 3)
  const lost: readonly Act[] = dice.chance(0.5)
    ? [
        {
          when: nth('weight.in_effect', n - 1, 500),
          deed: { kind: 'timeouts', landing: 'now', times: 3, forMs: 90_000 }
        }
      ]
    : []
  return {
    acts: [
      ...lost,
      {
        when: nth(dice.one(['weight.confirmed', 'weight.in_effect']), n + 1, span(dice, 0.1, 45)),
        deed: foreign(setting, 'previous')
      }
    ],
    bend: healthyAtFirst
  }
}

/** The answer to a step's first write is lost, and somebody sets that step by hand much later. */
const longForgotten: Draw = (setting) => {
  const { dice } = setting
  return {
    acts: [
      {
        when: nth('weight.in_effect', 1, 0),
        deed: { kind: 'timeouts', landing: 'now', times: setting.routes.length, forMs: 5_000 }
      },
      { when: nth('step.completed', 1, span(dice, 8, 30)), deed: ordering('pause') },
      { when: nth('step.completed', 1, span(dice, 31, 60)), deed: foreign(setting, 'previous') },
      { when: nth('shift.paused', 1, span(dice, 45, 70)), deed: ordering('resume') }
    ],
    bend: healthyAtFirst
  }
}

/** Somebody writes between a look and the write that follows from it. */
const inTheWindow: Draw = (setting) => ({
  acts: [
    {
      when: nth(
        'weight.requested',
        setting.dice.whole(setting.routes.length + 1, 3 * setting.routes.length),
        Math.round(setting.dice.random() * 1.6 * setting.latencyMs)
      ),
      deed: foreign(setting, setting.dice.one(['zero', 'weird', 'all']))
    }
  ],
  bend: healthyAtFirst
})

/** One route is changed seconds before the step ends. */
const beforeTheEnd: Draw = (setting) => ({
  acts: [
    {
      when: { bake: setting.dice.whole(1, 3), beforeEndMs: span(setting.dice, 0.1, 12) },
      deed: foreign(setting, setting.dice.one(['zero', 'weird']))
    }
  ],
  bend: healthyAtFirst
})

/** Adopted in the midst of the ladder, or on its last step. */
const adopted: Draw = (setting) => {
  const { dice } = setting
  return {
    acts: [
      { when: nth('weight.in_effect', dice.whole(1, 4), span(dice, 1, 30)), deed: foreign(setting, 'weird') },
      { when: nth('drift.detected', 1, span(dice, 1, 20)), deed: ordering('resume', { drift: 'adopt' }) }
    ],
    bend: healthyAtFirst
  }
}

/** An approval that was given for another step, or comes twice. */
const staleApproval: Draw = ({ dice }) => {
  const one = (): Act => ({
    when: nth('approval.requested', dice.whole(1, 2), span(dice, 0, 30)),
    deed: ordering('approve', { stepOff: dice.one([0, -1, 1]), bypass: true })
  })
  return { acts: [one(), one()], bend: (scenario) => approving(healthyAtFirst(scenario)) }
}

/** Everybody writes, and just then users must be brought back. */
const storm: Draw = ({ dice }) => {
  const n = dice.whole(2, 3)
  const at = span(dice, 0, 20)
  return {
    acts: [
      { when: nth('weight.in_effect', n, at), deed: { kind: 'storm', calls: 30 } },
      { when: nth('weight.in_effect', n, at + 300), deed: ordering('abort') }
    ],
    bend: (scenario) => ({ ...healthyAtFirst(scenario), writesPerSecond: 0.1 })
  }
}

/** Old is gone when users must come back. */
const deadOld: Draw = (setting) => {
  const { dice } = setting
  const { name, targets } = aRoute(setting)
  const n = dice.whole(2, 3)
  const at = span(dice, 0, 30)
  return {
    acts: [
      {
        when: nth('weight.in_effect', n, at),
        deed: {
          kind: 'targets',
          route: name,
          side: 'old',
          healthy: 0,
          total: dice.one([0, targets.old]),
          forMs: span(dice, 60, 200)
        }
      },
      {
        when: nth('weight.in_effect', n, at + span(dice, 1, 30)),
        deed: dice.chance(0.5) ? ordering('abort', { force: dice.chance(0.2) }) : sicken
      }
    ],
    bend: healthyAtFirst
  }
}

/** New has nobody left who answers, for minutes. */
function nobodyLeft({ dice }: Setting, { name, targets }: ReturnType<typeof aRoute>): Deed {
  const total = dice.one([0, targets.new])
  return { kind: 'targets', route: name, side: 'new', healthy: 0, total, forMs: span(dice, 90, 300) }
}

/** New is gone: seen without any gate. */
const deadNew: Draw = (setting) => {
  const { dice } = setting
  const route = aRoute(setting)
  const at = span(dice, 2, 40)
  const n = dice.whole(2, 3)
  const held: readonly Act[] = dice.chance(0.4)
    ? [{ when: nth('weight.in_effect', n, at / 2), deed: ordering('pause') }]
    : []
  return {
    acts: [
      ...held,
      {
        when: nth('weight.in_effect', n, at),
        deed: nobodyLeft(setting, route)
      }
    ],
    bend: healthyAtFirst
  }
}

/** Both sides fail, so that going back would help nobody; then old is well again, or new has nobody left. */
const bothSick: Draw = (setting) => {
  const { dice } = setting
  const route = aRoute(setting)
  const n = dice.whole(2, 3)
  const at = span(dice, 0, 20)
  const later = nth('weight.in_effect', n, at + span(dice, 60, 150))
  const gone = nobodyLeft(setting, route)
  return {
    acts: [
      { when: nth('weight.in_effect', n, at), deed: { kind: 'sicken', side: 'old', rate: 0.6 } },
      { when: nth('weight.in_effect', n, at), deed: sicken },
      { when: later, deed: dice.chance(0.5) ? { kind: 'sicken', side: 'old', rate: 0 } : gone }
    ],
    bend: counting
  }
}

/** A side loses targets between a look and the write that follows from it. */
const shrinking: Draw = (setting) => {
  const { dice } = setting
  const { name, targets } = aRoute(setting)
  const when: Moment = dice.chance(0.5)
    ? { bake: dice.whole(1, 2), beforeEndMs: span(dice, 0, 15) }
    : after(
        setting,
        dice.one(['weight.in_effect', 'weight.requested']),
        Math.round(dice.random() * 3 * setting.latencyMs)
      )
  return {
    acts: [
      {
        when,
        deed: {
          kind: 'targets',
          route: name,
          side: dice.one(['old', 'new', 'new'] as const),
          healthy: dice.one([0, 1]),
          total: targets.new,
          forMs: span(dice, 20, 120)
        }
      }
    ],
    bend: healthyAtFirst
  }
}

/** Dies at each of the points around a save with a write. */
const dying: Draw = (setting) => {
  const { dice } = setting
  const when = after(setting, dice.one(['weight.requested', 'rollback.started', 'weight.confirmed']), 0)
  return {
    acts: [
      {
        when,
        deed: { kind: 'crash', points: dice.whole(1, 12), downMs: span(dice, 0.05, 30), skewMs: dice.one(SKEWS) }
      }
    ]
  }
}

/** The writes of a rollback are lost. */
const lostBack: Draw = ({ dice }) => ({
  acts: [
    { when: nth('weight.in_effect', dice.whole(2, 3), span(dice, 5, 40)), deed: ordering('abort') },
    {
      when: nth('rollback.started', 1, 0),
      deed: { kind: 'timeouts', landing: 'never', times: dice.whole(1, 4), forMs: 30_000 }
    }
  ],
  bend: healthyAtFirst
})

/** Held or brought back while a route's write is still being tried. */
const whileTrying: Draw = ({ dice }) => {
  const stop: Deed = { kind: 'stop', action: dice.one(['hold', 'rollback'] as const), forMs: 60_000 }
  return {
    acts: [
      {
        when: { bake: dice.whole(1, 2), beforeEndMs: 2_000 },
        deed: { kind: 'throttle', calls: 'writes', everyNth: 1, forMs: span(dice, 10, 40) }
      },
      {
        when: nth('step.completed', dice.whole(1, 2), span(dice, 0.1, 8)),
        deed: dice.one([stop, ordering('abort'), ordering('pause')])
      }
    ],
    bend: healthyAtFirst
  }
}

/** The red button, for longer than a moment. */
const button: Draw = ({ dice }) => ({
  acts: [
    {
      when: nth('weight.in_effect', dice.whole(1, 3), span(dice, 0, 60)),
      deed: { kind: 'stop', action: dice.one(['hold', 'rollback'] as const), forMs: 120_000 }
    }
  ],
  bend: healthyAtFirst
})

/** Held for long, then brought back by a person. */
const abortWhileHeld: Draw = ({ dice }) => ({
  acts: [
    { when: nth('weight.in_effect', dice.whole(1, 3), span(dice, 0, 40)), deed: ordering('pause') },
    { when: nth('shift.paused', 1, span(dice, 1, 40)), deed: ordering('abort') }
  ],
  bend: healthyAtFirst
})

/** A rule is deleted; the others are not to blame. */
const deleted: Draw = (setting) => ({
  acts: [
    {
      when: nth('weight.in_effect', setting.dice.whole(1, 3), span(setting.dice, 0, 40)),
      deed: { kind: 'foreignShape', route: aRoute(setting).name, how: 'remove' }
    }
  ],
  bend: (scenario) => {
    const sound = healthyAtFirst(scenario)
    const [first] = sound.routes
    const more = sound.routes.length === 1 && first ? [{ ...first, name: 'api' }] : []
    return { ...sound, routes: [...sound.routes, ...more].map((route) => ({ ...route, kind: 'rule' })) }
  }
})

/** It began with new at some percent, and somebody has taken new off before it goes back there. */
const belowRestore: Draw = (setting) => {
  const { dice } = setting
  const at = span(dice, 1, 30)
  return {
    acts: [
      { when: nth('weight.in_effect', 1, at), deed: foreign(setting, 'zero') },
      { when: nth('weight.in_effect', 1, at + span(dice, 9, 40)), deed: ordering('abort') }
    ],
    bend: (scenario) => {
      const sound = healthyAtFirst(scenario)
      return {
        ...sound,
        from: 'live',
        routes: sound.routes.map((route) => ({ ...route, attached: true, weights: { old: 700, new: 300 } })),
        policy: { ...sound.policy, rollback: { ...sound.policy.rollback, to: 'start' } }
      }
    }
  }
}

/** A former process wakes up in the midst of a step. */
const awoken: Draw = ({ dice }) => ({
  acts: [
    {
      when: nth(dice.one(['weight.requested', 'weight.in_effect']), dice.whole(1, 3), span(dice, 0, 30)),
      deed: { kind: 'zombie', forMs: span(dice, 15, 60) }
    }
  ]
})

/** Several writes in a row get no answer. */
const unanswered: Draw = (setting) => ({
  acts: [{ when: { bake: setting.dice.whole(1, 2), beforeEndMs: 500 }, deed: timeouts(setting) }],
  bend: healthyAtFirst
})

const TRAPS: readonly (readonly [number, Draw])[] = [
  [9, sickWhileHeld],
  [6, lateWrite],
  [2, formerStep],
  [3, longForgotten],
  [4, inTheWindow],
  [3, beforeTheEnd],
  [2, adopted],
  [2, staleApproval],
  [2, storm],
  [3, deadOld],
  [2, deadNew],
  [3, bothSick],
  [2, shrinking],
  [2, dying],
  [1, lostBack],
  [2, whileTrying],
  [2, button],
  [2, abortWhileHeld],
  [2, deleted],
  [1, belowRestore],
  [2, awoken],
  [1, unanswered]
]
