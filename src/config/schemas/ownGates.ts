/**
 * Schemas of the gates that look at something else than the requests that a load balancer counted (CONTRACT 4.1): health of targets,
 * any metric, alarms, probes.
 */
import Type, { type Static } from 'typebox'
import { common, ownAccount, periodOnly } from './gateParts.ts'
import { count, duration, filledText, interval, share } from './leaf.ts'
import { dimensions, named } from './metricParts.ts'
import { closed, names } from './section.ts'

export const targetHealth = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('targetHealth'),
    minHealthyRatio: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      allowed: 'a number above 0 and up to 1, such as 0.8',
      description: 'Healthy among registered targets of new; fewer for long enough is a breach'
    }),
    every: interval('How often it is read', '10s'),
    for: duration('How long it must be too low', '30s')
  },
  { description: 'Share of healthy targets of new; not behind the delay of CloudWatch' }
)

const query = closed(
  {
    id: Type.String({
      pattern: '^[a-z][a-zA-Z0-9_]{0,254}$',
      allowed: 'an id of letters, digits and underscores that begins with a lower-case letter',
      description: 'What the expression calls it'
    }),
    ...named,
    stat: Type.String({
      pattern: String.raw`^(?:SampleCount|Average|Sum|Minimum|Maximum|IQM|p100|(?:p|tm|wm|tc|ts)\d{1,2}(?:\.\d{1,10})?|(?:TM|WM|PR|TC|TS)\([\d.%]*:[\d.%]*\))$`,
      allowed: 'a statistic of CloudWatch such as Sum, Average or p99',
      description: 'Statistic of each period'
    }),
    dimensions
  },
  { allowed: 'a query such as { id: failed, namespace: Shop, metric: CheckoutFailed, stat: Sum }' }
)

const bound = (description: string) => Type.Optional(Type.Number({ description }))

export const metric = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('metric'),
    queries: Type.Array(query, {
      minItems: 1,
      maxItems: 50,
      allowed: 'a list of at least one query',
      description: 'Raw values, read for new'
    }),
    expression: filledText('Over the ids of the queries; what it gives must lie within max and min'),
    max: bound('More is out of bounds'),
    min: bound('Less is out of bounds'),
    breaches: count(1, 'So many periods out of bounds are a breach', 1),
    outOf: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 60, description: 'Of so many periods; without it as many as breaches' })
    ),
    ...periodOnly
  },
  { description: 'Any metric of CloudWatch, with bounds' }
)

export const alarm = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('alarm'),
    names: names('Names of CloudWatch alarms, composite ones too'),
    ignoreIfAlreadyFiring: Type.Boolean({
      default: false,
      description:
        'An alarm that fires at preflight does not refuse the shift, and is ignored until it has been OK once'
    }),
    every: interval('How often they are read', '30s')
  },
  { description: 'CloudWatch alarms: one that fires is a breach' }
)

export const probe = closed(
  {
    ...common,
    type: Type.Literal('probe'),
    url: Type.String({
      pattern: String.raw`^https?://[^\s/?#@]+(?:[/?][^\s#]*)?$`,
      allowed: 'a URL such as https://new.internal/healthz, without user name or fragment',
      hidden: true,
      description:
        'Asked with GET; a status from 200 to 399 passes, redirects are not followed. It must lead to new, whatever the weights'
    }),
    host: Type.Optional(
      Type.String({
        pattern: String.raw`^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?(?::\d{1,5})?$`,
        allowed: 'a host name such as api.example.com',
        description: "What is asked for: the Host header, and the name of the certificate; without it the URL's"
      })
    ),
    every: interval('How often', '5s'),
    max: share('Share of probes that may fail', '5%'),
    window: duration('Over which the share is shown; the verdict looks further back', '30s')
  },
  { description: 'Requests of our own to new; seen within seconds, with or without users' }
)

export type TargetHealthDocument = Static<typeof targetHealth>
export type MetricDocument = Static<typeof metric>
export type AlarmDocument = Static<typeof alarm>
export type ProbeDocument = Static<typeof probe>
