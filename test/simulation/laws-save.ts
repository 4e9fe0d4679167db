/**
 * What must hold of every saved decision, judged at the commit against the world: progress only from what is so, ends only
 * where it is so, nothing decided on a period that was not mature, nobody blamed for what he did not do.
 */
import { sameShare, type Share } from '../../src/core/share.ts'
import { isEnded, isGoingBack, type Shift } from '../../src/core/shift.ts'
import { ZERO } from '../../src/core/want.ts'
import type { Chronicle } from './chronicle.ts'
import type { Saved } from './ledger.ts'
import { blur, counter, isAbove, isDns, isGone, percent, targetGroup, toldShare, type Court } from './law.ts'
import type { Stage } from './stage.ts'
import { TTL_SECONDS } from './scenario.ts'
import { describeEvent } from './stage.ts'

/** A look at the routes and its decision are at most so old when they are saved. */
const LOOK_MS = 6_000
const SKEW_NOISE_MS = 2_000
const CLEAN_SKEW_MS = 0

interface Watch {
  readonly stage: Stage
  readonly court: Court
  readonly chronicle: Chronicle
}

interface Bench extends Watch {
  /** Routes that were last read back by a process whose clock is wrong: from when they settle is not known there. */
  readonly misdated: Set<string>
}

export function watchSaves(watch: Watch): void {
  const { stage, court } = watch
  const bench: Bench = { ...watch, misdated: new Set() }
  stage.ledger.onSave((saved) => {
    try {
      judgeSave(bench, saved)
    } catch (err) {
      // Thrown on, it would look like a store that fails, which is forgiven.
      court.accuse('checker', `the checker itself threw: ${String(err)}`)
    }
  })
}

function judgeSave(bench: Bench, saved: Saved): void {
  const { stage, court } = bench
  for (const event of saved.events) stage.say(`·  ${describeEvent(event)}`)
  dateReadBacks(bench, saved)
  court.must(
    'version',
    saved.next.version === saved.before.version + 1,
    () => `${saved.before.version} to ${saved.next.version}`
  )
  judgePeriods(bench, saved)
  judgeStep(bench, saved)
  judgeEvents(bench, saved)
  if (isEnded(saved.next.phase)) judgeEnd(bench, saved)
}

function dateReadBacks({ stage, misdated }: Bench, { events }: Saved): void {
  for (const { reason } of events) {
    if (reason.code !== 'read_back') continue
    if (stage.life().skewMs === CLEAN_SKEW_MS) misdated.delete(reason.route)
    else misdated.add(reason.route)
  }
}

/** Nothing is decided on a period that AWS had not told whole, or before its time. */
function judgePeriods({ stage, court }: Bench, { before, seen }: Saved): void {
  for (const { meter: key, periods } of seen.meters) {
    const meter = before.meters.find((candidate) => candidate.key === key)
    if (!meter) continue
    for (const period of periods) {
      const matureAt = period.start + meter.periodMs + meter.delayMs
      court.must(
        'immature',
        stage.clock.now() >= matureAt - SKEW_NOISE_MS,
        () =>
          `${key}: the period of ${stage.world.stamp(period.start)} is judged ${(matureAt - stage.clock.now()) / 1000} s early`
      )
      for (const side of ['old', 'new'] as const) {
        const { requests, codes } = period[side]
        const group = counter(stage, meter.route, side)
        const told = (metric: string, value: number | null): boolean =>
          value === null || (stage.wire.measured(metric, group).get(period.start)?.has(value) ?? false)
        const honest = told('RequestCount', requests) && told('HTTPCode_Target_5XX_Count', codes.c5xx)
        court.must(
          'measured',
          honest,
          () => `${key}: ${side} ${requests} requests at ${stage.world.stamp(period.start)} were never told`
        )
      }
    }
  }
}

/** A higher step begins only where the former is live, in effect and measured. */
function judgeStep(bench: Bench, saved: Saved): void {
  const { stage, court, chronicle } = bench
  const { before, next } = saved
  if (next.step <= before.step || before.firstWriteAt === null || next.policy.mode === 'observe') return
  if (next.phase.kind !== 'converging' || saved.events.some(({ type }) => type === 'shift.resumed')) return
  const now = stage.clock.now()
  for (const route of before.routes) {
    const is = [0, LOOK_MS + blur(stage)].map((ago) => chronicle.toldAt(route.name, now - ago))
    const was = is.some((share) => sameShare(share, route.want.share))
    court.must(
      'notLive',
      was,
      () =>
        `${route.name}: the next step begins although ${percent(toldShare(stage, route.name))} is live, not ${percent(route.want.share)}`
    )
  }
  if (before.step >= 0) judgeMeasured(bench, saved)
}

