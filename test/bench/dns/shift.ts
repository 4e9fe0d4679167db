/**
 * A whole shift by records, and from 100 % all the way back, in virtual time: the real engine, router, observer and core on the one side; on the other
 * the lab's zone, name servers and resolvers, to which every write is passed on, and whose users are what CloudWatch counts. Every few
 * seconds it is noted: what Sluice says is expected, and where users are.
 */
import type { Test } from 'tap'
import { createVirtualDns, type VirtualDns } from '../../../src/lab/dns/virtual.ts'
import { isEnded } from '../../../src/core/shift.ts'
import { anErrorRateGate } from '../../support/builders.ts'
import type { Resolvers } from '../../support/world/resolvers.ts'
import { aProductionPolicy, aRig, type Rig } from '../../scenarios/rig.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** How often it is noted; a period of CloudWatch holds twelve. */
export const EVERY_MS = 5 * SECOND

export const TTL_SECONDS = 60
export const PENDING_MS = 30 * SECOND
export const RESOLVERS = {
  count: 1_000,
  minTtl: { share: 0.1, seconds: [60, 600] },
  hold: { share: 0.02, seconds: 3_600 }
} as const

export interface Choice {
  readonly seed: number
  /** Weighted answers are spread evenly instead of drawn. */
  readonly even: boolean
  /** 1: name servers learn a change one after another; 0: all of them when it is INSYNC. */
  readonly spread: number
  /** How long each change is PENDING, in turn; 30 s each unless given. */
  readonly pendingMs?: readonly number[]
}

export interface Moment {
  readonly atMs: number
  /** Share of users on new, 0 to 1: as Sluice says, as it is, and as CloudWatch has counted it lately. */
  readonly expected: number
  readonly users: number
  readonly observed: number | null
  /** Phase and percent, for people. */
  readonly when: string
  /** What was asked for last, 0 to 1. */
  readonly asked: number
}

const policy = aProductionPolicy({
  steps: [
    { percent: 10, bakeMs: 10 * MINUTE, approval: null },
    { percent: 100, bakeMs: 10 * MINUTE, approval: null },
    { percent: 500, bakeMs: 15 * MINUTE, approval: null },
    { percent: 1000, bakeMs: 30 * MINUTE, approval: null }
  ],
  gates: [anErrorRateGate()],
  drain: { residual: 0.005, forMs: 5 * MINUTE, deadlineMs: 60 * MINUTE }
})

/** Up to 100 %, then back by order while old drains; until nothing arrives at new any more. */
export async function liveThrough(choice: Choice): Promise<readonly Moment[]> {
  const teardowns: (() => unknown)[] = []
  const stage = { teardown: (run: () => unknown) => void teardowns.push(run) } as unknown as Test
  const users = labUsers(choice)
  const rig = await aRig(stage, {
    routes: [{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }],
    dns: { pending: PENDING_MS, users },
    rps: 500,
    seed: choice.seed,
    past: '20m'
  })
  users.follows(rig)
  try {
    return await noted(rig, users)
  } finally {
    for (const run of teardowns.toReversed()) run()
  }
}

async function noted(rig: Rig, users: LabUsers): Promise<readonly Moment[]> {
  const moments: Moment[] = []
  const { id } = await rig.start(policy)
  const startedAt = rig.clock.now()
  let drainingSince: number | null = null
  for (;;) {
    await rig.clock.advance(EVERY_MS)
    const [shift, view] = [await rig.shift(id), await rig.view(id)]
    const [route] = view.routes
    if (isEnded(shift.phase) || !route) return moments
    moments.push({
      atMs: rig.clock.now() - startedAt,
      expected: (route.expectedPercent ?? 0) / 100,
      users: users.shareNow(rig.clock.now()),
      observed: route.observedPercent === null ? null : route.observedPercent / 100,
      when: `${shift.phase.kind} ${route.desiredPercent} %`,
      asked: route.desiredPercent / 100
    })
    if (shift.phase.kind === 'draining') drainingSince ??= rig.clock.now()
    if (drainingSince !== null && rig.clock.now() - drainingSince >= 5 * MINUTE && shift.phase.kind === 'draining') {
      await rig.order(id, { verb: 'abort', reason: 'the bench goes back', force: false })
    }
  }
}

interface LabUsers extends Resolvers {
  follows(rig: Rig): void
  /** To this very moment: what was counted ends with the last whole second. */
  shareNow(at: number): number
}

/** The lab's own DNS, which hears of a write when it lands. */
function labUsers({ seed, even, spread, pendingMs = [PENDING_MS] }: Choice): LabUsers {
  let now = 0
  let rig: Rig | null = null
  let told = '100:0'
  let changes = 0
  const dns: VirtualDns = createVirtualDns({
    now: () => now,
    seed,
    even,
    knobs: { aliasTtlSeconds: TTL_SECONDS, insyncMs: PENDING_MS, spread },
    resolvers: RESOLVERS
  })
  return {
    follows: (one) => {
      rig = one
      one.world.dns.pendingMs = pendingMs[0] ?? PENDING_MS
    },
    shareNow: (at) => {
      rig?.world.usersOnNew('api')
      now = at
      return dns.newShare()
    },
    follow: (at) => {
      now = at
      const { old, new: fresh } = rig?.world.told('api') ?? { old: 100, new: 0 }
      if (told !== `${old}:${fresh}`) {
        told = `${old}:${fresh}`
        dns.knobs.insyncMs = rig?.world.dns.pendingMs ?? PENDING_MS
        dns.setWeights({ blue: old, green: fresh })
        changes += 1
        if (rig) rig.world.dns.pendingMs = pendingMs[changes % pendingMs.length] ?? PENDING_MS
      }
      return dns.newShare()
    }
  }
}
