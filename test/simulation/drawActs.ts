/**
 * What goes wrong, by dice: single faults of every kind, at any moment or right after something that matters.
 */
import type { EventType } from '../../src/core/event.ts'
import type { Share } from '../../src/core/share.ts'
import type { Ms } from '../../src/core/time.ts'
import type { Dice } from './dice.ts'
import type { Act, Calls, Deed, ForeignWeights, Landing, Moment, RoutePlan } from './scenario.ts'

const SECOND = 1_000

const CALLS: readonly Calls[] = ['all', 'reads', 'writes', 'rules', 'health', 'cloudwatch']
const TRIGGERS: readonly EventType[] = [
  'weight.requested',
  'weight.confirmed',
  'weight.in_effect',
  'step.completed',
  'shift.halted',
  'rollback.started',
  'preflight.passed'
]

export interface Setting {
  readonly dice: Dice
  readonly routes: readonly RoutePlan[]
  readonly faultsMs: Ms
  readonly latencyMs: Ms
}

/** So many faults of any kind. */
export function drawSingles(setting: Setting, least: number, most: number): readonly Act[] {
  const count = setting.dice.whole(least, most)
  return Array.from({ length: count }, () => ({ when: anyMoment(setting), deed: anyDeed(setting) }))
}

export function span(dice: Dice, least: number, most: number): Ms {
  return Math.round((least + dice.random() * (most - least)) * SECOND)
}

function at({ dice, faultsMs }: Setting): Moment {
  return { at: Math.floor(dice.random() * faultsMs) }
}

export function after(setting: Setting, type: EventType, delayMs: Ms): Moment {
  return { after: type, nth: setting.dice.whole(1, 4), delayMs }
}

function anyMoment(setting: Setting): Moment {
  const { dice } = setting
  return dice.chance(0.6) ? at(setting) : after(setting, dice.one(TRIGGERS), span(dice, 0, dice.chance(0.5) ? 0.4 : 20))
}

function anyDeed(setting: Setting): Deed {
  return setting.dice.weighted(KINDS)(setting)
}

export const aRoute = ({ dice, routes }: Setting): RoutePlan => dice.one(routes)

export function foreign(setting: Setting, weights: ForeignWeights): Deed {
  const share: Share = { old: 1000 - setting.dice.whole(1, 99) * 10, new: 0 }
  return { kind: 'foreign', route: aRoute(setting).name, weights, share: { ...share, new: 1000 - share.old } }
}

export const SKEWS = [0, 0, 0, 0, 400, -400, 5_000, -5_000, 20_000, -20_000, 240_000, -240_000]

function crash({ dice }: Setting): Deed {
  const points = dice.chance(0.5) ? 0 : dice.whole(1, 40)
  return { kind: 'crash', points, downMs: span(dice, 0.05, dice.chance(0.7) ? 10 : 60), skewMs: dice.one(SKEWS) }
}

function order(setting: Setting): Deed {
  const { dice } = setting
  return {
    kind: 'order',
    verb: dice.weighted([
      [3, 'abort'],
      [4, 'pause'],
      [5, 'resume'],
      [3, 'advance'],
      [3, 'approve'],
      [1, 'reject'],
      [0.4, 'release']
    ]),
    drift: dice.one([null, 'adopt', 'overwrite']),
    stepOff: dice.one([0, 0, 0, -1, 1]),
    force: dice.chance(0.2),
    bypass: dice.chance(0.3)
  }
}

function targets(setting: Setting): Deed {
  const { dice } = setting
  const route = aRoute(setting)
  const side = dice.one(['old', 'new'] as const)
  const total = route.targets[side]
  const healthy = dice.one([0, 0, Math.floor(total / 2), Math.max(0, total - 1)])
  const forMs = span(dice, 10, 240)
  const scaledIn = dice.chance(0.3)
  return { kind: 'targets', route: route.name, side, healthy, total: scaledIn ? healthy : total, forMs }
}

type Draw = (setting: Setting) => Deed

