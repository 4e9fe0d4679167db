// What an AWS service of the lab looks like to the endpoint: it knows its calls, answers them, and words its errors. Never opens a port.

import type { IncomingHttpHeaders } from 'node:http'

export interface AwsRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface AwsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Service {
  readonly name: string
  /** The operation, if the request is one for this service. */
  operation(request: AwsRequest): string | undefined
  /** Performs the call; throws AwsError for what AWS would refuse. */
  answer(operation: string, request: AwsRequest, requestId: string): AwsAnswer
  /** The error in this service's wire protocol. */
  refuse(error: AwsError, requestId: string): AwsAnswer
  /** How a throttled call is called here: services differ. */
  readonly throttleCode: string
}

/** An error as AWS tells it: the code on the wire, the HTTP status, the message. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
  }
}

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message)
