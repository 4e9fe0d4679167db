/**
 * How findings about records are written, and what to say where something could not be read. Pure.
 */
import type { Finding } from '../../../core/shift.ts'
import { isDenied } from '../../../aws/classify.ts'
import type { AwsFailure } from '../../../aws/aws.ts'

type Text = readonly [code: string, route: string | null, detail: string, remedy: string]

export const blocker = (...text: Text): Finding => made('blocker', text)
export const warning = (...text: Text): Finding => made('warning', text)
export const info = (...text: Text): Finding => made('info', text)

function made(severity: Finding['severity'], [code, route, detail, remedy]: Text): Finding {
  return { severity, code, route, detail, remedy }
}

/** Without this nothing can be moved safely. `right`: the IAM action, with its service. */
export function mustRead(failure: AwsFailure, route: string | null, right: string): Finding {
  return isDenied(failure)
    ? blocker('not_allowed', route, failure.message, `allow ${right}, or mend the credentials`)
    : blocker('unreadable', route, failure.message, 'start again once the call is answered; nothing was written')
}

/** Good to know, but nothing depends on it. */
export function couldRead(failure: AwsFailure, route: string | null, right: string, what: string): Finding {
  const remedy = isDenied(failure) ? `allow ${right}` : 'start again to have it looked for, or look yourself'
  return warning('cannot_check', route, `${what} could not be looked for: ${failure.message}`, remedy)
}

/** What a shift must not begin without having looked, where it can be looked at: a passing failure is read again, a missing right is said. */
export function shouldRead(failure: AwsFailure, route: string, right: string, what: string): Finding {
  return failure.kind === 'refused' || failure.kind === 'bug'
    ? couldRead(failure, route, right, what)
    : mustRead(failure, route, right)
}
