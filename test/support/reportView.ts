/** The parts of a report that most tests do not look at, with something in each of them. */
import type { ReportView } from '../../src/core/view.ts'
import type { ReportDetails } from '../../src/core/report/view.ts'

export const NO_ROLLBACK: ReportView['rollback'] = {
  happened: false,
  cause: null,
  why: null,
  detectedAt: null,
  startedAt: null,
  confirmedAt: null,
  seconds: null,
  fromPercent: null,
  toPercent: null,
  possibleUntil: '2026-03-01T11:00:00.000Z',
  verifiedBy: []
}

export const DETAILS: ReportDetails = {
  policy: 'standard',
  reason: 'upgrade',
  startedBy: 'oncall',
  explain: 'completed: new has 100 %',
  actions: [{ at: '2026-03-01T10:20:00.000Z', actor: 'lead', verb: 'approve', text: 'step 1: fine' }],
  stretches: [
    { stretch: 'preflight', step: null, percent: null, seconds: 5, phases: [{ phase: 'preflight', seconds: 5 }] },
    {
      stretch: 'step',
      step: 0,
      percent: 10,
      seconds: 660,
      phases: [
        { phase: 'converging', seconds: 60 },
        { phase: 'baking', seconds: 600 }
      ]
    }
  ],
  evidence: [
    {
      step: 0,
      percent: 10,
      gate: 'errors',
      route: 'web',
      unit: 'share',
      periods: 10,
      new: 0.0012,
      old: 0.001,
      newRequests: 5321,
      oldRequests: 47_889,
      limit: 0.01
    }
  ],
  insufficient: [{ step: 0, percent: 10, at: '2026-03-01T10:15:00.000Z', by: 'advance', actor: 'oncall' }],
  gates: [{ gate: 'errors', route: 'web', verdict: 'pass', explain: 'pass: error rate 0.12 % of 5,321 requests' }],
  findings: [
    { severity: 'warning', code: 'sticky', route: 'web', detail: 'stickiness is on', remedy: 'switch it off' }
  ],
  decisions: [
    {
      at: '2026-03-01T09:50:00.000Z',
      actor: 'oncall',
      explain: 'started migration shop-eks-134 under policy standard'
    },
    { at: '2026-03-01T09:50:05.000Z', actor: 'daemon', explain: 'asks web for 10 % on new' }
  ],
  chart: {
    percent: [
      { at: '2026-03-01T09:50:05.000Z', route: 'web', kind: 'desired', percent: 10 },
      { at: '2026-03-01T09:50:06.000Z', route: 'web', kind: 'live', percent: 10 }
    ],
    points: [
      {
        gate: 'errors',
        route: 'web',
        unit: 'share',
        at: '2026-03-01T09:52:00.000Z',
        seconds: 60,
        new: 0.002,
        old: 0.001,
        newRequests: 500,
        oldRequests: 4500,
        limit: 0.01
      },
      {
        gate: 'errors',
        route: 'web',
        unit: 'share',
        at: '2026-03-01T09:53:00.000Z',
        seconds: 60,
        new: null,
        old: 0.001,
        newRequests: null,
        oldRequests: 4500,
        limit: 0.01
      }
    ]
  }
}
