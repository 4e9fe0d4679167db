/**
 * What schemas of gates have in common: the words every gate knows, when a period is judged, how new is compared with old, and
 * where a measurement is read.
 */
import Type from 'typebox'
import { account } from './account.ts'
import { count, duration, durationOrZero, name, regionName, word } from './leaf.ts'
import { closed, names } from './section.ts'

export const common = {
  name: name('What the gate is called in answers, metrics and notifications; once in a shift'),
  action: Type.Optional(
    word(['rollback', 'hold', 'warn'], 'What a breach of this gate leads to; without it the onBreach of the policy')
  ),
  routes: Type.Optional(names('Names of the routes that this gate judges; without it all of them'))
}

/** Of every gate that reads something of AWS. */
export const ownAccount = {
  region: Type.Optional(regionName('AWS region to read in; without it that of the sides')),
  roleArn: account.roleArn,
  externalId: account.externalId
}

export const periodOnly = {
  period: duration('1s, 5s, 10s, 20s, 30s or a multiple of 60s', '60s'),
  delay: duration('How late CloudWatch is: a period is judged that long after its end', '120s')
}

export const timing = {
  minRequests: count(1, 'Fewer requests on new in a step do not let it pass', 50),
  warmup: durationOrZero('Measurements of the first step younger than this are not judged', '0s'),
  ...periodOnly
}

const chance = (description: string) =>
  Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.5,
      allowed: 'a number above 0 and up to 0.5, such as 0.02',
      description
    })
  )

/** How carefully new is compared with old. */
export const comparison = {
  profile: word(['robust', 'fast'], 'fast decides on less evidence, and is wrong more often', { default: 'robust' }),
  tolerance: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 100,
      description: "New may be so many times as bad as old; without it the profile's"
    })
  ),
  alpha: Type.Optional(
    closed(
      {
        relative: chance('Of the comparison with old'),
        absolute: chance('Of the comparison with the objective')
      },
      {
        allowed: 'a map such as { relative: 0.02, absolute: 0.01 }',
        description: "Chance of a false rollback that a whole shift may spend; without it the profile's"
      }
    )
  ),
  stepBackBudget: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1e9,
      allowed: 'a number above 0, such as 10',
      description: "Excess errors that a step back may still cost; without it the profile's"
    })
  )
}
