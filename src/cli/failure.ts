/**
 * What went wrong, as a person and a script shall read it: one sentence, the wrong fields below it, an exit code. Never a stack
 * trace and never the token.
 */
import { EXIT } from './exit.ts'

/** RFC 9457, as far as the CLI reads it. */
export interface Problem {
  readonly status: number | null
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly errors: readonly { readonly field: string; readonly message: string }[]
}

/** Code of an answer that is not the daemon's own: another server's page, or another daemon. */
export const NOT_SLUICE = 'not_sluice'

export class Failure extends Error {
  readonly exit: number
  readonly problem: Problem
  /** The daemon may answer if asked again later: it was away, slow, or busy. */
  readonly transient: boolean

  constructor(
    exit: number,
    code: string,
    detail: string,
    options: { problem?: Problem; transient?: boolean; cause?: unknown } = {}
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.exit = exit
    this.problem = options.problem ?? { status: null, code, title: detail, detail, errors: [] }
    this.transient = options.transient ?? false
  }
}

/** The command line, or a file named on it, is wrong. */
export function usage(detail: string, errors: Problem['errors'] = []): Failure {
  const problem = { status: null, code: 'usage', title: 'The command line is not valid', detail, errors }
  return new Failure(EXIT.usage, 'usage', detail, { problem })
}

export function isTransient(error: unknown): boolean {
  return error instanceof Failure && error.transient
}

/** The sentence and its fields, a line each. */
export function linesOf(error: unknown): readonly string[] {
  if (!(error instanceof Failure)) {
    const message = error instanceof Error ? error.message : String(error)
    return [`sluice: unexpected: ${message}`, '  (with --debug: where)']
  }
  const { problem } = error
  const code = problem.status === null ? '' : ` (${problem.status} ${problem.code})`
  // The place of a problem in a file stands at the beginning of its line, where terminals and editors find it.
  const indent = problem.code === 'invalid_configuration' ? '' : '  '
  // What the sentence says already is not said again.
  const untold = problem.errors.filter(({ message }) => !error.message.includes(message))
  const fields = untold.map(({ field, message }) => `${indent}${field === '' ? '' : `${field}: `}${message}`)
  return [`sluice: ${error.message}${code}`, ...fields]
}

/** The same for --json: one object on one line. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Failure) return error.problem
  const detail = error instanceof Error ? error.message : String(error)
  return { status: null, code: 'unexpected', title: 'Unexpected error', detail, errors: [] }
}
