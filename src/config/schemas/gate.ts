/**
 * The schema of a gate (CONTRACT 4.1), the same for policies and migrations. A union told apart by `type`, so that errors
 * speak of the chosen type only.
 */
import Type, { type Static } from 'typebox'
import { count, duration, durationOrZero, name, notYet, share, word } from './leaf.ts'
import { closed, names } from './section.ts'

const common = {
  name: name('What the gate is called in answers, metrics and notifications; once in a shift'),
  action: Type.Optional(
    word(['rollback', 'hold', 'warn'], 'What a breach of this gate leads to; without it the onBreach of the policy')
  ),
  routes: Type.Optional(names('Names of the routes that this gate judges; without it all of them')),
  region: notYet('Region of the measurements'),
  roleArn: notYet('Role for reading the measurements'),
  externalId: notYet('External id of that role')
}

export const errorRateSchema = closed(
  {
    ...common,
    type: Type.Literal('errorRate'),
    max: share('Absolute objective: a greater share of failed requests on new is a breach'),
    against: word(['none'], 'Whether new is also compared with old', {
      notYet: ['old'],
      ifMissing: 'its default, old, is not available in this version: write against: none'
    }),
    profile: word(['robust'], 'How eagerly the comparison with old decides', { default: 'robust', notYet: ['fast'] }),
    tolerance: notYet('A knob of the comparison with old'),
    alpha: notYet('A knob of the comparison with old'),
    stepBackBudget: notYet('A knob of the comparison with old'),
    minRequests: count(1, 'Periods with fewer requests on new are pooled until they hold that many', 50),
    warmup: durationOrZero('Measurements of the first step younger than this are not judged', '0s'),
    period: duration('1s, 5s, 10s, 20s, 30s or a multiple of 60s', '60s'),
    delay: duration('How late CloudWatch is: a period is judged that long after its end', '120s')
  },
  { description: 'Share of failed requests on new' }
)

export const targetHealthSchema = closed(
  {
    ...common,
    type: Type.Literal('targetHealth'),
    minHealthyRatio: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      allowed: 'a number above 0 and up to 1, such as 0.8',
      description: 'Healthy among registered targets of new; fewer for long enough is a breach'
    }),
    every: duration('How often it is read', '10s'),
    for: duration('How long it must be too low', '30s')
  },
  { description: 'Share of healthy targets of new; not behind the delay of CloudWatch' }
)

/** Types of the public surface that this version refuses. */
export const GATES_NOT_YET = ['statusMix', 'latency', 'metric', 'burnRate', 'alarm', 'probe'] as const

const otherTypes = Type.Object({ type: Type.Enum([...GATES_NOT_YET], { not: {}, notAvailable: [] }) })

export type GateDocument = Static<typeof errorRateSchema> | Static<typeof targetHealthSchema>

export const gateSchema = Type.Unsafe<GateDocument>({
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [errorRateSchema, targetHealthSchema, otherTypes],
  allowed: 'a gate: a map with name, type and limits'
})
