/**
 * Several whole daemons over one table, in virtual time: the real engine, store, lease and router over simulated clients. Each can
 * be killed, stopped, or cut off from the table; orders go to any of them.
 */
import type { Test } from 'tap'
import type { Shift, ShiftId } from '../../src/core/shift.ts'
import type { Instant, Ms } from '../../src/core/time.ts'
import { aReach } from '../support/dynamo/client.ts'
import { aShelf, type Shelf } from '../support/dynamo/shelf.ts'
import { patchGlobals } from '../support/virtual/globals.ts'
import { virtualClock, type Span, type VirtualClock } from '../support/virtual.ts'
import { streamOf } from '../support/world/random.ts'
import { makeWorld, type World } from '../support/world/world.ts'
import type { Ledger } from '../simulation/ledger.ts'
import { replicasLedger } from '../simulation/replicasLedger.ts'
import { newReplica, type ReplicaLife } from '../simulation/replicasLife.ts'
import { makeWire } from '../simulation/wire.ts'
import { aProductionPolicy } from './rig.ts'

/** A write to AWS: who sent it, when, and the percent of new. */
export interface Sent {
  readonly by: string
  readonly at: Instant
  readonly percent: number
}

export interface ReplicasRig {
  readonly clock: VirtualClock
  readonly world: World
  readonly shelf: Shelf
  readonly ledger: Ledger
  readonly replicas: readonly ReplicaLife[]
  readonly sent: readonly Sent[]
  readonly broken: readonly string[]
  leader(): ReplicaLife | null
  follower(): ReplicaLife
  complete<T>(promise: Promise<T>): Promise<T>
  /** Through a follower. */
  start(): Promise<ShiftId>
  until(isSo: (shift: Shift) => boolean, max?: Span): Promise<Shift>
  /** Another process in the place of one that died. */
  reborn(dead: ReplicaLife): void
}

/** A replica for each clock that is wrong by so much; the first leads. */
export async function aReplicasRig(t: Test, skews: readonly Ms[]): Promise<ReplicasRig> {
  const clock = virtualClock()
  t.teardown(patchGlobals(clock, { random: streamOf(1, 'replicas') }))
  const world = makeWorld({ rps: 200, routes: ['web'], clock })
  const shelf = aShelf()
  const ledger = replicasLedger(shelf, clock, () => undefined)
  const sent: Sent[] = []
  const broken: string[] = []
  const replicas: ReplicaLife[] = []
  let sender = ''
  world.watch((_call, write) => {
    if (!write?.split) return
    const { old, new: fresh } = write.split
    sent.push({ by: sender, at: clock.now(), percent: Math.round((100 * fresh) / (old + fresh)) })
  })
  const outside = {
    clock,
    region: world.region,
    wire: makeWire(world, ['web']),
    shelf,
    reach: aReach(),
    mutant: null,
    writesPerSecond: 2,
    broke: (_id: ShiftId, laws: readonly string[]) => void broken.push(...laws),
    failed: () => undefined,
    onDeath: () => undefined,
    told: () => undefined,
    sends: (life: ReplicaLife) => {
      sender = life.name
    }
  }
  let born = 0
  const birth = (place: number, skewMs: Ms): void => {
    born += 1
    replicas[place] = newReplica(outside, `r${place + 1}.${born}`, skewMs, born)
  }
  for (const [place, skewMs] of skews.entries()) {
    birth(place, skewMs)
    await clock.advance('100ms')
  }
  t.teardown(() => replicas.forEach(({ incarnation }) => incarnation.kill()))
  const complete = <T>(promise: Promise<T>) => clock.complete(promise, '10m')
  const leads = (life: ReplicaLife): boolean => life.incarnation.alive && !life.frozen() && life.lease.holds()
  const follower = (): ReplicaLife => {
    const found = replicas.find((life) => life.incarnation.alive && !life.frozen() && !leads(life))
    if (!found) throw new Error('nobody follows')
    return found
  }
  return {
    clock,
    world,
    shelf,
    ledger,
    replicas,
    sent,
    broken,
    leader: () => replicas.find(leads) ?? null,
    follower,
    complete,
    start: async () => {
      const request = {
        migration: world.migration(),
        policy: aProductionPolicy(),
        reason: 'a scenario',
        routes: null,
        toPercent: null,
        from: 'zero' as const,
        actor: 'tester',
        idempotency: null
      }
      return (await complete(follower().sluice.start(request))).shift.id
    },
    until: async (isSo, max = '3h') => {
      const now = () => ledger.newest()
      const found = await clock.runUntil(() => {
        const shift = now()
        return shift !== null && isSo(shift)
      }, max)
      const shift = now()
      if (!found || !shift) throw new Error(`not so within ${max}: ${shift?.phase.kind ?? 'no shift'}`)
      return shift
    },
    reborn: (dead) => birth(replicas.indexOf(dead), dead.skewMs)
  }
}
