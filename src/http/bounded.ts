/**
 * Answers are for people to read: however much was wrong with a request, what is said about it has an end.
 */
import type { FieldError } from '../errors.ts'

/** A detail names so many fields. */
const NAMED_MAX = 5
/** `errors` holds so many. */
export const ERRORS_TOLD = 100
const FIELD_MOST = 300
const MESSAGE_MOST = 1_000
export const DETAIL_MOST = 4_000

export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** The first of them as one sentence, and how many there are. */
export function detailOf(errors: readonly FieldError[]): string {
  const named = errors
    .slice(0, NAMED_MAX)
    .map(({ field, message }) => `${field === '' ? 'the body' : cut(field, FIELD_MOST)}: ${cut(message, MESSAGE_MOST)}`)
  const rest = errors.length - named.length
  return rest > 0 ? `${named.join('; ')}; and ${rest} more` : named.join('; ')
}

/** As many as are told, each cut to what a person reads; the last one says how many more there were. */
export function boundedErrors(errors: readonly FieldError[]): readonly FieldError[] {
  const told = errors
    .slice(0, ERRORS_TOLD)
    .map(({ field, message }) => ({ field: cut(field, FIELD_MOST), message: cut(message, MESSAGE_MOST) }))
  const rest = errors.length - told.length
  return rest === 0 ? told : [...told, { field: '', message: `and ${rest} more` }]
}
