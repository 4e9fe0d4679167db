/**
 * Carries out what a scenario has in store, and undoes it when its time is over.
 */
import type { Order } from '../../src/core/command.ts'
import { isEnded, type Shift } from '../../src/core/shift.ts'
import { sameShare, type Share } from '../../src/core/share.ts'
import { ZERO } from '../../src/core/want.ts'
import type { Match } from '../support/world/faults.ts'
import type { Act, Calls, Deed } from './scenario.ts'
import { describe, PENDING_MS } from './scenario.ts'
import { isDns } from './law.ts'
import type { Stage } from './stage.ts'

const RULES = ['DescribeRules', 'DescribeListeners', 'ListResourceRecordSets']

const MATCHES: Readonly<Record<Calls, Match>> = {
  all: {},
  reads: {
    operation: [...RULES, 'DescribeTargetHealth', 'GetMetricData', 'DescribeTags', 'GetChange']
  },
  writes: { operation: ['ModifyRule', 'ModifyListener', 'ChangeResourceRecordSets'] },
  rules: { operation: RULES },
  health: { operation: 'DescribeTargetHealth' },
  cloudwatch: { service: 'cloudwatch' }
}

/** Puts every act on the clock, or where the event that it waits for will find it. */
export function schedule(stage: Stage): void {
  const { clock, scenario, ledger } = stage
  const isOver = (): boolean => clock.elapsed() >= scenario.faultsMs
  const perform = (act: Act): void => {
    if (isOver()) return
    stage.say(`✎  ${describe(act)}`)
    carryOut(stage, act.deed)
  }
  const counts = new Map<string, number>()
  const nth = (what: string): number => {
    const n = (counts.get(what) ?? 0) + 1
    counts.set(what, n)
    return n
  }
  for (const act of scenario.acts) {
    const { when } = act
    if ('at' in when) clock.at(when.at, () => perform(act))
  }
  ledger.onSave(({ before, next, events }) => {
    for (const { type } of events) {
      const n = nth(type)
      for (const act of scenario.acts) {
        const { when } = act
        if ('after' in when && when.after === type && when.nth === n) clock.after(when.delayMs, () => perform(act))
      }
    }
    if (next.phase.kind !== 'baking' || before.phase.kind === 'baking') return
    const n = nth('bake')
    const lastsMs = next.phase.until - next.phase.since
    for (const act of scenario.acts) {
      const { when } = act
      if ('bake' in when && when.bake === n) clock.after(Math.max(0, lastsMs - when.beforeEndMs), () => perform(act))
    }
  })
}

function carryOut(stage: Stage, deed: Deed): void {
  switch (deed.kind) {
    case 'throttle':
    case 'fail500':
    case 'silence':
    case 'denied':
    case 'chaos':
    case 'timeouts':
    case 'sentTwice':
      return troubleCalls(stage, deed)
    case 'readLag':
      stage.world.faults.readLag(deed.lagMs)
      return during(stage, 'reads', deed, () => stage.world.faults.readLag(0))
    case 'metrics':
      return during(stage, 'reads', deed, stage.world.faults.metrics(deed.status))
    case 'metricsDelay': {
      const { delayMs } = stage.scenario.metrics
      stage.world.faults.metricsDelay(delayMs + deed.delayMs)
      return during(stage, 'reads', deed, () => stage.world.faults.metricsDelay(delayMs))
    }
    case 'route53':
      return troubleRoute53(stage, deed)
    case 'resync':
      return resync(stage, deed)
    case 'targets': {
      const { route, side } = deed
      const count = stage.scenario.routes.find(({ name }) => name === route)?.targets[side] ?? 0
      stage.setTargets(route, side, deed)
      return void stage.clock.after(deed.forMs, () => stage.setTargets(route, side, { healthy: count, total: count }))
    }
    case 'quiet':
      stage.world.traffic.stop()
      return void stage.clock.after(deed.forMs, () => stage.world.traffic.set(stage.scenario.rps))
    case 'sicken':
      stage.world[deed.side].errorRate = deed.rate
      return
    case 'foreign':
      return foreign(stage, deed)
    case 'foreignShape':
      return foreignShape(stage, deed)
    case 'crash':
    case 'freeze':
    case 'zombie':
    case 'storeFails':
      return troubleProcess(stage, deed)
    case 'order':
      return order(stage, deed)
    case 'stop':
      return pressStop(stage, deed)
    case 'storm':
      return storm(stage, deed.calls)
  }
}

function during(stage: Stage, realm: 'reads' | 'writes', deed: Deed & { forMs: number }, undo: () => void): void {
  stage.weather.begin(realm, deed.kind)
  stage.clock.after(deed.forMs, () => {
    undo()
    stage.weather.end(realm, deed.kind)
  })
}

type CallTrouble = Extract<
  Deed,
  { kind: 'throttle' | 'fail500' | 'silence' | 'denied' | 'chaos' | 'timeouts' | 'sentTwice' }
