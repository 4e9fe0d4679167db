/**
 * What each code of the catalogue means and what to do about it: the page behind a problem's `type`.
 */
import type { Code } from '../errors.ts'

export const EXPLANATIONS = {
  invalid_request:
    'The body, the query or a header does not have the form that the OpenAPI document describes. `errors` lists every wrong field with its value and what is allowed. Correct them and send it again.',
  unauthorized:
    'Tokens are configured and the request carried none that is known. Send `Authorization: Bearer <token>` with a token whose SHA-256 stands in `server.auth.tokens`.',
  forbidden:
    'The request was understood and is refused: the role of the token is too low, it is no delegate, or (without tokens) the request did not come from this machine. `detail` says which.',
  not_found: 'No resource has this path. The OpenAPI document lists all of them.',
  shift_not_found: 'No shift has this id. `GET /v1/shifts` lists all of them.',
  migration_not_found:
    'No migration of this name was read. `GET /v1/migrations` lists the names; `POST /v1/reload` reads the files again.',
  policy_not_found:
    'No policy of this name was read. `GET /v1/policies` lists the names; `POST /v1/reload` reads the files again.',
  method_not_allowed: 'The path exists and does not answer this method. The Allow header names those that it does.',
  not_acceptable: 'None of the media types in the Accept header is offered here. `detail` names those that are.',
  route_busy:
    'Another open shift moves the same listener, rule or record. Wait for its end, or abort or release it, and start again.',
  stopped:
    'The red button was pressed: nothing starts, resumes, is approved or advances until `DELETE /v1/stop` lifts it.',
  shift_ended: 'The shift is over and takes no orders any more. A completed one can be taken back with `restore`.',
  shift_not_completed:
    'Only a shift that ended `completed` can be restored; every other end left nothing to take back.',
  weights_not_own:
    'Since the shift ended somebody else changed the weights, so taking it back would overwrite their work. Look at the live weights first.',
  illegal_in_phase:
    'The order is not legal in the phase that the shift is in. `detail` names the phases in which it is.',
  step_moved:
    'The shift has moved on since the caller looked: the order was meant for another step. Look at the shift again before deciding.',
  drift_choice_needed:
    'Somebody else changed the weights. Resume with `"drift": "adopt"` to go on from theirs, or `"drift": "overwrite"` to set ours again.',
  approver_must_differ: 'The policy demands that somebody other than the one who started the shift approves this step.',
  too_many_shifts:
    'As many shifts are open as `limits.concurrentShifts` allows. Wait for one to end, or raise the limit.',
  body_too_large: 'The body is larger than 256 KiB.',
  unsupported_media_type: 'The Content-Type of the body is not read here. `detail` names those that are.',
  idempotency_key_reused:
    'The Idempotency-Key was used within 24 hours for a request with another body. Use a new key for a new request.',
  invalid_configuration:
    'At least one policy or migration on disk is wrong; `errors` lists all faults. Nothing was taken over, and what was read before still holds.',
  policy_not_fit:
    'The policy and the migration are each valid, but not together, or not in this daemon. `detail` says why.',
  not_available: 'The request asks for something that belongs to a later version. It is refused rather than ignored.',
  too_many_requests: 'More requests arrived than are served. Wait as long as Retry-After says.',
  internal:
    'Sluice itself failed to answer. Traffic is where it was; shifts go on. The log holds the cause under the `requestId` of this answer.',
  store_unavailable:
    'The store does not answer, so nothing can be read or ordered. No traffic moves forward while this lasts. Look at its disk.'
} as const satisfies Record<Code, string>
