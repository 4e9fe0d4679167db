/**
 * What was measured of old and new over time: the points of a graph.
 */
import { Type } from 'typebox'
import { SERIES_UNITS } from '../../core/view.ts'
import { At, nullable, oneOf } from './common.ts'

const Value = nullable(Type.Number())
const Requests = nullable(Type.Number({ minimum: 0 }))

export const PointSchema = Type.Object(
  {
    gate: Type.String(),
    route: Type.String(),
    unit: oneOf(SERIES_UNITS, {
      description: 'share: of requests, 0 to 1; ms: milliseconds; number: what the expression of a `metric` gate gives'
    }),
    at: At,
    seconds: Type.Number({ description: 'Length of the period that ends at `at`' }),
    new: Value,
    old: Value,
    newRequests: Requests,
    oldRequests: Requests,
    limit: nullable(Type.Number({ description: 'Null where the gate compares with old alone' }))
  },
  { description: 'One gate on one route in one period; null is not known, never 0' }
)

export const SeriesSchema = Type.Object(
  {
    items: Type.Array(PointSchema),
    next: nullable(Type.String({ description: 'There is more now: ask with `after`' })),
    upTo: Type.Integer({ minimum: 0, description: 'Ask later with `after` for what has been measured since' })
  },
  { $id: 'Series' }
)
