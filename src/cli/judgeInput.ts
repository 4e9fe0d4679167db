/**
 * What `sluice judge` reads (CONTRACT 6): counts from a file, checked once. The first thing wrong is an error that says where.
 */
import type { BaselineBucket } from '../core/evidence/baseline.ts'
import type { Counts } from '../core/evidence/counts.ts'
import type { Knobs, Profile } from '../core/evidence/knobs.ts'

export interface JudgeBucket extends Counts {
  readonly percent: number
  readonly first: boolean
}

export interface JudgeInput {
  readonly theta: number
  readonly profile: Profile
  /** Single knobs that were set beside the profile. */
  readonly knobs: Partial<Knobs>
  readonly plan: { readonly percents: readonly number[]; readonly bakeMinutes: number }
  readonly baseline: readonly BaselineBucket[]
  readonly buckets: readonly JudgeBucket[]
}

/** Names the place in the input, like `buckets[3].e1`. */
export class InputError extends Error {
  constructor(place: string, message: string) {
    super(`${place === '' ? '' : `${place}: `}${message}`)
    this.name = 'InputError'
  }
}

/** Throws InputError. */
export function parseJudgeInput(text: string): JudgeInput {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError('', `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const top = object(value, '', [
    'theta',
    'profile',
    'tolerance',
    'alpha',
    'stepBackBudget',
    'plan',
    'baseline',
    'buckets'
  ])
  const plan = object(top['plan'], 'plan', ['percents', 'bakeMinutes'])
  return {
    theta: above0(top['theta'], 'theta', 1),
    profile: profileOf(top['profile']),
    knobs: knobsIn(top),
    plan: {
      percents: list(plan['percents'], 'plan.percents', 1).map((percent, i) =>
        above0(percent, `plan.percents[${i}]`, 100)
      ),
      bakeMinutes: above0(plan['bakeMinutes'], 'plan.bakeMinutes', 1e6)
    },
    baseline: list(top['baseline'], 'baseline', 0).map(baselineBucket),
    buckets: list(top['buckets'], 'buckets', 0).map(bucket)
  }
}

function profileOf(value: unknown): Profile {
  if (value === undefined) return 'robust'
  if (value === 'robust' || value === 'fast') return value
  throw new InputError('profile', `robust or fast, not ${shown(value)}`)
}

function knobsIn(top: Readonly<Record<string, unknown>>): Partial<Knobs> {
  const { tolerance, stepBackBudget } = top
  const set = <T>(key: keyof Knobs, given: unknown, value: () => T) => (given === undefined ? {} : { [key]: value() })
  return {
    ...set('tolerance', tolerance, () => within(tolerance, 'tolerance', 1, 1e6)),
    ...set('alpha', top['alpha'], () => {
      const alpha = object(top['alpha'], 'alpha', ['relative', 'absolute'])
      const side = (key: 'relative' | 'absolute') => {
        const given = above0(alpha[key], `alpha.${key}`, 1)
        if (given === 1) throw new InputError(`alpha.${key}`, 'a number below 1, not 1')
        return given
      }
      return { relative: side('relative'), absolute: side('absolute') }
    }),
    ...set('stepBackBudget', stepBackBudget, () => above0(stepBackBudget, 'stepBackBudget', 1e9))
  }
}

function baselineBucket(value: unknown, i: number): BaselineBucket {
  const place = `baseline[${i}]`
  const pair = list(value, place, 2)
  if (pair.length !== 2) throw new InputError(place, `[requests, errors], not ${shown(value)}`)
  const n = count(pair[0], `${place}[0]`)
  return [n, errorsOf(pair[1], `${place}[1]`, n)]
}

function bucket(value: unknown, i: number): JudgeBucket {
  const place = `buckets[${i}]`
  const of = object(value, place, ['n1', 'e1', 'n0', 'e0', 'percent', 'first'])
  const n1 = count(of['n1'], `${place}.n1`)
  const n0 = count(of['n0'], `${place}.n0`)
  const first = of['first'] ?? i === 0
  if (typeof first !== 'boolean') throw new InputError(`${place}.first`, `true or false, not ${shown(first)}`)
  return {
    n1,
    e1: errorsOf(of['e1'], `${place}.e1`, n1),
    n0,
    e0: errorsOf(of['e0'], `${place}.e0`, n0),
    percent: within(of['percent'], `${place}.percent`, 0, 100),
    first
  }
}

function errorsOf(value: unknown, place: string, n: number): number {
  const errors = count(value, place)
  if (errors > n) throw new InputError(place, `at most its ${n} requests, not ${errors}`)
  return errors
}

function count(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new InputError(place, `a whole number of at least 0, not ${shown(value)}`)
}

function above0(value: unknown, place: string, max: number): number {
  if (typeof value === 'number' && value > 0 && value <= max) return value
  throw new InputError(place, `a number above 0 and at most ${max}, not ${shown(value)}`)
}

function within(value: unknown, place: string, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new InputError(place, `a number from ${min} to ${max}, not ${shown(value)}`)
}

function list(value: unknown, place: string, min: number): readonly unknown[] {
  if (Array.isArray(value) && value.length >= min) return value as readonly unknown[]
  throw new InputError(place, `a list${min > 0 ? ` of at least ${min}` : ''}, not ${shown(value)}`)
}

function object(value: unknown, place: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError(place, `an object with ${keys.join(', ')}, not ${shown(value)}`)
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    throw new InputError(place === '' ? unknown : `${place}.${unknown}`, `no such key; there are ${keys.join(', ')}`)
  }
  return value as Readonly<Record<string, unknown>>
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
