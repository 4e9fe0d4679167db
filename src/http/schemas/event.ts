/**
 * One entry of the decision log (CONTRACT 5.5).
 */
import { Type } from 'typebox'
import { EVENT_TYPES } from '../../core/event.ts'
import { PHASES } from '../../core/shift.ts'
import { At, oneOf } from './common.ts'

export const EventSchema = Type.Object(
  {
    seq: Type.Integer({ minimum: 1, description: '1, 2, 3, … without gaps' }),
    at: At,
    type: oneOf(EVENT_TYPES),
    phase: oneOf(PHASES),
    actor: Type.String({ description: '`daemon`, the name of a token, or `anonymous`' }),
    reason: Type.String({ description: 'A stable code' }),
    explain: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown(), { description: 'The numbers behind it' })
  },
  { $id: 'Event' }
)
