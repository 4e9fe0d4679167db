/**
 * Turns whatever a client threw into an AwsFailure: the only place that knows the names of AWS errors. Never lets a message
 * through that could hold a signed request.
 */
import { maskText } from '../mask.ts'
import { AwsFailure, type FailureKind } from './failure.ts'

/** Names are compared without their `Exception` ending: wire codes and SDK class names differ in it. */
const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2Throttled',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttled',
  'Throttling',
  'TooManyRequests'
])

const GONE = new Set([
  'ListenerNotFound',
  'LoadBalancerNotFound',
  'NoSuchHostedZone',
  'RuleNotFound',
  'TargetGroupNotFound',
  'ResourceNotFound'
])

/** No credentials, wrong ones, or too few rights: a definite no, whatever status it came with. */
const NOT_ALLOWED = new Set([
  'AccessDenied',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignature',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnauthorizedOperation',
  'UnrecognizedClient'
])

const TIMEOUT = new Set(['AbortError', 'RequestTimeout', 'TimeoutError', 'ETIMEDOUT'])

const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE'
])

/** Of AWS's words at most so much is kept. */
const LONGEST_DETAIL = 300

/** `RuleNotFoundException` to `RuleNotFound`. */
export function bareCode(code: string): string {
  return code.replace(/(?:Exception|Fault)$/, '')
}

/** True where somebody must change rights or credentials. */
export function isDenied(failure: AwsFailure): boolean {
  return failure.kind === 'refused' && NOT_ALLOWED.has(bareCode(failure.code))
}

/** `what` names service and operation, e.g. `elbv2 ModifyRule`. */
export function classify(error: unknown, what: string): AwsFailure {
  if (error instanceof AwsFailure) return error
  const { name, network, message, status, attempts } = factsOf(error)
  const bare = bareCode(name)
  // A broken connection may be called just "Error"; its code says more.
  const code = network ?? name
  const kind = kindOf(bare, network, status)
  const words = /signature|token/i.test(bare) ? '' : firstLine(message)
  const detail = `${what}: ${code}${status === null ? '' : ` (HTTP ${status})`}${words === '' ? '' : `: ${words}`}`
  return new AwsFailure(detail, { kind, code, status, attempts, gone: kind === 'refused' && GONE.has(bare) })
}

function kindOf(bare: string, network: string | null, status: number | null): FailureKind {
  if (THROTTLED.has(bare) || status === 429) return 'throttled'
  if (NOT_ALLOWED.has(bare)) return 'refused'
  if (TIMEOUT.has(bare) || (network !== null && TIMEOUT.has(network))) return 'timeout'
  if (network !== null && NETWORK.has(network)) return 'unknown'
  if (status !== null && status >= 400 && status < 500) return 'refused'
  // Any other status, a 2xx that could not be read among them, says nothing of whether it was done.
  return status === null ? 'bug' : 'unknown'
}

interface ErrorFacts {
  readonly name: string
  readonly network: string | null
  readonly message: string
  readonly status: number | null
  readonly attempts: number
}

function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', network: null, message: '', status: null, attempts: 1 }
  const code: unknown = 'code' in error ? error.code : undefined
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  return {
    name: error.name,
    network: typeof code === 'string' && (NETWORK.has(code) || TIMEOUT.has(code)) ? code : null,
    message: messagesOf(error) ?? error.message,
    status: numberIn(metadata, 'httpStatusCode'),
    // Where nobody counted it is taken to have been sent: only our own failures say otherwise.
    attempts: error.name === 'CredentialsProviderError' ? 0 : (numberIn(metadata, 'attempts') ?? 1)
  }
}

/** Route 53 says what is wrong with a batch of changes in a list, and nothing in the message. */
function messagesOf(error: Error): string | null {
  const list: unknown = 'messages' in error ? error.messages : undefined
  const words = Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
  return words.length === 0 ? null : words.join('; ')
}

function numberIn(record: unknown, key: string): number | null {
  if (typeof record !== 'object' || record === null) return null
  const value: unknown = Reflect.get(record, key)
  return typeof value === 'number' ? value : null
}

function firstLine(message: string): string {
  return maskText((message.split('\n')[0] ?? '').trim()).slice(0, LONGEST_DETAIL)
}
