/**
 * What must hold of several processes: who writes leads, nobody else does, a new leader does not raise too early, and a leader
 * that is gone is followed in time.
 */
import type { Instant, Ms } from '../../src/core/time.ts'
import { isGoingBack } from '../../src/core/shift.ts'
import { isAbove, isGone, percent, toldShare, type Court } from './law.ts'
import { LEASE_MS, WRITE_MS, type ReplicaLife } from './replicasLife.ts'
import type { ReplicasStage } from './replicasStage.ts'

/** A lease, what clocks may differ, a look at it, and slow calls. */
const TAKEOVER_MS: Ms = LEASE_MS + 3_000
/** The promise: losing the leader delays a rollback by at most so long. */
const FIRST_WRITE_MS: Ms = 15_000
const TICK_MS: Ms = 1_000

interface LeaseSeen {
  readonly owner: string
  readonly epoch: number
  /** When its newest renewal was stored. */
  readonly at: Instant
  /** When it changed hands; null of the very first. */
  readonly takenAt: Instant | null
}

export function watchReplicas(stage: ReplicasStage, court: Court): void {
  const lease = watchLease(stage, court)
  stage.onSend((life) => {
    const now = stage.clock.now()
    const seen = lease()
    const owns = seen?.owner === life.name && now <= seen.at + LEASE_MS
    court.must('leads', owns, () => `${life.name} sends a write; the lease is ${seen?.owner ?? 'nobody'}'s`)
    judgeAlone(stage, court)
  })
  watchRaises(stage, court, lease)
  watchTakeover(stage, court, lease)
}

/** The record as it is stored: epochs only rise. */
function watchLease(stage: ReplicasStage, court: Court): () => LeaseSeen | null {
  let seen: LeaseSeen | null = null
  stage.shelf.onCommit(({ pk, item }) => {
    if (pk !== 'lease' || !item) return
    const [owner, epoch, at] = [item['owner']?.S ?? '', Number(item['epoch']?.N), stage.clock.now()]
    const former = seen
    court.must('epoch', epoch >= (former?.epoch ?? 0), () => `epoch ${former?.epoch} and then ${epoch}`)
    const takenAt = former?.epoch === epoch ? former.takenAt : former === null ? null : at
    seen = { owner, epoch, at, takenAt }
    judgeAlone(stage, court)
  })
  return () => seen
}

function judgeAlone(stage: ReplicasStage, court: Court): void {
  const holding = stage.replicas().filter(({ incarnation, lease }) => incarnation.alive && lease.holds())
  court.must('twoLeaders', holding.length <= 1, () => `${holding.map(({ name }) => name).join(' and ')} both lead`)
}

/** The longest call of the former leader may still land: until then a new one only lowers. */
function watchRaises(stage: ReplicasStage, court: Court, lease: () => LeaseSeen | null): void {
  stage.world.watch((call, write) => {
    if (!write?.split || call.by !== 'sluice' || write.route === null) return
    const takenAt = lease()?.takenAt ?? null
    const [told, now] = [toldShare(stage, write.route), stage.clock.now()]
    const share = { old: write.split.old, new: write.split.new }
    const early = takenAt !== null && now < takenAt + WRITE_MS - stage.scenario.latencyMs
    court.must(
      'raisedEarly',
      !(early && isAbove(share, told)),
      () => `${write.route}: ${percent(share)} is sent ${now - (takenAt ?? 0)} ms after the lease was taken`
    )
  })
}

function watchTakeover(stage: ReplicasStage, court: Court, lease: () => LeaseSeen | null): void {
  const { clock } = stage
  const able = new Map<ReplicaLife, Instant>()
  let [goneAt, sentAt] = [clock.now(), clock.now()]
  let wasLed = false
  stage.onSend(() => {
    sentAt = clock.now()
  })
  const tick = (): void => {
    const now = clock.now()
    for (const life of stage.replicas()) {
      const isAble = life.incarnation.alive && !life.frozen() && !life.cut
      if (!isAble) able.delete(life)
      else if (!able.has(life)) able.set(life, now)
    }
    for (const life of able.keys()) if (!stage.replicas().includes(life)) able.delete(life)
    const led = [...able.keys()].some(({ lease }) => lease.holds())
    if (wasLed && !led) goneAt = now
    if (led && !wasLed) judgeBackAfter(stage, court, goneAt, () => sentAt)
    wasLed = led
    const standing = Math.min(...able.values())
    if (!led && now - Math.max(goneAt, lease()?.at ?? 0, standing, stage.storeCalmSince()) > TAKEOVER_MS) {
      court.accuse('takeover', `nobody leads for ${(now - goneAt) / 1000} s`)
    }
    clock.after(TICK_MS, tick)
  }
  clock.after(TICK_MS, tick)
}

/** A rollback that a new leader finds is written within the promise, counted from the loss of the former one. */
function judgeBackAfter(stage: ReplicasStage, court: Court, goneAt: Instant, sentAt: () => Instant): void {
  const { clock, ledger, weather } = stage
  const shift = ledger.newest()
  if (!shift || !isGoingBack(shift.phase) || shift.policy.rollback.shape !== 'direct') return
  const leader = stage.life()
  clock.after(Math.max(0, goneAt + FIRST_WRITE_MS - clock.now()), () => {
    const now = ledger.newest()
    // One that is stuck is tried again with waits of its own, a rule that is gone in vain.
    if (now?.id !== shift.id || now.phase.kind !== 'rolling_back' || stage.life() !== leader) return
    const calm = weather.calmFor('reads', 'writes') > FIRST_WRITE_MS
    const away = now.routes.filter(
      ({ name, want }) => !isGone(stage, name) && isAbove(toldShare(stage, name), want.share)
    )
    court.must(
      'lateTakeover',
      !calm || away.length === 0 || sentAt() > goneAt,
      () =>
        `${away.map(({ name }) => name).join()}: ${FIRST_WRITE_MS / 1000} s after the leader was lost nothing is sent`
    )
  })
}
