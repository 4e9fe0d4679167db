/**
 * The five measures by which a migration is judged.
 */
import { Type } from 'typebox'
import { STRETCHES } from '../../core/report/view.ts'
import { ENDS, PHASES, VERDICTS } from '../../core/shift.ts'
import { SERIES_UNITS } from '../../core/view.ts'
import { At, nullable, oneOf, Percent } from './common.ts'
import { PointSchema } from './series.ts'
import { FindingSchema, VersionsSchema } from './shift.ts'

const Count = Type.Integer({ minimum: 0 })

const Phases = Type.Array(Type.Object({ phase: oneOf(PHASES), seconds: Type.Number() }))
const Value = nullable(Type.Number())
const Requests = nullable(Type.Number({ minimum: 0 }))

const ActionSchema = Type.Object({ at: At, actor: Type.String(), verb: Type.String(), text: Type.String() })

const StretchSchema = Type.Object({
  stretch: oneOf(STRETCHES, { description: 'attach: new at weight 0. back: the rollback' }),
  step: nullable(Type.Integer()),
  percent: nullable(Percent),
  seconds: Type.Number(),
  phases: Phases
})

const EvidenceSchema = Type.Object(
  {
    step: Type.Integer(),
    percent: Percent,
    gate: Type.String(),
    route: Type.String(),
    unit: oneOf(SERIES_UNITS),
    periods: Count,
    new: Value,
    old: Value,
    newRequests: Requests,
    oldRequests: Requests,
    limit: Value
  },
  { description: 'While a step was in effect: a share of all requests, else the highest period' }
)

const InsufficientSchema = Type.Object({
  step: Type.Integer(),
  percent: Percent,
  at: At,
  by: oneOf(['insufficient', 'advance'], { description: 'By the policy, or by a person' }),
  actor: Type.String()
})

const ChartSchema = Type.Object({
  percent: Type.Array(
    Type.Object({ at: At, route: Type.String(), kind: oneOf(['desired', 'live']), percent: Percent })
  ),
  points: Type.Array(PointSchema, { description: 'Thinned out: a point can stand for several periods' })
})

const DETAILS = {
  policy: Type.String(),
  reason: Type.String(),
  startedBy: Type.String(),
  explain: Type.String(),
  actions: Type.Array(ActionSchema, { description: 'What people ordered' }),
  stretches: Type.Array(StretchSchema, { description: 'Where the time went, and on what it waited' }),
  evidence: Type.Array(EvidenceSchema),
  insufficient: Type.Array(InsufficientSchema, { description: 'Steps that were left before every gate had passed' }),
  gates: Type.Array(
    Type.Object({ gate: Type.String(), route: Type.String(), verdict: oneOf(VERDICTS), explain: Type.String() })
  ),
  findings: Type.Array(FindingSchema),
  decisions: Type.Array(Type.Object({ at: At, actor: Type.String(), explain: Type.String() })),
  chart: ChartSchema
}

export const ReportSchema = Type.Object(
  {
    id: Type.String(),
    migration: Type.String(),
    outcome: nullable(oneOf(ENDS)),
    serviceImpact: Type.Object({
      requestsOnNew: Count,
      errorsOnNew: Count,
      errorRateOnNew: nullable(Type.Number()),
      errorRateOnOld: nullable(Type.Number()),
      excessErrors: Type.Number()
    }),
    work: Type.Object({
      commands: Count,
      approvals: Count,
      people: Type.Array(Type.String()),
      writes: Type.Integer({
        minimum: 0,
        description:
          'Writes that were asked of AWS, each repeat counted. Reads are shared by all shifts: sluice_aws_calls_total counts them'
      })
    }),
    ...DETAILS,
    rollback: Type.Object({
      happened: Type.Boolean(),
      cause: nullable(Type.String()),
      why: nullable(Type.String()),
      detectedAt: nullable(At),
      startedAt: nullable(At),
      confirmedAt: nullable(At),
      seconds: nullable(Type.Number()),
      fromPercent: nullable(Percent),
      toPercent: nullable(Percent),
      possibleUntil: nullable(At),
      verifiedBy: Type.Array(oneOf(['read_back', 'insync']), { description: 'insync: by Route 53, of records' })
    }),
    frequency: Type.Object({ steps: Count, stepsDone: Count, versions: VersionsSchema }),
    time: Type.Object({
      startedAt: At,
      endedAt: nullable(At),
      seconds: Type.Number(),
      phases: Phases
    })
  },
  { $id: 'Report' }
)
