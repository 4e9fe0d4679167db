/**
 * What to say where something could not be read: which right is missing, or that it is a matter of trying again. Pure.
 */
import type { Finding } from '../../../core/shift.ts'
import { isDenied } from '../../../aws/classify.ts'
import type { AwsFailure } from '../../../aws/aws.ts'

/** Without this nothing can be moved safely. `operation` is the API call, and the name of the right. */
export function mustRead(failure: AwsFailure, route: string | null, operation: string): Finding {
  return isDenied(failure)
    ? {
        severity: 'blocker',
        code: 'not_allowed',
        route,
        detail: failure.message,
        remedy: `allow elasticloadbalancing:${operation} on resource "*", or mend the credentials`
      }
    : {
        severity: 'blocker',
        code: 'unreadable',
        route,
        detail: failure.message,
        remedy: 'start again once the call is answered; nothing was written'
      }
}

/** Good to know, but nothing depends on it. */
export function couldRead(failure: AwsFailure, route: string | null, operation: string, what: string): Finding {
  return {
    severity: 'warning',
    code: 'cannot_check',
    route,
    detail: `${what} could not be looked for: ${failure.message}`,
    remedy: isDenied(failure)
      ? `allow elasticloadbalancing:${operation} on resource "*"`
      : 'start again to have it looked for, or look yourself'
  }
}

/** What a shift must not begin without having looked, where it can be looked at: a passing failure is read again, a missing right is said. */
export function shouldRead(failure: AwsFailure, route: string, operation: string, what: string): Finding {
  return failure.kind === 'refused' || failure.kind === 'bug'
    ? couldRead(failure, null, operation, what)
    : mustRead(failure, route, operation)
}
