/**
 * Safety, judged at the very instant when `send` is called: what was asked of AWS, against what is stored and what AWS
 * answered until then. A write that lands late is judged when it was sent; nobody can promise more.
 */
import { isZero, sameShare, tenthsOfShare, type Share } from '../../src/core/share.ts'
import { isEnded, isGoingBack, type RouteState, type Shift } from '../../src/core/shift.ts'
import { LATE_MS, ZERO } from '../../src/core/want.ts'
import type { CallSent } from '../support/world/faults.ts'
import type { WriteRecord } from '../support/world/log.ts'
import type { Chronicle } from './chronicle.ts'
import { isDefinite } from './chronicle.ts'
import { blur, isAbove, isDns, percent, routeOf, targetGroup, toldShare, type Court } from './law.ts'
import type { Stage } from './stage.ts'

/** A refused write is tried again on its read for 2 s: a person who writes within is written over. */
const BASE_GOOD_MS = 2_000
/** Reads that take longer are given up. */
const LOOK_MS = 5_000
const FRESH_MS = 10_000

interface Sent {
  readonly stage: Stage
  readonly court: Court
  readonly chronicle: Chronicle
  readonly shift: Shift
  readonly route: RouteState
  readonly share: Share
  readonly attached: boolean
}

export function watchSends(stage: Stage, court: Court, chronicle: Chronicle): void {
  stage.world.watch((call, write) => {
    if (!write || call.by !== 'sluice' || write.route === null) return
    judgeSend(stage, court, chronicle, call, write)
  })
}

function judgeSend(stage: Stage, court: Court, chronicle: Chronicle, call: CallSent, write: WriteRecord): void {
  const { split } = write
  const name = write.route ?? ''
  stage.say(
    `→  ${write.operation} ${name} ${split ? `${split.old}:${split.attached ? split.new : '-'}` : '?'} (call ${call.n})`
  )
  if (!split) return court.accuse('plan', `${name}: a write that forwards to nobody`)
  if (split.old + split.new <= 0) return court.accuse('allZero', `${name}: all weights 0`)
  const shift = stage.ledger.newest()
  if (!shift) return court.accuse('saved', `${name}: written although no shift is stored`)
  if (isEnded(shift.phase)) return court.accuse('ended', `${name}: written after the end, ${shift.phase.kind}`)
  const route = routeOf(shift, name)
  const share = { old: split.old, new: split.new }
  const sent: Sent = { stage, court, chronicle, shift, route, share, attached: split.attached }
  court.must('observe', shift.policy.mode === 'act', () => `${name}: written in mode observe`)
  if (shift.phase.kind === 'preflight' && isDns(stage, name)) return judgeHandshake(sent)
  judgeSaved(sent)
  judgePlan(sent)
  if (isGoingBack(shift.phase)) judgeBack(sent)
  else judgeForward(sent)
}

/** Preflight proves its rights by writing what stands, or stood when it looked, in a batch that Route 53 refuses for another reason. */
function judgeHandshake({ stage, court, chronicle, route, share }: Sent): void {
  const stood = [0, LOOK_MS].map((ago) => chronicle.toldAt(route.name, stage.clock.now() - ago))
  court.must(
    'handshake',
    stood.some((told) => sameShare(told, share)) ||
      (stood.some((told) => told.old === share.old) && stood.some((told) => told.new === share.new)),
    () => `${route.name}: preflight would change it to ${percent(share)}`
  )
}

function judgeSaved({ court, route, share, attached }: Sent): void {
  const saved = route.asks.some(
    ({ want }) => sameShare(want.share, share) && (want.attached === null || want.attached === attached)
  )
  court.must('saved', saved, () => `${route.name}: ${percent(share)} is sent, and no such ask is stored`)
}

function judgePlan({ court, chronicle, shift, route, share }: Sent): void {
  const planned = [
    ZERO,
    route.restore,
    shift.step < 0 ? route.from : null,
    shift.adopted[route.name],
    shift.back?.shares[route.name],
    ...shift.steps.map((step) => step.shares[route.name])
  ]
  const known = planned.some((one) => one !== undefined && one !== null && sameShare(one, share))
  const capacity = shift.policy.rollback.shape === 'capacity' && isGoingBack(shift.phase)
  const kept = isGoingBack(shift.phase) && chronicle.toldEver(route.name).some((told) => sameShare(told, share))
  court.must('plan', known || capacity || kept, () => `${route.name}: ${share.old}:${share.new} is not in the plan`)
}

/** Never above what is to be restored; with `shape: capacity` never above what stood there. */
function judgeBack(sent: Sent): void {
  const { stage, court, chronicle, shift, route, share } = sent
  const told = toldShare(stage, route.name)
  const settled = stage.clock.now() - chronicle.toldSince(route.name) > LOOK_MS + BASE_GOOD_MS + blur(stage)
  const blind = stage.weather.calmFor('reads') < 2 * LOOK_MS
  const raises = settled && !blind && isAbove(share, told)
  court.must('raisesBack', !raises, () => `${route.name}: a rollback raises ${percent(told)} to ${percent(share)}`)
  const restore = route.restore ?? ZERO
  if (!isAbove(share, restore)) return
  const stood = chronicle.toldEver(route.name).filter((told) => isAbove(told, share) || sameShare(told, share))
  const allowed = shift.policy.rollback.shape === 'capacity' && stood.length > 0
  court.must('goingBack', allowed, () => `${route.name}: ${percent(share)} is sent while ${shift.phase.kind}`)
}