/** The data plane follows a write late: what is read back is in effect only after a while. */
function judgeSettled(bench: Bench, shift: Shift): void {
  const { stage, court, chronicle, misdated } = bench
  if (stage.life().skewMs !== CLEAN_SKEW_MS) return
  for (const { name, want } of shift.routes) {
    if (misdated.has(name)) continue
    const since = chronicle.wantedSince(name)
    const first = stage.wire.sightings(name).find(({ at, share }) => at > since && sameShare(share, want.share))
    const now = stage.clock.now()
    if (isDns(stage, name)) {
      judgeSpread(bench, name, want.share)
      continue
    }
    const settled = first !== undefined && now - first.at >= shift.policy.alb.settleMs
    court.must('inEffect', settled, () => `${name}: in effect ${first ? now - first.at : '?'} ms after the read-back`)
  }
}

/** Records are in effect once every name server has them and resolvers had the time to ask again. */
function judgeSpread({ stage, court, chronicle }: Bench, name: string, wanted: Share): void {
  // Those that came later are of the very same share.
  const since = chronicle.standsSince(name)
  // Somebody has changed it since the look on which this was decided.
  if (stage.clock.now() - since < LOOK_MS && !sameShare(toldShare(stage, name), wanted)) return
  const changes = stage.world.name(name).zone.changes.filter(({ at }) => at >= since)
  if (changes.length === 0) return
  // And once a later one is everywhere, so is what it says, however long the first one takes.
  const syncAt = Math.min(...changes.map((change) => change.syncAt))
  const { staleFactor, floorMs } = stage.scenario.policy.dns
  const holdMs = staleFactor * Math.max(TTL_SECONDS * 1_000, floorMs)
  const early = syncAt + holdMs - stage.clock.now()
  court.must('inEffect', early <= 0, () => `${name}: in effect ${early} ms before resolvers can have asked again`)
}

/** Two whole periods inside the step for each gate that counts, and the newest of them no breach. */
function judgeMeasured({ stage, court }: Bench, { before, next, events }: Saved): void {
  const advanced = events.some(
    ({ reason }) => reason.code === 'step_done' && (reason.by === 'advance' || reason.by === 'insufficient')
  )
  const { phase } = before
  const since = phase.kind === 'baking' ? phase.since : phase.kind === 'awaiting_approval' ? phase.bakingSince : null
  if (since === null) return court.accuse('progress', `a step ends while ${phase.kind}`)
  if (stage.life().skewMs !== CLEAN_SKEW_MS) return
  for (const gate of next.gateSpecs) {
    if (gate.type !== 'errorRate' || (gate.action ?? next.policy.onBreach) !== 'rollback') continue
    for (const { name } of before.routes) {
      const group = counter(stage, name, 'new')
      const requests = stage.wire.measured('RequestCount', group)
      const errors = stage.wire.measured('HTTPCode_Target_5XX_Count', group)
      const inside = [...requests.keys()].filter(
        (start) => start >= since && start + gate.periodMs <= stage.clock.now()
      )
      court.must(
        'unmeasured',
        advanced || inside.length >= 2,
        () => `${name}: step ${before.step} ends on ${inside.length} measured periods`
      )
      for (const start of inside) {
        if (start + gate.periodMs + gate.delayMs > stage.clock.now()) continue
        const all = Math.min(...(requests.get(start) ?? [0]))
        const failed = Math.max(0, ...(errors.get(start) ?? []))
        const bad = gate.against === 'none' && all >= gate.minRequests && failed / all > gate.max * 2
        court.must(
          'breachPassed',
          !bad,
          () => `${name}: step ${before.step} ends with ${failed} of ${all} failed at ${stage.world.stamp(start)}`
        )
      }
    }
  }
}

