/**
 * A shift as the API shows it (core/view.ts).
 */
import { Type } from 'typebox'
import { ENDS, PHASES, VERDICTS } from '../../core/shift.ts'
import { At, nullable, oneOf, Percent } from './common.ts'

const Count = Type.Integer({ minimum: 0 })

const StepSchema = Type.Object({
  index: Type.Integer({ description: 'Send it with advance, approve and reject' }),
  of: Count,
  percent: Percent,
  since: At,
  until: nullable(At),
  evidence: nullable(Type.Number()),
  steppedBackTo: nullable(Percent)
})

const RungSchema = Type.Object({
  percent: Percent,
  bakeSeconds: Type.Number({ minimum: 0 }),
  approval: nullable(oneOf(['anyone', 'other'], { description: 'Who must let it go on after its bake' }))
})

const RouteSchema = Type.Object({
  name: Type.String(),
  type: oneOf(['alb', 'route53']),
  desiredPercent: Percent,
  livePercent: nullable(Percent),
  observedPercent: nullable(Percent),
  expectedPercent: nullable(Percent),
  inEffectAt: nullable(At),
  holdSeconds: nullable(Type.Number({ description: 'How long resolvers are believed to keep an answer' })),
  healthyTargets: Type.Object({ old: nullable(Count), new: nullable(Count) })
})

const GateSchema = Type.Object({
  name: Type.String(),
  route: Type.String(),
  verdict: oneOf(VERDICTS),
  value: nullable(Type.Number()),
  limit: Type.Number(),
  samples: Count,
  at: nullable(At),
  explain: Type.String()
})

const RollbackSchema = Type.Object({
  possible: Type.Boolean(),
  inEffectWithinSeconds: nullable(Type.Number()),
  mostWithinSeconds: nullable(Type.Number({ description: 'When 90 % of those who are on new are back' })),
  residualPercent: nullable(Percent),
  stuckUntil: nullable(At),
  commands: Type.Array(Type.String(), { description: 'The same by hand, with the AWS CLI' })
})

export const FindingSchema = Type.Object({
  severity: oneOf(['blocker', 'warning', 'info']),
  code: Type.String(),
  route: nullable(Type.String()),
  detail: Type.String(),
  remedy: Type.String()
})

export const VersionsSchema = nullable(Type.Object({ from: Type.String(), to: Type.String() }))

export const ShiftSchema = Type.Object(
  {
    id: Type.String(),
    migration: Type.String(),
    policy: Type.String(),
    versions: VersionsSchema,
    reason: Type.String(),
    startedBy: Type.String(),
    restores: nullable(Type.String({ description: 'The completed shift that this one takes back' })),
    phase: oneOf(PHASES),
    outcome: nullable(oneOf(ENDS)),
    percent: Percent,
    targetPercent: Percent,
    restorePercent: nullable(Percent),
    step: nullable(StepSchema),
    steps: Type.Array(RungSchema, { description: 'The whole ladder; `step.index` counts in it' }),
    routes: Type.Array(RouteSchema),
    gates: Type.Array(GateSchema),
    rollback: RollbackSchema,
    findings: Type.Array(FindingSchema),
    attention: nullable(Type.String({ description: 'Why a person is needed' })),
    drifted: Type.Boolean({
      description: "Somebody else's share stands: resume must choose drift `adopt` or `overwrite`"
    }),
    wakeAt: nullable(At),
    seenAt: nullable(Type.String({ format: 'date-time', description: 'When the routes were last looked at' })),
    explain: Type.String(),
    createdAt: At,
    updatedAt: At,
    endedAt: nullable(At)
  },
  { $id: 'Shift' }
)