>

function troubleCalls(stage: Stage, deed: CallTrouble): void {
  const calls = 'calls' in deed ? deed.calls : 'writes'
  const undo = lift(stage, deed, { ...MATCHES[calls], by: 'sluice' })
  if (calls !== 'writes') during(stage, 'reads', deed, undo)
  if (calls === 'writes' || calls === 'all') during(stage, 'writes', deed, undo)
}

function lift(stage: Stage, deed: CallTrouble, match: Match): () => void {
  const { faults } = stage.world
  switch (deed.kind) {
    case 'throttle':
      return faults.throttleEvery(deed.everyNth, match)
    case 'fail500':
      return faults.fail500(undefined, { ...match, landed: deed.landed })
    case 'silence':
      return faults.neverAnswer(undefined, match)
    case 'denied':
      return faults.error('AccessDeniedException', 403, 'not authorized', match)
    case 'chaos': {
      const { throttle, fail500, lost, late } = deed
      return faults.chaos({ throttle, fail500, lost, lateTimeout: late, lateWithin: '80s' }, match)
    }
    case 'timeouts': {
      const landing = typeof deed.landing === 'string' ? deed.landing : { after: deed.landing.afterMs }
      return faults.timeout(landing, { ...match, times: deed.times })
    }
    case 'sentTwice':
      return faults.attempts(2, { ...match, times: deed.times })
  }
}

/** Their changes spread late, the zone is busy, others use up the account's five requests a second. */
function troubleRoute53(stage: Stage, deed: Extract<Deed, { kind: 'route53' }>): void {
  const { dns } = stage.world
  const { pendingMs, busyMs, othersPerSecond } = deed
  Object.assign(dns, { pendingMs, busyMs, othersPerSecond })
  const undo = (): void => calmRoute53(stage)
  during(stage, 'reads', deed, undo)
  during(stage, 'writes', deed, undo)
}

function calmRoute53({ world }: Stage): void {
  Object.assign(world.dns, { pendingMs: PENDING_MS, busyMs: 1_000, othersPerSecond: 0 })
}

/** What it wants is what stood at the beginning; where that stands, it leaves it alone. */
function resync(stage: Stage, { route, everyMs, forMs }: Extract<Deed, { kind: 'resync' }>): void {
  const { clock, world, scenario } = stage
  const plan = scenario.routes.find(({ name }) => name === route)
  const wanted = plan?.weights ?? (plan?.kind === 'dns' ? { old: 100, new: 0 } : { old: 1, new: 0 })
  const until = clock.now() + forMs
  const turn = (): void => {
    const shift = openShift(stage)
    if (clock.now() >= until || clock.elapsed() >= scenario.faultsMs) return
    if (shift && !sameShare(world.told(route), wanted)) {
      stage.foreign.push({ at: clock.now(), route, what: 'resync' })
      stage.say(`✋ a controller sets ${route} to ${wanted.old}:${wanted.new} again`)
      attempt(stage, () => world.foreign.setWeights(route, wanted))
    }
    clock.after(everyMs, turn)
  }
  turn()
}

/** The shift that can be troubled: the newest, while it is open. */
function openShift(stage: Stage): Shift | null {
  const shift = stage.ledger.newest()
  return shift && !isEnded(shift.phase) ? shift : null
}

function foreign(stage: Stage, deed: Extract<Deed, { kind: 'foreign' }>): void {
  const shift = openShift(stage)
  if (!shift) return
  const share = shareOf(stage, shift, deed)
  stage.foreign.push({ at: stage.clock.now(), route: deed.route, what: `${share.old}:${share.new}` })
  stage.say(`✋ somebody sets ${deed.route} to ${share.old}:${share.new}`)
  attempt(stage, () => stage.world.foreign.setWeights(deed.route, share))
}

function attempt(stage: Stage, run: () => void): void {
  try {
    run()
  } catch (error) {
    stage.say(`   not possible: ${String(error)}`)
  }
}

/** Records have smaller weights. */
function fitting(stage: Stage, { route, share }: Extract<Deed, { kind: 'foreign' }>): Share {
  if (!isDns(stage, route)) return share
  return { old: Math.ceil(share.old / 4), new: Math.ceil(share.new / 4) }
}

function shareOf(stage: Stage, shift: Shift, deed: Extract<Deed, { kind: 'foreign' }>): Share {
  const atStep = (step: number): Share => shift.steps[step]?.shares[deed.route] ?? ZERO
  const route = shift.routes.find(({ name }) => name === deed.route)
  switch (deed.weights) {
    case 'zero':
      return ZERO
    case 'all':
      return { old: 0, new: 255 }
    case 'previous':
      return atStep(shift.step - 1)
    case 'next':
      return atStep(shift.step + 1)
    case 'from':
      return route?.from ?? ZERO
    case 'weird':
      return fitting(stage, deed)
  }
}

