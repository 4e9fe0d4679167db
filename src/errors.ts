/**
 * Operational failures: one class, and the catalogue of its codes. A code is a promise to scripts: once released it is never
 * given another meaning. Expected outcomes (a verdict, unreadable, conflict) are data and never thrown; a bug is an assertion.
 */

/** HTTP status and title of every code that the API can answer. */
export const CODES = {
  invalid_request: [400, 'The request is not valid'],
  unauthorized: [401, 'A token is needed'],
  forbidden: [403, 'This token may not do that'],
  not_found: [404, 'There is nothing here'],
  shift_not_found: [404, 'No such shift'],
  migration_not_found: [404, 'No such migration'],
  policy_not_found: [404, 'No such policy'],
  method_not_allowed: [405, 'This method is not allowed here'],
  not_acceptable: [406, 'That representation is not offered'],
  route_busy: [409, 'A route is already being shifted'],
  stopped: [409, 'Everything is stopped'],
  shift_ended: [409, 'The shift has ended'],
  shift_not_completed: [409, 'Only a completed shift can be restored'],
  weights_not_own: [409, 'The weights are no longer those of the shift'],
  illegal_in_phase: [409, 'Not legal in this phase'],
  step_moved: [409, 'The shift is at another step'],
  drift_choice_needed: [409, 'Weights were changed by somebody else: choose'],
  approver_must_differ: [409, 'Somebody else must approve'],
  too_many_shifts: [409, 'As many shifts are open as may be'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be JSON'],
  idempotency_key_reused: [422, 'The idempotency key was used for another request'],
  invalid_configuration: [422, 'The configuration is not valid'],
  policy_not_fit: [422, 'The policy does not fit the migration or this daemon'],
  not_available: [422, 'Not available in this version'],
  too_many_requests: [429, 'Too many requests'],
  internal: [500, 'A bug in Sluice'],
  store_unavailable: [503, 'The store does not answer']
} as const satisfies Record<string, readonly [number, string]>

export type Code = keyof typeof CODES

/** One wrong field: where it is, what was given, what is allowed. */
export interface FieldError {
  /** JSON pointer into the body, or a query parameter's name. */
  readonly field: string
  readonly message: string
}

/** Says what failed, with thing, value and what is allowed. Never holds a secret. */
export class ShiftError extends Error {
  readonly code: Code
  readonly errors: readonly FieldError[]
  readonly extra: Readonly<Record<string, unknown>>

  constructor(
    code: Code,
    detail: string,
    options: { errors?: readonly FieldError[]; extra?: Readonly<Record<string, unknown>>; cause?: unknown } = {}
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ShiftError'
    this.code = code
    this.errors = options.errors ?? []
    this.extra = options.extra ?? {}
  }
}
