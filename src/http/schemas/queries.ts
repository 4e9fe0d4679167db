/**
 * What may stand behind the question mark and in the headers.
 */
import { Type } from 'typebox'
import { PHASES } from '../../core/shift.ts'
import { closed, oneOf } from './common.ts'

/** A wait is answered after this long at the latest. */
export const WAIT_MAX_MS = 300_000
export const EVENTS_MAX = 1000

export const IdParams = Type.Object({ id: Type.String({ description: 'Id of a shift, `shf_…`' }) })
export const NameParams = Type.Object({ name: Type.String() })

export const ListQuery = closed({
  phase: Type.Optional(
    Type.Array(oneOf(PHASES), { maxItems: PHASES.length, description: 'Only these phases: `a,b`, or given repeatedly' })
  ),
  migration: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: '`next` of the former page' }))
})

export const GetQuery = Type.Object(
  {
    wait: Type.Optional(
      Type.String({
        'x-max-duration-ms': WAIT_MAX_MS,
        'x-allowed': 'a duration such as 500ms, 30s or 5m, at most 5m',
        description: 'Answer when `until` is so, or after this time'
      })
    ),
    until: Type.Optional(
      oneOf(['ended', 'step', 'attention'], { description: 'What `wait` waits for; ended where it is not given' })
    )
  },
  { additionalProperties: false, dependentRequired: { until: ['wait'] } }
)

export const EventsQuery = closed({
  after: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Events with a greater seq' })
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: EVENTS_MAX, default: EVENTS_MAX }))
})

export const ReportQuery = closed({
  format: Type.Optional(oneOf(['json', 'md', 'html'], { description: 'Outranks the Accept header' }))
})

export const SeriesQuery = closed({
  after: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: '`upTo` or `next` of the former page' })
  )
})

export const EventsHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,15}$',
      'x-allowed': 'the id of an event of this stream, an integer from 0',
      description: 'Resumes a stream after this event; outranks `after`'
    })
  )
})

export const StartHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x20-\\x7e]{1,255}$',
      'x-allowed': '1 to 255 printable ASCII characters',
      description: 'The same key within 24 hours answers with the shift that was started before'
    })
  )
})