function judgeForward(sent: Sent): void {
  const { stage, court, chronicle, shift, route, share } = sent
  const { kind } = shift.phase
  const mayWrite = kind === 'converging' || kind === 'baking' || kind === 'awaiting_approval' || kind === 'draining'
  if (!mayWrite) return court.accuse('waiting', `${route.name}: ${percent(share)} is sent while ${kind}`)
  judgeFought(sent)
  const confirmed = chronicle.base(route.name)
  if (confirmed && isAbove(share, confirmed.share) && !confirmed.byChoice) {
    const jump = tenthsOfShare(share) - tenthsOfShare(confirmed.share)
    court.must(
      'maxJump',
      jump <= shift.policy.maxJump,
      () => `${route.name}: from ${percent(confirmed.share)} to ${percent(share)}`
    )
  }
  const live = stage.wire.sightings(route.name).at(-1)?.share
  const raises = live !== undefined && isAbove(share, live)
  if (!raises) return
  judgeHealth(sent)
  const { stop } = stage.ledger
  const savedAt = chronicle.askedAt(shift.id, route.name, share)
  const heard = stop !== null && savedAt !== null && savedAt - stop.at > LOOK_MS + BASE_GOOD_MS
  court.must(
    'stopped',
    !heard || stage.life().skewMs !== 0,
    () => `${route.name}: raised although everything is stopped`
  )
}

/** Somebody else's change stands until a person chooses. */
function judgeFought(sent: Sent): void {
  const { stage, court, chronicle, route, share } = sent
  const { clock } = stage
  const told = toldShare(stage, route.name)
  const base = chronicle.base(route.name)
  const changed = chronicle.toldSince(route.name)
  if (!base || sameShare(told, share) || sameShare(told, base.share)) return
  judgeUnread(sent, base.share)
  if (clock.now() - changed <= BASE_GOOD_MS + blur(stage)) return
  if (chronicle.mayBeLate(route.name, told, clock.now() - LATE_MS - LOOK_MS)) return
  court.accuse(
    'fought',
    `${route.name}: ${percent(told)}, set by somebody else ${(clock.now() - changed) / 1000} s ago, is written over with ${percent(share)}`
  )
}

/** The newest answer that came before this write showed what is expected: nobody writes over what was just read. */
function judgeUnread({ stage, court, chronicle, route, share }: Sent, expected: Share): void {
  const now = stage.clock.now()
  const seen = stage.wire.sightings(route.name).at(-1)?.share
  const retried = stage.world.log.some(
    (write) => write.route === route.name && write.by === 'sluice' && isRefused(write, now - BASE_GOOD_MS)
  )
  if (seen === undefined || retried || sameShare(seen, share) || sameShare(seen, expected)) return
  if (chronicle.mayBeLate(route.name, seen, now - LATE_MS - LOOK_MS)) return
  court.accuse(
    'unread',
    `${route.name}: ${percent(seen)} was read right before, and ${percent(share)} is written over it`
  )
}

function isRefused({ outcome, answeredAt }: WriteRecord, since: number): boolean {
  return answeredAt !== null && answeredAt >= since && isDefinite(outcome)
}

/** Enough healthy targets of new, in an answer that is at most 10 s old; and old was not short when it was decided. */
function judgeHealth({ stage, court, chronicle, shift, route, share }: Sent): void {
  const now = stage.clock.now()
  const { capacity, preflight } = shift.policy
  const part = share.new / (share.old + share.new)
  const least = Math.max(preflight.minHealthyTargets, Math.ceil(part * route.oldHealthyAtStart * capacity.new - 1e-9))
  const decidedAt = chronicle.askedAt(shift.id, route.name, share)
  const looks = stage.wire.health(targetGroup(stage, route.name, 'new')).filter(({ at }) => now - at <= FRESH_MS)
  const fresh = looks.findLast(({ askedAt }) => now - askedAt <= FRESH_MS)
  court.must('health', fresh !== undefined, () => `${route.name}: no fresh look at new`)
  const needed = isZero(share) ? 0 : least
  // The write stands on a look made for it after its decision was saved; what another look shows while the write waits for
  // its turn came too late to be heard.
  const forIt = looks.filter(({ askedAt }) => askedAt >= (decidedAt ?? Infinity))
  court.must(
    'health',
    [fresh, ...forIt].some((look) => (look?.healthy ?? 0) >= needed),
    () => `${route.name}: ${fresh?.healthy} healthy targets, ${percent(share)} needs ${least}`
  )
  if (decidedAt === null) return
  const old = stage.wire.health(targetGroup(stage, route.name, 'old')).findLast(({ at }) => at <= decidedAt)
  const oldSuffices = old !== undefined && old.healthy >= capacity.old * route.oldHealthyAtStart
  court.must(
    'oldCapacity',
    oldSuffices,
    () => `${route.name}: raised although old has ${old?.healthy} of ${route.oldHealthyAtStart}`
  )
}
