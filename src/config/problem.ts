/**
 * What is wrong with a document, twice: a complaint knows the path in the document, a problem knows file, line and column.
 * Both are data; only ConfigError is thrown, once, with all of them.
 */
import type { FieldError } from '../errors.ts'
import { jsonPointer, keyPath, type Path } from './path.ts'

export interface Complaint {
  readonly severity: 'error' | 'warning'
  readonly path: Path
  /** What to point at: the key itself (an unknown one), or its value. */
  readonly at: 'key' | 'value'
  readonly message: string
}

/** One-based, as editors count; null where there is nothing to point at (a file that is not there). */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Problem {
  readonly file: string
  readonly place: Place | null
  /** Key path, `gates[0].max`; empty for the document as a whole. */
  readonly key: string
  readonly message: string
}

/** Everything that is wrong with the daemon's configuration. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** An error about the value at `path`. */
export function complain(path: Path, message: string, at: Complaint['at'] = 'value'): Complaint {
  return { severity: 'error', path, at, message }
}

/** Something that works, and that its author may not have meant. */
export function warn(path: Path, message: string): Complaint {
  return { severity: 'warning', path, at: 'value', message }
}

export function isError({ severity }: Complaint): boolean {
  return severity === 'error'
}

/** `FILE:LINE:COLUMN`, the form that terminals and editors turn into a link. */
export function formatPlace({ file, place }: Pick<Problem, 'file' | 'place'>): string {
  return place === null ? file : `${file}:${place.line}:${place.column}`
}

/** `FILE:LINE:COLUMN: key.path: message`. */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem)}: ${spoken(problem)}`
}

/** As somebody reads the files: file by file, from the top; what has no place first. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      Number(a.file > b.file) - Number(a.file < b.file) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0)
  )
}

/** For an API's `errors[]`: the field is the place in the file. */
export function fieldErrorOf(problem: Problem): FieldError {
  return { field: formatPlace(problem), message: spoken(problem) }
}

/** For a JSON body: the field is a pointer, under `root`. */
export function fieldErrorAt(root: string, { path, message }: Complaint): FieldError {
  const field = root + jsonPointer(path)
  return { field, message: spoken({ key: keyPath(path), message }) }
}

function spoken({ key, message }: Pick<Problem, 'key' | 'message'>): string {
  return key === '' ? message : `${key}: ${message}`
}
