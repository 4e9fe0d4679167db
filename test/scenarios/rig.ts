/**
 * A whole Sluice in virtual time: the real engine, router, observer and store over simulated AWS clients. A scenario starts a
 * shift, lets things happen, and asserts how it ended. The process can be killed and started again at any moment.
 */
import type { Test } from 'tap'
import type { Order } from '../../src/core/command.ts'
import type { ShiftEvent } from '../../src/core/event.ts'
import { explainReason } from '../../src/core/explain.ts'
import type { AccountRef, Migration } from '../../src/core/migration.ts'
import type { Policy } from '../../src/core/policy.ts'
import { isEnded, type Shift, type ShiftId } from '../../src/core/shift.ts'
import type { ShiftView } from '../../src/core/view.ts'
import { decide } from '../../src/core/decide.ts'
import { makeAws, type ClientFor, type Service } from '../../src/aws/aws.ts'
import type { Clock } from '../../src/clock.ts'
import type { StartRequest, Sluice } from '../../src/engine/sluice.ts'
import { makeService } from '../../src/engine/service.ts'
import type { LoopDeps } from '../../src/engine/loop.ts'
import { makePulse } from '../../src/engine/pulse.ts'
import { makeSupervisor, type Supervisor } from '../../src/engine/supervisor.ts'
import { startCourier } from '../../src/engine/courier.ts'
import { SILENT, type Voice } from '../../src/engine/voice.ts'
import type { Witness } from '../../src/engine/witness.ts'
import type { Heartbeat } from '../../src/heartbeats/heartbeat.ts'
import type { Notifier } from '../../src/notifiers/notifier.ts'
import { cloudwatchAlarms, cloudwatchObserver } from '../../src/observers/index.ts'
import type { Prober } from '../../src/probes/probe.ts'
import { makeRouter } from '../../src/routers/index.ts'
import { makeStore } from '../../src/stores/index.ts'
import type { Store } from '../../src/stores/store.ts'
import { aPolicy, anErrorRateGate, aTargetHealthGate } from '../support/builders.ts'
import { repeats, waitAfter } from '../support/sdkReads.ts'
import { patchGlobals } from '../support/virtual/globals.ts'
import { createIncarnation, type Incarnation } from '../support/virtual/incarnation.ts'
import { virtualClock, type Span, type VirtualClock } from '../support/virtual.ts'
import { streamOf } from '../support/world/random.ts'
import { makeWorld, type World } from '../support/world/world.ts'
import type { WorldOptions } from '../support/world/spec.ts'

const MINUTE = 60_000

