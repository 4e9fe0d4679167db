/**
 * What is said of a metric of CloudWatch, and of a side that is counted by such metrics (`measure`, CONTRACT 3).
 */
import Type, { type Static } from 'typebox'
import { account } from './account.ts'
import { filledText } from './leaf.ts'
import { byType, closed } from './section.ts'

export const named = {
  namespace: filledText('Namespace of the metric'),
  metric: filledText('Name of the metric')
}

export const dimensions = Type.Record(Type.String(), Type.String(), {
  default: {},
  allowed: 'a map of names and text such as { Cluster: $cluster }',
  description: 'Values may hold $side, $route and the vars of a side'
})

const ALLOWED = 'a metric such as { namespace: Shop, metric: Requests, dimensions: { Cluster: $cluster } }'

const counted = closed(
  {
    ...named,
    stat: Type.String({
      pattern: String.raw`^(?:Sum|SampleCount|TC\([\d.]*:[\d.]*\))$`,
      default: 'Sum',
      allowed: 'Sum, SampleCount or a trimmed count such as TC(0.8:)',
      description: 'How it counts'
    }),
    dimensions
  },
  { allowed: ALLOWED }
)

const several = (description: string) =>
  Type.Unsafe<Static<typeof counted> | Static<typeof counted>[]>({
    ...byType(
      'array',
      Type.Array(counted, { minItems: 1, maxItems: 20, allowed: `${ALLOWED}, or a list of them` }),
      counted
    ),
    allowed: `${ALLOWED}, or a list of them`,
    description
  })

/** Of a side. */
export const measure = Type.Optional(
  closed(
    {
      ...account,
      requests: several('Counts the requests of this side; several are added up'),
      errors: several('Counts those that failed; none where requests were counted is 0')
    },
    {
      allowed: 'a map of requests and errors, each a metric',
      description: "This side's requests and errors, instead of what its load balancer counts: behind an NLB, gRPC"
    }
  )
)

export type MeasureDocument = Exclude<Static<typeof measure>, undefined>
export type CountedDocument = MeasureDocument['requests']