function foreignShape(stage: Stage, { route, how }: Extract<Deed, { kind: 'foreignShape' }>): void {
  const shift = openShift(stage)
  const plan = stage.scenario.routes.find(({ name }) => name === route)
  if (!shift || !plan) return
  const { foreign: hand } = stage.world
  const told = stage.world.told(route)
  if (how === 'third' && !plan.third) return
  if (how === 'detach' && told.old === 0) return
  stage.foreign.push({ at: stage.clock.now(), route, what: how })
  stage.say(`✋ somebody changes ${route}: ${how}`)
  attempt(stage, () => {
    if (how === 'detach') hand.detach(route)
    else if (how === 'sticky') hand.setStickiness(route, told.stickySeconds === null ? 120 : null)
    else if (how === 'third') hand.setOther(route, 'canary', 50)
    else hand.remove(route)
  })
}

function troubleProcess(
  stage: Stage,
  deed: Extract<Deed, { kind: 'crash' | 'freeze' | 'zombie' | 'storeFails' }>
): void {
  const { clock, weather, ledger } = stage
  const { incarnation } = stage.life()
  switch (deed.kind) {
    case 'crash':
      if (!incarnation.alive) return
      stage.atDeath(deed.downMs, deed.skewMs)
      if (deed.points === 0) incarnation.kill()
      else incarnation.dieIn(deed.points)
      return
    case 'freeze':
      if (!incarnation.alive) return
      incarnation.freeze()
      weather.begin('process', 'frozen')
      clock.after(deed.forMs, () => {
        incarnation.thaw()
        weather.end('process', 'frozen')
        stage.say('   the process goes on')
      })
      return
    case 'zombie':
      return stage.zombie(deed.forMs)
    case 'storeFails':
      ledger.fail(deed.what)
      weather.begin('process', 'store')
      clock.after(deed.forMs, () => {
        ledger.fail(null)
        weather.end('process', 'store')
      })
  }
}

function order(stage: Stage, deed: Extract<Deed, { kind: 'order' }>): void {
  const shift = openShift(stage)
  const life = stage.life()
  if (!shift || !life.incarnation.alive) return
  const given = orderOf(deed, shift.step + deed.stepOff)
  give(stage, shift.id, given, deed.bypass)
}

/** Never waits: whether it was accepted shows in the trace. */
export function give(stage: Stage, id: string, given: Order, bypass = false): void {
  const { sluice, store } = stage.life()
  const accepted = bypass ? store.command(id, 'bot', given, stage.clock.now()) : sluice.order(id, given, 'oncall')
  accepted.then(
    () => stage.say(`☎  accepted: ${JSON.stringify(given)}`),
    (err: unknown) => stage.say(`☎  refused: ${JSON.stringify(given)}: ${String(err)}`)
  )
}

function orderOf(deed: Extract<Deed, { kind: 'order' }>, step: number): Order {
  switch (deed.verb) {
    case 'abort':
      return { verb: 'abort', reason: 'simulated', force: deed.force }
    case 'pause':
      return { verb: 'pause', reason: 'simulated' }
    case 'resume':
      return { verb: 'resume', drift: deed.drift }
    case 'advance':
      return { verb: 'advance', step }
    case 'approve':
    case 'reject':
      return { verb: deed.verb, step, comment: 'simulated' }
    case 'release':
      return { verb: 'release', reason: 'simulated' }
  }
}

function pressStop(stage: Stage, { action, forMs }: Extract<Deed, { kind: 'stop' }>): void {
  const life = stage.life()
  if (!life.incarnation.alive) return
  life.sluice.setStop(action, 'simulated', 'oncall').catch(() => undefined)
  stage.clock.after(forMs, () => liftStop(stage))
}

export function liftStop(stage: Stage): void {
  stage
    .life()
    .sluice.liftStop('oncall')
    .catch(() => undefined)
}

/** Other shifts' writes, as far as the rate budget sees them: places are taken, nothing is sent. */
function storm(stage: Stage, calls: number): void {
  const { aws, incarnation } = stage.life()
  if (!incarnation.alive) return
  const call = {
    urgency: 'forward',
    deadlineAt: stage.clock.now() + 5_000 - 0,
    signal: new AbortController().signal
  } as const
  for (let i = 0; i < calls; i += 1) {
    aws.turn('elbv2', { region: stage.world.region }, 'write', call).catch(() => undefined)
  }
}

/** Everything that goes wrong goes wrong no more; what people changed stays. */
export function faultsEnd(stage: Stage): void {
  const { world, scenario, ledger, weather } = stage
  stage.say('☀  the faults end')
  world.faults.clear()
  world.faults.neverAnswer(() => true, { by: 'zombie' })
  calmRoute53(stage)
  world.faults.metricsDelay(scenario.metrics.delayMs)
  world.traffic.set(scenario.rps)
  ledger.fail(null)
  weather.clear()
  stage.life().incarnation.thaw()
}
