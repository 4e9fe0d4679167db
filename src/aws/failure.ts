/**
 * How a call to AWS fails, said once for all: what a caller may conclude from it, never what was sent. A failure holds neither
 * request bodies nor credentials, so that it may be logged and stored as it is.
 */

/**
 * - `throttled`: AWS, or our own rate budget, said "not now"; nothing was done.
 * - `refused`: a definite no; nothing was done and nothing will be.
 * - `unknown`: a 5xx or a broken connection; a write may have happened, or may still.
 * - `timeout`: no answer in time, or called off; for a write that was sent this is as good as `unknown`.
 * - `bug`: the request can't be right; never sent, or AWS says that it is malformed.
 */
export type FailureKind = 'throttled' | 'unknown' | 'refused' | 'timeout' | 'bug'

export interface FailureFacts {
  readonly kind: FailureKind
  /** The SDK's error name, or one of ours: `BudgetExhausted`, `Timeout`, `Aborted`. */
  readonly code: string
  readonly status?: number | null
  readonly attempts?: number
  readonly gone?: boolean
  readonly cause?: unknown
}

export class AwsFailure extends Error {
  readonly kind: FailureKind
  readonly code: string
  /** HTTP status of the last answer; null where there was none. */
  readonly status: number | null
  /** How often it was sent; 0: it certainly never left this process. */
  readonly attempts: number
  /** The provider said for certain that the thing is not there. */
  readonly gone: boolean

  constructor(detail: string, facts: FailureFacts) {
    super(detail, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'AwsFailure'
    this.kind = facts.kind
    this.code = facts.code
    this.status = facts.status ?? null
    this.attempts = facts.attempts ?? 0
    this.gone = facts.gone ?? false
  }
}
