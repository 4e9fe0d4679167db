/**
 * Views with defaults, as the engine answers them.
 */
import type { EventView, ReportView, ShiftView, SummaryView } from '../../src/core/view.ts'
import { DETAILS, NO_ROLLBACK } from '../support/reportView.ts'
import type { Migration } from '../../src/core/migration.ts'
import type { Policy } from '../../src/core/policy.ts'

export const ID = 'shf_01K00000000000000000000001'
const AT = '2026-11-22T09:00:00.000Z'

export function aShift(over: Partial<ShiftView> = {}): ShiftView {
  return {
    id: ID,
    migration: 'shop',
    policy: 'standard',
    versions: { from: '1.33', to: '1.34' },
    reason: 'CHG-1',
    startedBy: 'anonymous',
    restores: null,
    phase: 'baking',
    outcome: null,
    percent: 10,
    targetPercent: 100,
    restorePercent: 0,
    step: { index: 1, of: 4, percent: 10, since: AT, until: AT, evidence: null, steppedBackTo: null },
    steps: [
      { percent: 1, bakeSeconds: 300, approval: null },
      { percent: 10, bakeSeconds: 600, approval: null },
      { percent: 50, bakeSeconds: 600, approval: 'anyone' },
      { percent: 100, bakeSeconds: 1800, approval: null }
    ],
    routes: [
      {
        name: 'web',
        type: 'alb',
        desiredPercent: 10,
        livePercent: 10,
        observedPercent: 9.8,
        expectedPercent: null,
        inEffectAt: AT,
        holdSeconds: null,
        healthyTargets: { old: 40, new: 6 }
      }
    ],
    gates: [
      {
        name: 'errors',
        route: 'web',
        verdict: 'pass',
        value: 0.0012,
        limit: 0.01,
        samples: 5321,
        at: AT,
        explain: '0.12 % of 5,321'
      }
    ],
    rollback: {
      possible: true,
      inEffectWithinSeconds: 60,
      mostWithinSeconds: 10,
      residualPercent: 0,
      stuckUntil: null,
      commands: ['aws elbv2 modify-rule']
    },
    findings: [{ severity: 'info', code: 'steps_merged', route: 'web', detail: 'd', remedy: 'r' }],
    attention: null,
    drifted: false,
    wakeAt: AT,
    seenAt: AT,
    explain: 'baking at 10 %',
    createdAt: AT,
    updatedAt: AT,
    endedAt: null,
    ...over
  }
}

/** What an overview shows of a shift, from its view. */
export function summaryOf(shift: ShiftView): SummaryView {
  const { id, migration, policy, reason, startedBy, phase, outcome, percent, targetPercent } = shift
  const { attention, createdAt, updatedAt, endedAt } = shift
  const urgency = ['breach', 'hold', 'blind', 'inconclusive', 'pass'] as const
  const worst = urgency.find((verdict) => shift.gates.some((gate) => gate.verdict === verdict)) ?? null
  return {
    id,
    migration,
    policy,
    reason,
    startedBy,
    phase,
    outcome,
    percent,
    targetPercent,
    attention,
    createdAt,
    updatedAt,
    endedAt,
    routes: shift.routes.length,
    observedPercent: shift.routes[0]?.observedPercent ?? null,
    step: shift.step && { index: shift.step.index, of: shift.step.of },
    since: shift.step?.since ?? createdAt,
    until: shift.step?.until ?? null,
    verdict: worst,
    standing: shift.explain,
    health: shift.gates.find(({ verdict }) => verdict === worst)?.explain ?? 'nothing measured yet',
    next: outcome === null ? '50 %' : null,
    rollbackPossible: shift.rollback.possible
  }
}

export function anEvent(seq: number, over: Partial<EventView> = {}): EventView {
  return {
    seq,
    at: AT,
    type: seq === 1 ? 'shift.started' : 'gate.judged',
    phase: 'baking',
    actor: 'daemon',
    reason: 'judged',
    explain: 'line one\nline two',
    data: { samples: 5, nested: { value: 0 } },
    ...over
  }
}

export function aReport(): ReportView {
  return {
    ...DETAILS,
    id: ID,
    migration: 'shop',
    outcome: 'completed',
    serviceImpact: {
      requestsOnNew: 10,
      errorsOnNew: 1,
      errorRateOnNew: 0.1,
      errorRateOnOld: null,
      excessErrors: -0.5
    },
    work: { commands: 1, approvals: 1, people: ['alice'], writes: 4 },
    rollback: NO_ROLLBACK,
    frequency: { steps: 4, stepsDone: 4, versions: null },
    time: { startedAt: AT, endedAt: AT, seconds: 12.5, phases: [{ phase: 'baking', seconds: 12 }] }
  }
}

export const POLICY: Policy = {
  name: 'standard',
  description: 'usual',
  mode: 'act',
  steps: [
    { percent: 5, bakeMs: 300_000, approval: null },
    { percent: 500, bakeMs: 600_000, approval: { by: 'anyone', expiresMs: 86_400_000 } },
    { percent: 1000, bakeMs: 1_800_000, approval: { by: 'other', expiresMs: 3_600_000 } }
  ],
  maxJump: 505,
  maxBakeMs: 5_400_000,
  promotion: { minBakeMs: null, harmBudget: 20 },
  ramp: null,
  onInsufficient: 'hold',
  gates: [
    {
      name: 'errors',
      type: 'errorRate',
      action: 'hold',
      routes: ['web'],
      max: 0.01,
      against: 'none',
      minRequests: 50,
      warmupMs: 0,
      periodMs: 60_000,
      delayMs: 120_000
    },
    {
      name: 'targets',
      type: 'targetHealth',
      action: null,
      routes: null,
      minHealthyRatio: 0.8,
      everyMs: 10_000,
      forMs: 30_000
    }
  ],
  onBreach: 'rollback',
  onAmber: 'hold',
  onBlind: { holdMs: 300_000, rollbackMs: null },
  onDrift: 'halt',
  onShare: 'hold',
  onHold: { afterMs: 900_000, action: 'halt' },
  converge: { deadlineMs: 300_000 },
  alb: { settleMs: 60_000 },
  dns: { staleFactor: 2, floorMs: 60_000, maxTtlMs: 300_000, lowerTtlMs: null, write: 'swap' },
  capacity: { new: 1, old: 0.9 },
  preflight: { minHealthyTargets: 1, healthyWithinMs: 600_000 },
  rollback: { to: 'zero', deadlineMs: 600_000, stickiness: 'release', shape: 'direct' },
  drain: { residual: 0.005, forMs: 300_000, deadlineMs: 7_200_000 },
  deadlineMs: 86_400_000
}

const account = { region: 'ap-northeast-1', roleArn: 'arn:aws:iam::1:role/s', externalId: 'CANARY-external-id' }
export const MIGRATION: Migration = {
  name: 'shop',
  description: 'EKS 1.33 to 1.34',
  versions: { from: '1.33', to: '1.34' },
  routes: [
    {
      name: 'web',
      type: 'alb',
      key: 'alb:arn:rule',
      target: { kind: 'rule', arn: 'arn:rule' },
      account,
      old: { targetGroup: 'arn:old', vars: { cluster: 'shop-133' }, account },
      new: { targetGroup: 'arn:new', vars: { cluster: 'shop-134' }, account }
    }
  ],
  gates: []
}
