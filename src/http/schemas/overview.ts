/**
 * Every shift in brief, and who is asking.
 */
import { Type } from 'typebox'
import { ENDS, PHASES, VERDICTS } from '../../core/shift.ts'
import { ROLES } from '../auth.ts'
import { At, nullable, oneOf, Percent } from './common.ts'

const Count = Type.Integer({ minimum: 0 })

const SummarySchema = Type.Object({
  id: Type.String(),
  migration: Type.String(),
  policy: Type.String(),
  reason: Type.String(),
  startedBy: Type.String(),
  routes: Count,
  phase: oneOf(PHASES),
  outcome: nullable(oneOf(ENDS)),
  percent: Percent,
  targetPercent: Percent,
  observedPercent: nullable(Percent),
  step: nullable(Type.Object({ index: Count, of: Count })),
  since: At,
  until: nullable(At),
  verdict: nullable(oneOf(VERDICTS, { description: 'The worst that a gate says' })),
  standing: Type.String({ description: 'Where it stands, without a time that would grow old' }),
  health: Type.String({ description: 'Whether users are hurt, with the numbers' }),
  next: nullable(Type.String({ description: 'What comes next by itself' })),
  attention: nullable(Type.String({ description: 'Why a person is needed' })),
  rollbackPossible: Type.Boolean(),
  createdAt: At,
  updatedAt: At,
  endedAt: nullable(At)
})

export const OverviewSchema = Type.Object(
  {
    at: At,
    leader: Type.Boolean({ description: 'This daemon decides; where it does not, what it shows is what is stored' }),
    store: oneOf(['ok', 'unavailable']),
    lastObservationAt: nullable(At),
    stop: Type.Unsafe<unknown>({ $ref: 'Stop#' }),
    items: Type.Array(SummarySchema, { description: 'Every open shift, and the newest ended ones' })
  },
  { $id: 'Overview' }
)

export const MeSchema = Type.Object(
  {
    name: Type.String(),
    role: oneOf(ROLES),
    tokens: Type.Boolean({
      description: 'Tokens are configured; without, everybody who reaches the port may do everything'
    })
  },
  { $id: 'Me' }
)
