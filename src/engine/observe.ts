/**
 * One look at the world, for one shift: live state and health of its routes now, measurements as they arrive, orders and the
 * red button. Failures are data.
 */
import type { Call } from '../core/call.ts'
import type { Observation, Preflight, Reading, RouteSeen, Unreadable } from '../core/observation.ts'
import type { RouteKey } from '../core/migration.ts'
import { isDrifted, isGoingBack, type Shift } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { AlarmSource } from '../observers/alarms.ts'
import type { Observer } from '../observers/observer.ts'
import type { Prober } from '../probes/probe.ts'
import type { Router } from '../routers/router.ts'
import type { Store } from '../stores/store.ts'
import { makeAlarmFeed } from './alarms.ts'
import { makeFeed } from './feed.ts'
import { lookAtGateHealth } from './gateHealth.ts'
import { makeMeters } from './meters.ts'
import type { Pen } from './pen.ts'
import { makePreflight } from './preflight.ts'
import { makeProbing } from './prober.ts'

/** Reads that take longer are given up; the route is then unreadable in this observation. */
const READ_MS: Ms = 5_000
/** Three calls a route, of which the rate budget lets eight through in a second (src/aws/budget.ts), after those of writes. */
const READ_MS_A_ROUTE: Ms = 800
const FEW_ROUTES = 4
/** Preflight asks far more of each. */
const PREFLIGHT_MS_A_ROUTE: Ms = 2_000
/** Route 53 lets five calls a second through for a whole account: a look may stand behind the reads of a batch of many names. */
const READ_MS_OF_RECORDS: Ms = 5_000
const MEASURE_MS: Ms = 15_000

export interface Eyes {
  /** Sends for what arrives by itself later: measurements, alarms, probes. */
  poll(shift: Shift): void
  look(shift: Shift): Promise<Observation>
  /** A saved decision has seen these; until then they are shown again. */
  settled(seen: Observation): void
  /** When a measurement is due, whatever the decision says. */
  nextReadAt(shift: Shift, now: Instant): Instant | null
}

export interface EyesDeps {
  readonly router: Router
  readonly observer: Observer
  /** Without it gates of alarms are blind. */
  readonly alarms?: AlarmSource | undefined
  /** Without it gates of probes are blind. */
  readonly prober?: Prober | undefined
  readonly store: Store
  readonly clock: Clock
  readonly pen: Pen
  readonly signal: AbortSignal
  /** Measurements arrived: look again. */
  readonly ring: () => void
  readonly failed: (what: string, err: unknown) => void
}

export function makeEyes(deps: EyesDeps): Eyes {
  const { store, clock, pen } = deps
  const callOf = (urgency: Call['urgency'], ms: Ms): Call => ({
    urgency,
    deadlineAt: clock.now() + ms,
    signal: deps.signal
  })
  const meters = makeMeters({ observer: deps.observer, clock, failed: (err) => deps.failed('measure', err) })
  const preflight = makePreflight({ router: deps.router, meters, alarms: deps.alarms, clock })
  const feed = makeFeed({ ...deps, meters, call: () => callOf('observe', MEASURE_MS) })
  const alarms = makeAlarmFeed({ ...deps, source: deps.alarms, call: () => callOf('observe', MEASURE_MS) })
  const probing = makeProbing({ ...deps, prober: deps.prober })

  const lookAhead = async (shift: Shift): Promise<Preflight | null> => {
    if (shift.phase.kind !== 'preflight' || shift.restores !== null) return null
    return preflight.look(shift, callOf('prepare', MEASURE_MS + PREFLIGHT_MS_A_ROUTE * moreThanFew(shift)))
  }

  // Until a saved decision has seen it, so that an outage is forgiven once and not lost.
  let first = true

  return {
    poll: (shift) => {
      feed.poll(shift)
      alarms.poll(shift)
      probing.poll(shift)
    },
    look: async (shift) => {
      // First, and takes long: what is decided on then, health, orders and the red button, is read after it.
      const found = await lookAhead(shift)
      const readMs = readTime(shift)
      const [routes, health, commands, stop] = await Promise.all([
        lookAtRoutes(deps.router, shift, callOf(isGoingBack(shift.phase) ? 'rollback' : 'observe', readMs)),
        lookAtGateHealth(deps.router, shift, callOf('observe', readMs)),
        store.commands(shift.id),
        store.stop()
      ])
      return {
        routes,
        meters: feed.arrived(),
        ...seenBeside(alarms.newest(), probing.readings(), health),
        answers: pen.answers(),
        inFlight: pen.inFlight(),
        commands,
        stop,
        preflight: found,
        ...(first ? { first: true } : {})
      }
    },
    settled: (seen) => {
      first = false
      feed.settled(seen.meters)
      probing.settled(seen.probes ?? [])
      pen.settled(seen.answers)
    },
    nextReadAt: (shift, now) => {
      const due = [feed.nextReadAt(shift, now), alarms.nextReadAt(shift)].filter((at) => at !== null)
      return due.length === 0 ? null : Math.min(...due)
    }
  }
}

/** On the way back nothing is waited for longer than need be: its writes go out without any reading. */
function readTime(shift: Shift): Ms {
  const { phase, routeSpecs } = shift
  if (isGoingBack(phase)) return READ_MS
  const records = routeSpecs.some(({ type }) => type === 'route53') ? READ_MS_OF_RECORDS : 0
  return READ_MS + records + READ_MS_A_ROUTE * moreThanFew(shift)
}

function moreThanFew({ routeSpecs }: Shift): number {
  return Math.max(0, routeSpecs.length - FEW_ROUTES)
}

/** What most shifts have none of is not kept with every one of their decisions. */
function seenBeside(
  alarms: NonNullable<Observation['alarms']>,
  probes: NonNullable<Observation['probes']>,
  health: NonNullable<Observation['health']>
): Pick<Observation, 'alarms' | 'probes' | 'health'> {
  return {
    ...(alarms.length === 0 ? {} : { alarms }),
    ...(probes.length === 0 ? {} : { probes }),
    ...(health.length === 0 ? {} : { health })
  }
}

async function lookAtRoutes(router: Router, shift: Shift, call: Call): Promise<Observation['routes']> {
  const [readings, healths] = await Promise.all([
    router.read(shift.routeSpecs, call, changesOf(shift)),
    router.health(shift.routeSpecs, call)
  ])
  const keepRaw = shift.phase.kind === 'preflight' || isDrifted(shift)
  return Object.fromEntries(
    shift.routeSpecs.map((spec): [string, RouteSeen] => [
      spec.name,
      { reading: strip(answerOf(readings, spec.key), keepRaw), health: answerOf(healths, spec.key) }
    ])
  )
}

/** Changes whose spreading is waited for. */
function changesOf(shift: Shift): ReadonlyMap<RouteKey, string> {
  return new Map(
    shift.routes.flatMap(({ key, changeId, confirmedAt }): [RouteKey, string][] =>
      changeId !== null && confirmedAt === null ? [[key, changeId]] : []
    )
  )
}

function answerOf<T>(answers: ReadonlyMap<RouteKey, T | Unreadable>, key: RouteKey): T | Unreadable {
  return answers.get(key) ?? { kind: 'unreadable', code: 'no_answer', detail: 'the router gave no answer', gone: false }
}

/** The provider's whole state is large; it is only decided on at preflight and when a drift is adopted. */
function strip(seen: Reading | Unreadable, keepRaw: boolean): Reading | Unreadable {
  if (seen.kind === 'unreadable' || keepRaw || seen.raw === undefined) return seen
  const { raw: _raw, ...rest } = seen
  return rest
}
