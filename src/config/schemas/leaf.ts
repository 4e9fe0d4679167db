/**
 * The small parts that documents are made of, as JSON Schema with a few annotations of our own, from which the error sentences are made:
 * `allowed` (what a value may be, in words), `notAvailable` (what this version refuses), `ifMissing` (why a key has to be
 * there), `hidden` (never print the value). Annotations never decide whether a value is valid.
 */
import Type from 'typebox'
import { DURATION_ALLOWED } from '../../core/duration.ts'

export const ANNOTATIONS = ['allowed', 'notAvailable', 'ifMissing', 'hidden'] as const

const DURATION_PARTS = String.raw`(?:\d{1,5}d)?(?:\d{1,8}h)?(?:\d{1,8}m)?(?:\d{1,8}s)?(?:\d{1,9}ms)?$`

/** A duration above 0. */
export function duration(description: string, byDefault?: string) {
  const pattern = `^(?=.*[1-9])${DURATION_PARTS}`
  return Type.String({ pattern, allowed: `${DURATION_ALLOWED}, above 0`, description, ...defaulted(byDefault) })
}

/** How often something is asked for: a tenth of a second or more, for what is asked answers to others too. */
export function interval(description: string, byDefault: string) {
  const pattern = String.raw`^(?=.*(?:[1-9]\d*(?:[dhs]|m(?!s))|[1-9]\d{2,}ms))${DURATION_PARTS}`
  return Type.String({ pattern, allowed: `${DURATION_ALLOWED}, at least 100ms`, description, ...defaulted(byDefault) })
}

/** A duration, `0s` as well. */
export function durationOrZero(description: string, byDefault?: string) {
  return Type.String({
    pattern: String.raw`^(?=\d)${DURATION_PARTS}`,
    allowed: `${DURATION_ALLOWED}, or 0s`,
    description,
    ...defaulted(byDefault)
  })
}

/** A duration above 0, or one certain word. */
export function durationOrWord<const Word extends string>(word: Word, description: string, byDefault?: string) {
  const pattern = `^(?:${word}$|(?=.*[1-9])${DURATION_PARTS})`
  return Type.String({ pattern, allowed: `${word}, or ${DURATION_ALLOWED}`, description, ...defaulted(byDefault) })
}

/** A duration above 0 of whole seconds, or null. */
export function durationOrNothing(description: string, byDefault: string | null) {
  return Type.Unsafe<string | null>({
    type: ['string', 'null'],
    pattern: String.raw`^(?=.*[1-9])(?:\d{1,5}d)?(?:\d{1,8}h)?(?:\d{1,8}m)?(?:\d{1,8}s)?$`,
    allowed: 'a duration of whole seconds such as 60s or 5m, or null',
    description,
    default: byDefault
  })
}

/** A fraction, written with `%`. */
export function share(description: string, byDefault?: string) {
  return Type.String({
    pattern: String.raw`^(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$`,
    allowed: 'a share with a percent sign, from 0% to 100%, such as 1% or 0.5%',
    description,
    ...defaulted(byDefault)
  })
}

/** Percent of traffic: above 0, in tenths. */
export function percent(description: string, byDefault?: number) {
  return Type.Number({
    exclusiveMinimum: 0,
    maximum: 100,
    multipleOf: 0.1,
    allowed: 'a number above 0 and up to 100, in steps of 0.1, without a percent sign',
    description,
    ...defaulted(byDefault)
  })
}

export function name(description: string) {
  return Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
    allowed: 'a name of letters, digits, dots, dashes and underscores, at most 100, that begins with a letter or digit',
    description
  })
}

export function text(description: string, byDefault?: string) {
  return Type.String({ description, ...defaulted(byDefault) })
}

export function filledText(description: string, byDefault?: string) {
  return Type.String({ minLength: 1, allowed: 'text that is not empty', description, ...defaulted(byDefault) })
}

/** One label of a host name: it becomes part of the name of every host that is called. */
export function regionName(description: string) {
  return Type.String({
    pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
    allowed: 'an AWS region such as ap-northeast-1',
    description
  })
}

/** A whole number of at least `minimum`. */
export function count(minimum: number, description: string, byDefault?: number) {
  return Type.Integer({ minimum, description, ...defaulted(byDefault) })
}

/** One of a few words; `notYet` are words of the public surface that this version refuses. */
export function word<const Word extends string>(
  words: readonly [Word, ...Word[]],
  description: string,
  options: { readonly default?: Word; readonly notYet?: readonly string[]; readonly ifMissing?: string } = {}
) {
  const { notYet, ...rest } = options
  return Type.Enum([...words], { description, ...rest, ...(notYet ? { notAvailable: notYet } : {}) })
}

/** A key of the public surface that this version refuses, whatever its value. */
export function notYet(description: string) {
  return Type.Optional(
    Type.Unsafe<undefined>({ not: {}, notAvailable: [], description: `${description}. Not available in this version.` })
  )
}

function defaulted<T>(value: T | undefined): { default?: T } {
  return value === undefined ? {} : { default: value }
}