const KINDS: readonly (readonly [number, Draw])[] = [
  [
    4,
    ({ dice }) => ({
      kind: 'throttle',
      calls: dice.one(CALLS),
      everyNth: dice.one([1, 2, 2, 3]),
      forMs: span(dice, 5, 60)
    })
  ],
  [
    3,
    ({ dice }) => ({
      kind: 'fail500',
      calls: dice.one(CALLS),
      landed: dice.chance(0.5),
      forMs: span(dice, 5, 60)
    })
  ],
  [3, ({ dice }) => ({ kind: 'silence', calls: dice.one(CALLS), forMs: span(dice, 5, 90) })],
  [1, ({ dice }) => ({ kind: 'denied', calls: dice.one(CALLS), forMs: span(dice, 5, 60) })],
  [
    4,
    ({ dice }) => ({
      kind: 'chaos',
      calls: dice.one(CALLS),
      throttle: dice.random() * 0.3,
      fail500: dice.random() * 0.2,
      lost: dice.random() * 0.2,
      late: dice.random() * 0.3,
      forMs: span(dice, 30, 240)
    })
  ],
  [4, (setting) => timeouts(setting)],
  [1, ({ dice }) => ({ kind: 'sentTwice', times: dice.whole(1, 3), forMs: span(dice, 20, 120) })],
  [3, ({ dice }) => ({ kind: 'readLag', lagMs: span(dice, 0.5, 8), forMs: span(dice, 20, 180) })],
  [
    3,
    ({ dice }) => ({
      kind: 'metrics',
      status: dice.one(['PartialData', 'PartialData', 'InternalError', 'missing'] as const),
      forMs: span(dice, 10, 150)
    })
  ],
  [1, ({ dice }) => ({ kind: 'metricsDelay', delayMs: span(dice, 30, 120), forMs: span(dice, 30, 150) })],
  [5, targets],
  [1, ({ dice }) => ({ kind: 'quiet', forMs: span(dice, 20, 150) })],
  [
    5,
    (setting) => foreign(setting, setting.dice.one(['zero', 'zero', 'previous', 'previous', 'from', 'weird', 'all']))
  ],
  [
    1,
    (setting) => ({
      kind: 'foreignShape',
      route: aRoute(setting).name,
      how: setting.dice.weighted([
        [4, 'detach'],
        [4, 'sticky'],
        [3, 'third'],
        [1, 'remove']
      ])
    })
  ],
  [6, crash],
  [2, ({ dice }) => ({ kind: 'freeze', forMs: span(dice, 0.5, 30) })],
  [1.5, ({ dice }) => ({ kind: 'zombie', forMs: span(dice, 2, 40) })],
  [2, ({ dice }) => ({ kind: 'storeFails', what: dice.one(['save', 'all'] as const), forMs: span(dice, 0.5, 25) })],
  [6, order],
  [1.5, ({ dice }) => ({ kind: 'stop', action: dice.one(['hold', 'rollback'] as const), forMs: span(dice, 5, 120) })]
]

export function resync(setting: Setting): Deed {
  const { dice } = setting
  return { kind: 'resync', route: aRoute(setting).name, everyMs: span(dice, 5, 60), forMs: span(dice, 10, 180) }
}

/** What only Route 53 does. */
export function aboutRecords({ dice }: Setting): Deed {
  return {
    kind: 'route53',
    pendingMs: span(dice, 1, dice.chance(0.3) ? 240 : 40),
    busyMs: span(dice, 0, 20),
    othersPerSecond: dice.one([0, 0, 2, 4]),
    forMs: span(dice, 20, 240)
  }
}

export function timeouts({ dice }: Setting): Deed {
  const landing = dice.weighted<Landing>([
    [2, 'never'],
    [2, 'now'],
    [5, { afterMs: span(dice, 3, 80) }]
  ])
  return { kind: 'timeouts', landing, times: dice.whole(1, 3), forMs: span(dice, 20, 150) }
}
