/** Canned answers of the API: a shift, events, a report, with defaults. */
import type { EventView, ReportView, ShiftView } from '../../../src/core/view.ts'
import { DETAILS, NO_ROLLBACK } from '../../support/reportView.ts'

export const ID = 'shf_01K0000000000000000000000A'

export const COMMAND =
  'aws elbv2 modify-rule --rule-arn arn:aws:elasticloadbalancing:r:1:listener-rule/app/a/1/2/3 --actions \'[{"Type":"forward"}]\''

export function aShift(change: Partial<ShiftView> = {}): ShiftView {
  return {
    id: ID,
    migration: 'shop-eks-134',
    policy: 'standard',
    versions: { from: '1.33', to: '1.34' },
    reason: 'upgrade',
    startedBy: 'oncall',
    restores: null,
    phase: 'baking',
    outcome: null,
    percent: 10,
    targetPercent: 100,
    restorePercent: 0,
    step: {
      index: 1,
      of: 4,
      percent: 10,
      since: '2026-03-01T10:00:00.000Z',
      until: '2026-03-01T10:10:00.000Z',
      evidence: null,
      steppedBackTo: null
    },
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
        inEffectAt: '2026-03-01T10:00:00.000Z',
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
        at: '2026-03-01T10:04:00.000Z',
        explain: 'error rate 0.12 % of 5,321 requests'
      }
    ],
    rollback: {
      possible: true,
      inEffectWithinSeconds: 60,
      mostWithinSeconds: 10,
      residualPercent: 0,
      stuckUntil: null,
      commands: [COMMAND]
    },
    findings: [],
    attention: null,
    drifted: false,
    wakeAt: '2026-03-01T10:05:00.000Z',
    seenAt: '2026-03-01T10:04:30.000Z',
    explain: 'baking at 10 % for 4m12s more',
    createdAt: '2026-03-01T09:50:00.000Z',
    updatedAt: '2026-03-01T10:04:00.000Z',
    endedAt: null,
    ...change
  }
}

/** A shift that has ended so. */
export function anEnded(outcome: NonNullable<ShiftView['outcome']>, change: Partial<ShiftView> = {}): ShiftView {
  return aShift({
    phase: outcome,
    outcome,
    endedAt: '2026-03-01T11:00:00.000Z',
    explain: `it is ${outcome}`,
    ...change
  })
}

export function anEvent(seq: number, change: Partial<EventView> = {}): EventView {
  return {
    seq,
    at: `2026-03-01T10:00:${String(seq).padStart(2, '0')}.000Z`,
    type: 'weight.in_effect',
    phase: 'baking',
    actor: 'daemon',
    reason: 'in_effect',
    explain: `event number ${seq}`,
    data: {},
    ...change
  }
}

export function endEvent(seq: number, outcome: NonNullable<ShiftView['outcome']> = 'completed'): EventView {
  return anEvent(seq, { type: 'shift.ended', phase: outcome, reason: 'ended', explain: `ended ${outcome}` })
}

export function aReport(change: Partial<ReportView> = {}): ReportView {
  return {
    ...DETAILS,
    id: ID,
    migration: 'shop-eks-134',
    outcome: 'completed',
    serviceImpact: {
      requestsOnNew: 120_345,
      errorsOnNew: 144,
      errorRateOnNew: 0.0012,
      errorRateOnOld: 0.001,
      excessErrors: 24
    },
    work: { commands: 2, approvals: 1, people: ['oncall', 'lead'], writes: 6 },
    rollback: NO_ROLLBACK,
    frequency: { steps: 4, stepsDone: 4, versions: { from: '1.33', to: '1.34' } },
    time: {
      startedAt: '2026-03-01T09:50:00.000Z',
      endedAt: '2026-03-01T11:00:00.000Z',
      seconds: 4200,
      phases: [{ phase: 'baking', seconds: 3600 }]
    },
    ...change
  }
}
