/**
 * What callers may send: bodies are closed objects, every text has a length, every number a range.
 */
import { Type } from 'typebox'
import { closed, oneOf } from './common.ts'

const REASON_LENGTH_MAX = 1000

/** A name of a migration, policy or route; whether it exists is the catalogue's business. */
const Name = Type.String({ minLength: 1, maxLength: 200 })

const OnBehalfOf = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\p{Cc}()]+$',
  'x-allowed': 'a name of 1 to 100 characters, without control characters and parentheses',
  description: 'Whom a delegate token acts for; it is told in the decision log'
})

const Reason = Type.String({ minLength: 1, maxLength: REASON_LENGTH_MAX })
const OptionalReason = Type.String({ maxLength: REASON_LENGTH_MAX, default: '' })
const StepIndex = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'step.index of the shift as the caller saw it'
})

/** A name, or the whole document (admin). */
function documentOrName(kind: string) {
  return Type.Unsafe<string | Record<string, unknown>>({
    type: ['string', 'object'],
    minLength: 1,
    maxLength: 200,
    'x-allowed': `the name of a ${kind} (1 to 200 characters), or a whole ${kind} as an object`,
    description: `The name of a ${kind}, or (admin) a whole ${kind}`
  })
}

export const StartBody = closed(
  {
    migration: documentOrName('migration'),
    policy: documentOrName('policy'),
    reason: Type.Optional(OptionalReason),
    routes: Type.Optional(
      Type.Array(Name, {
        minItems: 1,
        maxItems: 1000,
        uniqueItems: true,
        'x-allowed': 'a list of 1 to 1000 different names of routes',
        description: 'Only these routes of the migration'
      })
    ),
    toPercent: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        multipleOf: 0.1,
        'x-allowed': 'a number above 0, at most 100, in steps of 0.1',
        description: 'Where the ladder ends; 100 by default'
      })
    ),
    from: Type.Optional(oneOf(['zero', 'live'], { default: 'zero' })),
    startAt: Type.Optional(Type.Unknown({ description: 'Not available in this version' })),
    onBehalfOf: Type.Optional(OnBehalfOf)
  },
  { examples: [{ migration: 'shop-eks-134', policy: 'standard', reason: 'CHG-1207' }] }
)

export const AbortBody = closed(
  {
    reason: Type.Optional(OptionalReason),
    force: Type.Optional(Type.Boolean({ default: false, description: 'Also where old is unfit to take the traffic' })),
    onBehalfOf: Type.Optional(OnBehalfOf)
  },
  { examples: [{ reason: 'checkout looks wrong' }] }
)

export const PauseBody = closed({ reason: Type.Optional(OptionalReason), onBehalfOf: Type.Optional(OnBehalfOf) })

export const ResumeBody = closed(
  {
    drift: Type.Optional(oneOf(['adopt', 'overwrite'], { description: 'Needed while a foreign share stands' })),
    onBehalfOf: Type.Optional(OnBehalfOf)
  },
  { examples: [{ drift: 'adopt' }] }
)

export const AdvanceBody = closed(
  { step: StepIndex, onBehalfOf: Type.Optional(OnBehalfOf) },
  { examples: [{ step: 1 }] }
)

export const DecideBody = closed(
  { step: StepIndex, comment: Type.Optional(OptionalReason), onBehalfOf: Type.Optional(OnBehalfOf) },
  { examples: [{ step: 2, comment: 'dashboards look fine' }] }
)

export const ReasonBody = closed(
  { reason: Reason, onBehalfOf: Type.Optional(OnBehalfOf) },
  { examples: [{ reason: 'evening peak is worse than before' }] }
)

export const StopBody = closed(
  { action: oneOf(['hold', 'rollback']), reason: Reason, onBehalfOf: Type.Optional(OnBehalfOf) },
  { examples: [{ action: 'hold', reason: 'incident 4711' }] }
)

export const LiftBody = closed({ onBehalfOf: Type.Optional(OnBehalfOf) })
