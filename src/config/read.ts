/**
 * What reading one document yields: the value, or what is wrong; and the forms in which an inline JSON body gets it.
 */
import type { FieldError } from '../errors.ts'
import type { Path } from './path.ts'
import { fieldErrorAt, isError, type Complaint } from './problem.ts'

export interface Read<T> {
  /** Null exactly where a complaint is an error. */
  readonly value: T | null
  readonly complaints: readonly Complaint[]
}

/** `value` is changed: its defaults are filled in. `region`: of the daemon's settings, for what says none of its own. */
export type Reader<T> = (value: unknown, written?: (path: Path) => string | null, region?: string | null) => Read<T>

/** The value, unless a complaint is an error. */
export function readAs<T>(value: T | null, complaints: readonly Complaint[]): Read<T> {
  return { value: complaints.some(isError) ? null : value, complaints }
}

export interface Inline<T> {
  readonly value: T | null
  /** Fields are JSON pointers. */
  readonly errors: readonly FieldError[]
  readonly warnings: readonly FieldError[]
}

/**
 * Reads an object of a JSON body. `root` is the pointer to it (`/policy`). `apiVersion` and `kind` may be left out, as the
 * place where it stands already says them. Nothing is substituted: a request must not read the daemon's environment.
 */
export function readInline<T>(
  reader: Reader<T>,
  kind: string,
  value: unknown,
  root: string,
  region: string | null = null
): Inline<T> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
  const whole: unknown = isMap ? { apiVersion: 'sluice/v1', kind, ...structuredClone(value) } : value
  const { value: read, complaints } = reader(whole, undefined, region)
  const fields = (wanted: Complaint['severity']) =>
    complaints.filter(({ severity }) => severity === wanted).map((one) => fieldErrorAt(root, one))
  return { value: read, errors: fields('error'), warnings: fields('warning') }
}
