/**
 * What the daemon's parts throw when they are run inside this process, as the CLI's own Failure: every problem of a
 * configuration, `FILE:LINE:COLUMN: key: message`, and exit code 2.
 */
import { ConfigError, fieldErrorOf } from '../config/problem.ts'
import { CODES, ShiftError, type FieldError } from '../errors.ts'
import { EXIT } from './exit.ts'
import { Failure } from './failure.ts'

export const INVALID = 'invalid_configuration'

/** The failure that lists these. */
export function configFailure(errors: readonly FieldError[]): Failure {
  const detail = errors.length === 1 ? 'there is 1 problem' : `there are ${errors.length} problems`
  const problem = { status: null, code: INVALID, title: CODES[INVALID][1], detail, errors }
  return new Failure(EXIT.usage, INVALID, detail, { problem })
}

/** Runs it; a ConfigError and a ShiftError become a Failure, a bug stays a bug. */
export async function withConfigErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ConfigError) throw configFailure(error.problems.map(fieldErrorOf))
    if (error instanceof ShiftError) throw failureOf(error)
    throw error
  }
}

function failureOf(error: ShiftError): Failure {
  const [status, title] = CODES[error.code]
  if (error.code === INVALID && error.errors.length > 0) return configFailure(error.errors)
  const problem = { status: null, code: error.code, title, detail: error.message, errors: error.errors }
  const exit = status === 400 || status === 422 ? EXIT.usage : EXIT.error
  return new Failure(exit, error.code, error.message, { problem, cause: error })
}
