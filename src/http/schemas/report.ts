/**
 * The five measures by which a migration is judged.
 */
import { Type } from 'typebox'
import { ENDS, PHASES } from '../../core/shift.ts'
import { At, nullable, oneOf } from './common.ts'
import { VersionsSchema } from './shift.ts'

const Count = Type.Integer({ minimum: 0 })

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
      writes: Count
    }),
    rollback: Type.Object({
      happened: Type.Boolean(),
      cause: nullable(Type.String()),
      startedAt: nullable(At),
      confirmedAt: nullable(At),
      seconds: nullable(Type.Number())
    }),
    frequency: Type.Object({ steps: Count, stepsDone: Count, versions: VersionsSchema }),
    time: Type.Object({
      startedAt: At,
      endedAt: nullable(At),
      seconds: Type.Number(),
      phases: Type.Array(Type.Object({ phase: oneOf(PHASES), seconds: Type.Number() }))
    })
  },
  { $id: 'Report' }
)