/** 10, 50, 100 % as in production, with 8 minutes of bake: errors and targets are watched. */
export function aProductionPolicy(fields: Partial<Policy> = {}): Policy {
  return aPolicy({
    name: 'scenario',
    steps: [
      { percent: 100, bakeMs: 8 * MINUTE, approval: null },
      { percent: 500, bakeMs: 8 * MINUTE, approval: null },
      { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
    ],
    gates: [anErrorRateGate(), aTargetHealthGate()],
    ...fields
  })
}

export interface Rig {
  readonly clock: VirtualClock
  readonly world: World
  readonly store: Store
  sluice(): Sluice
  start(policy?: Policy, fields?: Partial<StartRequest>, migration?: Migration): Promise<ShiftView>
  order(id: ShiftId, order: Order, actor?: string): Promise<ShiftView>
  shift(id: ShiftId): Promise<Shift>
  view(id: ShiftId): Promise<ShiftView>
  /** Lets time pass until the shift is so; fails the test where it is not within `max`. */
  until(id: ShiftId, isSo: (shift: Shift) => boolean, max?: Span): Promise<Shift>
  untilPhase(id: ShiftId, phase: Shift['phase']['kind'], max?: Span): Promise<Shift>
  untilEnd(id: ShiftId, max?: Span): Promise<Shift>
  events(id: ShiftId): Promise<readonly ShiftEvent[]>
  /** The events as lines, for when a test fails. */
  story(id: ShiftId): Promise<string>
  /** As kill -9: nothing more happens in this process. */
  kill(): void
  /** The process dies at its n-th point from now: each call of a port has two, before its effect and after. */
  dieAt(point: number): void
  alive(): boolean
  /** Ends this rig, for a test that makes many. */
  end(): void
  /** A new process over the same store and world. */
  restart(): Promise<void>
  readonly broken: readonly string[]
  readonly orphans: readonly string[]
  /** Decides every saved decision again from what it saw; fails the test where one comes out otherwise. */
  replay(id: ShiftId): Promise<unknown>
}

export type Rights = (service: Service, account: AccountRef) => boolean

/** Status of the answer to a probe now; null: none comes. */
export type ProbeAnswer = () => number | null

export interface RigOptions extends Partial<Omit<WorldOptions, 'clock'>> {
  /** What answers probes; 200 unless given. */
  readonly probe?: ProbeAnswer
  /** Targets of notifications; none unless given. */
  readonly notifiers?: readonly Notifier[]
  /** Who may call what; without it everybody everything. */
  readonly rights?: Rights
  /** In memory unless given. */
  readonly store?: (clock: Clock) => Store
  /** How many shifts may be open; 1000 unless given. */
  readonly maxOpen?: number
  /** Where signs of life go; nowhere unless given. */
  readonly heartbeat?: Heartbeat
}

export async function aRig(t: Test, options: RigOptions = {}): Promise<Rig> {
  const clock = virtualClock()
  const restore = patchGlobals(clock, { random: streamOf(options.seed ?? 1, 'rig') })
  t.teardown(restore)
  const {
    probe = () => 200,
    notifiers = [],
    rights = () => true,
    maxOpen = 1000,
    heartbeat = null,
    store: openStore,
    ...worldly
  } = options
  const world = makeWorld({ rps: 200, routes: ['web'], ...worldly, clock })
  const store = openStore?.(clock) ?? makeStore({ type: 'memory' }, clock)
  const broken: string[] = []
  const orphans: string[] = []
  const births = new Map<ShiftId, Shift>()
  const outside = { clock, world, store, broken, orphans, probe, rights, notifiers, maxOpen, heartbeat }
  let life = newLife(outside)
  t.teardown(() => life.incarnation.kill())

  const complete = <T>(promise: Promise<T>) => clock.complete(promise, '10m')
  const shift = async (id: ShiftId) => {
    const found = await store.load(id)
    if (!found) throw new Error(`no shift ${id}`)
    return found
  }
  const events = (id: ShiftId) => store.events(id, 0, 10_000)
  const story = async (id: ShiftId) =>
    (await events(id))
      .map(
        (event) => `${world.stamp(event.at).padStart(10)} ${event.phase} ${event.actor}: ${explainReason(event.reason)}`
      )
      .join('\n')
  const until: Rig['until'] = async (id, isSo, max = '6h') => {
    const found = await clock.runUntil(async () => isSo(await shift(id)), max)
    if (!found) throw new Error(`not so within ${max}: ${(await shift(id)).phase.kind}\n${await story(id)}`)
    return shift(id)
  }
  return {
    clock,
    world,
    store,
    sluice: () => life.sluice,
    start: async (policy = aProductionPolicy(), fields = {}, migration = world.migration()) => {
      const request: StartRequest = {
        migration,
        policy,
        reason: 'a scenario',
        routes: null,
        toPercent: null,
        from: 'zero',
        actor: 'tester',
        idempotency: null,
        ...fields
      }
      const { shift: started } = await complete(life.sluice.start(request))
      births.set(started.id, await shift(started.id))
      return started
    },
    order: (id, order, actor = 'oncall') => complete(life.sluice.order(id, order, actor)),
    shift,
    view: (id) => complete(life.sluice.get(id)),
    until,
    untilPhase: (id, phase, max) => until(id, (now) => now.phase.kind === phase, max),
    untilEnd: (id, max) => until(id, (now) => isEnded(now.phase), max),
    events,
    story,
    kill: () => life.incarnation.kill(),
    dieAt: (point) => life.incarnation.dieIn(point),
    alive: () => life.incarnation.alive,
    end: () => {
      life.incarnation.kill()
      restore()
    },
    restart: async () => {
      life = newLife(outside)
      await complete(life.supervisor.resume())
    },
    broken,
    orphans,
    replay: async (id) => {
      let state = births.get(id)
      if (!state) throw new Error(`shift ${id} was not started by this rig`)
      for (const deed of await store.deeds(id, 0, 100_000)) {
        const { shift: next } = decide(state, deed.seen, deed.at)
        if (next.version !== deed.version)
          return t.fail(`version ${deed.version} was decided, and is not decided again`)
        state = next
      }
      return t.strictSame(plain(state), plain(await shift(id)), 'every decision is decided again from what it saw')
    }
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

interface Life {
  readonly incarnation: Incarnation
  readonly sluice: Sluice
  readonly supervisor: Supervisor
}

/** As the SDK does for reads: three attempts, with growing waits. */
function retrying(clock: Clock, { world, rights }: Pick<Outside, 'world' | 'rights'>): ClientFor {
  return (service, account, access) => {
    const client = world.client(service, account, access)
    const send: typeof client.send = async (command, options) => {
      if (!rights(service, account)) throw denied(account)
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await client.send(command, options)
        } catch (err) {
          if (!repeats(access, attempt, err)) throw err
          await clock.sleep(waitAfter(attempt))
        }
      }
    }
    return { ...client, send }
  }
}

function denied({ roleArn }: AccountRef): Error {
  const message = `${roleArn ?? 'nobody'} is not authorized to perform this`
  return Object.assign(new Error(message), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
}

interface Outside {
  readonly clock: VirtualClock
  readonly world: World
  readonly store: Store
  readonly broken: string[]
  readonly orphans: string[]
  readonly probe: ProbeAnswer
  readonly notifiers: readonly Notifier[]
  readonly rights: Rights
  readonly maxOpen: number
  readonly heartbeat: Heartbeat | null
}

/** As if over a network: an answer takes 20 ms, none takes as long as it is waited for. */
function fakeProber(clock: Clock, answer: ProbeAnswer): Prober {
  return {
    get: async (_url, _host, call) => {
      const startedAt = clock.now()
      const status = answer()
      await clock.sleep(status === null ? call.deadlineAt - startedAt : 20, call.signal)
      const ms = clock.now() - startedAt
      if (status === null) return { ok: false, status, ms, code: 'Timeout' }
      return { ok: status < 400, status, ms, code: String(status) }
    }
  }
}

function newLife(outside: Outside): Life {
  const { clock, world, store, broken, orphans, probe, rights, notifiers, maxOpen, heartbeat } = outside
  const incarnation = createIncarnation()
  const own = incarnation.clock(clock)
  const aws = makeAws({ clock: own, region: world.region, clientFor: retrying(own, { world, rights }) })
  const router = incarnation.guard(makeRouter({ aws, clock: own }), { pure: ['quantise', 'byHand'] })
  const observer = incarnation.guard(cloudwatchObserver({ aws, clock: own }))
  const alarms = incarnation.guard(cloudwatchAlarms({ aws, clock: own }))
  const prober = incarnation.guard(fakeProber(own, probe))
  const memory = incarnation.guard(store)
  const witness: Witness = {
    decided: () => undefined,
    observed: () => undefined,
    wrote: () => undefined,
    failed: () => undefined,
    broke: (id, laws) => broken.push(...laws.map((law) => `${id}: ${law}`)),
    orphans: (names) => orphans.push(...names)
  }
  const voice = voiceOf(notifiers, incarnation, memory, own)
  const pulse = heartbeat && makePulse(incarnation.guard(heartbeat), own)
  const onTurned: LoopDeps['onTurned'] = (...turn) => pulse?.looked(...turn)
  const ports = { router, observer, alarms, prober, store: memory }
  const supervisor = makeSupervisor({ ...ports, clock: own, witness, voice, onTurned })
  const { signal } = new AbortController()
  void pulse?.run({ running: () => supervisor.running(), leads: () => true, failed: () => undefined, signal })
  let n = 0
  const sluice = makeService({
    catalogue: { policies: () => [], migrations: () => [], reload: async () => ({ policies: 0, migrations: 0 }) },
    router,
    store: memory,
    supervisor,
    clock: own,
    newId: () => `shf_${String(clock.elapsed()).padStart(12, '0')}${String((n += 1)).padStart(4, '0')}`,
    maxOpen,
    hasTokens: true,
    voice
  })
  return { incarnation, sluice, supervisor }
}

/** Notices are saved and delivered as in production, each call of a target being a point where the process can die. */
function voiceOf(notifiers: readonly Notifier[], incarnation: Incarnation, store: Store, clock: Clock): Voice {
  if (notifiers.length === 0) return SILENT
  const courier = startCourier({
    store,
    notifiers: notifiers.map((one) => incarnation.guard(one)),
    clock,
    mayDeliver: () => true,
    told: () => undefined,
    failed: () => undefined
  })
  return { audiences: notifiers.map(({ name }) => ({ name, events: null })), ring: () => courier.ring() }
}
