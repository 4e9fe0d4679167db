/**
 * Failures as the SDK throws them: its own exception classes, with the names, faults and metadata that the real services give.
 */
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'
import { SNSServiceException } from '@aws-sdk/client-sns'
import { CloudWatchServiceException } from '@aws-sdk/client-cloudwatch'
import { ElasticLoadBalancingV2ServiceException } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53ServiceException } from '@aws-sdk/client-route-53'
import type { Service } from '../../../src/aws/client.ts'

export interface FailureSpec {
  readonly name: string
  readonly status: number
  readonly message: string
}

/** A definite answer of the service that is an error. The client turns it into the SDK's exception. */
export class Refusal extends Error {
  readonly spec: FailureSpec

  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.spec = { name, message, status }
  }
}

export const notFound = (what: 'Rule' | 'Listener' | 'TargetGroup' | 'LoadBalancer'): Refusal => {
  const words = what.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return new Refusal(`${what}NotFoundException`, `One or more ${words}s not found`)
}
export const invalid = (message: string): Refusal => new Refusal('ValidationError', message)
/** ELBv2 has no modelled class for it; CloudWatch, being query-compatible, gives the older code. */
export const throttled = (service: Service): FailureSpec => ({
  name: service === 'elbv2' ? 'ThrottlingException' : 'Throttling',
  status: 400,
  message: 'Rate exceeded'
})
export const internalFailure: FailureSpec = {
  name: 'InternalFailure',
  status: 500,
  message: 'The request processing has failed because of an unknown error, exception or failure.'
}

const EXCEPTIONS = {
  elbv2: ElasticLoadBalancingV2ServiceException,
  cloudwatch: CloudWatchServiceException,
  route53: Route53ServiceException,
  dynamodb: DynamoDBServiceException,
  sns: SNSServiceException
} as const

/** The exception that `send` rejects with where the service itself answered. */
export function sdkError(service: Service, spec: FailureSpec, requestId: string): Error {
  const error = new EXCEPTIONS[service]({
    name: spec.name,
    $fault: spec.status >= 500 ? 'server' : 'client',
    message: spec.message,
    $metadata: { httpStatusCode: spec.status, requestId, attempts: 1, totalRetryDelay: 0 }
  })
  return Object.assign(error, { Code: spec.name.replace(/Exception$/, '') })
}

/** No answer in time: the request handler's error, which no service has seen. */
export function timeoutError(ms: number): Error {
  const error = new Error(`Request timed out after ${ms} ms`)
  error.name = 'TimeoutError'
  return Object.assign(error, { $metadata: { attempts: 1, totalRetryDelay: 0 } })
}

/** Called off by the abort signal. */
export function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('Request aborted')
  error.name = 'AbortError'
  if (signal?.reason instanceof Error) error.cause = signal.reason
  return Object.assign(error, { $metadata: { attempts: 1, totalRetryDelay: 0 } })
}