function judgeEvents(bench: Bench, { before, next, events, consumed }: Saved): void {
  const { stage, court, chronicle } = bench
  for (const { type, reason, page, phase } of events) {
    if (type === 'shift.halted' || type === 'shift.stuck' || type === 'rollback.started') {
      court.must('page', page, () => `${type} wakes nobody`)
    }
    if (reason.code === 'in_effect' && reason.step >= 0) judgeSettled(bench, before)
    if (reason.code === 'rollback_started') judgeLanding(stage, court, before, next)
    if (reason.code === 'approved') {
      const asked = consumed.some(({ order }) => order.verb === 'approve' && order.step === reason.step)
      court.must('approval', asked, () => `step ${reason.step} is approved, and nobody approved it`)
    }
    if (reason.code === 'drift') {
      if (reason.kind === 'gone')
        court.must('blame', isGone(stage, reason.route), () => `${reason.route} is said to be gone`)
      if (reason.kind === 'share' && reason.found !== null) {
        const { found } = reason
        const at = stage.clock.now()
        const shares = [0, 2_000, 4_000, LOOK_MS, LOOK_MS + blur(stage), 14_000].map((ago) =>
          chronicle.toldAt(reason.route, at - ago)
        )
        court.must(
          'blame',
          shares.some((share) => sameShare(share, found)),
          () => `${reason.route} is said to be at ${percent(found)}`
        )
      }
    }
    if (reason.code === 'resumed' && reason.drift === 'adopt' && next.step >= 0) {
      const step = next.steps[next.step]
      const lowest = next.routes.map((route) => route.want.share).reduce((a: Share, b) => (isAbove(a, b) ? b : a))
      const fits = next.routes.every((route) => !isAbove(step?.shares[route.name] ?? ZERO, route.want.share))
      court.must('adopt', fits, () => `adopted at ${percent(lowest)} as the step of ${(step?.percent ?? 0) / 10} %`)
    }
    court.must('phase', typeof phase === 'string', () => 'an event without a phase')
  }
  const verbs = consumed.map(({ order }) => order.verb)
  if (verbs.includes('abort') && !isEnded(before.phase)) {
    const heard =
      isGoingBack(next.phase) || isEnded(next.phase) || (next.phase.kind === 'halted' && next.phase.cause !== null)
    const observes = next.policy.mode === 'observe'
    court.must('abort', heard || observes, () => `an abort is consumed, and the shift is ${next.phase.kind}`)
  }
}

/** Nobody is sent back to where nobody answers, unless a person insists. */
function judgeLanding(stage: Stage, court: Court, before: Shift, shift: Shift): void {
  const { phase } = shift
  if (phase.kind !== 'rolling_back') return
  if (phase.cause.kind === 'person' && phase.cause.force) return
  for (const route of shift.routes) {
    const old = stage.wire.health(targetGroup(stage, route.name, 'old')).at(-1)
    const fresh = old !== undefined && stage.clock.now() - old.at < 1_000
    const moves = isAbove(toldShare(stage, route.name), route.restore ?? ZERO)
    const truth = stage.targets(route.name, 'old')
    const waited = before.phase.kind === 'halted' && before.phase.why === 'old_unhealthy'
    const stillDead = waited && truth.healthy === 0 && stage.clock.now() - truth.since > LOOK_MS
    const dead = moves && !isGone(stage, route.name) && ((fresh && old.healthy === 0) || stillDead)
    court.must('deadLanding', !dead, () => `${route.name}: going back to an old side without a healthy target`)
  }
}

/** What is said at an end is so. */
function judgeEnd({ stage, court, chronicle }: Bench, { before, next }: Saved): void {
  const { kind } = next.phase
  if (kind === 'failed') return court.accuse('failed', 'no shift fails here')
  if (before.firstWriteAt === null || next.policy.mode === 'observe') {
    // Preflight asks Route 53 for a batch that it must refuse, to learn its rights; the law of the handshake judges that.
    const wrote = stage.world.log.some(
      ({ by, sentAt, operation, landedAt }) =>
        by === 'sluice' && sentAt >= next.createdAt && (operation !== 'ChangeResourceRecordSets' || landedAt !== null)
    )
    return court.must(
      'untouched',
      before.firstWriteAt !== null || !wrote,
      () => `${kind} without a first write, and there was one`
    )
  }
  if (kind === 'released') return
  for (const route of next.routes) {
    const now = stage.clock.now()
    const told = [0, LOOK_MS + blur(stage)].map((ago) => chronicle.toldAt(route.name, now - ago))
    const target = next.steps.at(-1)?.shares[route.name] ?? ZERO
    const restored = told.some((share) => !isAbove(share, route.restore ?? ZERO))
    const reached = told.some((share) => sameShare(share, target) || isAbove(share, target))
    const holds = kind === 'completed' ? reached : restored
    court.must('end', holds, () => `${kind}, and ${route.name} is at ${percent(toldShare(stage, route.name))}`)
  }
}
