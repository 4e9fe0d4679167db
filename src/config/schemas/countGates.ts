/**
 * Schemas of the gates that judge what the requests of both sides did (CONTRACT 4.1): errors, statuses, latency, error budget.
 */
import Type, { type Static } from 'typebox'
import { STATUS_CLASSES } from '../../core/policy.ts'
import { common, comparison, ownAccount, periodOnly, timing } from './gateParts.ts'
import { duration, share, word } from './leaf.ts'
import { closed } from './section.ts'

export const errorRate = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('errorRate'),
    max: share('Absolute objective: the share of requests that may fail'),
    against: word(['old', 'none'], 'old: new is also compared with old, period by period', { default: 'old' }),
    ...comparison,
    ...timing
  },
  { description: 'Share of failed requests on new' }
)

export const statusMix = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('statusMix'),
    classes: Type.Array(Type.Enum([...STATUS_CLASSES]), {
      minItems: 1,
      uniqueItems: true,
      default: ['3xx', '4xx'],
      allowed: 'a list of 2xx, 3xx, 4xx or 5xx, each once',
      description: 'Classes of answers of which new must not give a greater share than old'
    }),
    against: word(['old'], 'What new is compared with', { default: 'old' }),
    ...comparison,
    ...timing
  },
  { description: 'Shares of answers by status class, new against old' }
)

export const latency = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('latency'),
    percentile: Type.Optional(
      Type.String({
        pattern: String.raw`^p(?:100|\d{1,2}(?:\.\d{1,10})?)$`,
        allowed: 'a percentile such as p99 or p99.9',
        description: 'Which response time is judged; with max, maxRatio or both'
      })
    ),
    max: Type.Optional(duration('The percentile may be at most this')),
    maxRatio: Type.Optional(
      Type.Number({ minimum: 1, maximum: 1000, description: "The percentile may be at most so many times old's" })
    ),
    maxSlow: Type.Optional(share('Instead of a percentile: share of requests that may take longer than over')),
    over: Type.Optional(duration('A request that takes longer is slow')),
    ...comparison,
    ...timing
  },
  { description: 'How slow new answers' }
)

const burnWindow = closed(
  {
    long: duration('The window over which the burn must be too fast'),
    short: duration('The window that says it still is'),
    factor: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1e6,
      allowed: 'a number above 0, such as 14.4',
      description: 'How many times as fast as the objective allows'
    })
  },
  { allowed: 'a window such as { long: 1h, short: 5m, factor: 14.4 }' }
)

export const burnRate = closed(
  {
    ...common,
    ...ownAccount,
    type: Type.Literal('burnRate'),
    objective: share('Share of good answers that is promised, such as 99.9%'),
    windows: Type.Array(burnWindow, {
      minItems: 1,
      maxItems: 10,
      allowed: 'a list of at least one window such as { long: 1h, short: 5m, factor: 14.4 }',
      description: 'Each breaches alone, where both its windows burn too fast'
    }),
    ...periodOnly
  },
  { description: 'How fast new burns its error budget' }
)

export type ErrorRateDocument = Static<typeof errorRate>
export type StatusMixDocument = Static<typeof statusMix>
export type LatencyDocument = Static<typeof latency>
export type BurnRateDocument = Static<typeof burnRate>
