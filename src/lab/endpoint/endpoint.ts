// One HTTP server for all AWS services of the lab: finds the service by the shape of the request, lets the faults have their
// way, answers. Knows no service's calls, and checks no signature beyond its being there.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { labServer, listen, loopback, readBody, shut } from '../server.ts'
import type { CallLog } from './callLog.ts'
import type { Fault, Faults } from './faults.ts'
import type { AwsAnswer, AwsRequest, Service } from './service.ts'
import { AwsError } from './service.ts'

export interface Endpoint {
  readonly url: string
  close(): Promise<void>
}

interface Parts {
  readonly services: readonly Service[]
  readonly faults: Faults
  readonly calls: CallLog
}

export async function startEndpoint(parts: Parts, port: number): Promise<Endpoint> {
  const server = labServer((request, response) => void serve(parts, request, response))
  const bound = await listen(server, port)
  return { url: `http://${loopback}:${bound}`, close: () => shut(server) }
}

async function serve(parts: Parts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming).catch(() => undefined)
  if (body === undefined) return
  const request = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: incoming.headers, body }
  const found = find(parts.services, request)
  if (found === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end('The lab answers ELBv2 (query), Route 53 (REST-XML) and CloudWatch (JSON 1.0) only.\n')
    return
  }
  const [service, operation] = found
  const requestId = randomUUID()
  const faults = parts.faults.hit(service.name, operation)
  const latencyMs = faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? (fault.latencyMs ?? 0) : 0), 0)
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
  const fault = faults.find((one) => one.kind !== 'latency')
  const performed = fault === undefined || (fault.kind !== 'throttle' && fault.performed === true)
  const answer = performed ? perform(service, operation, request, requestId) : undefined
  const sent = fault === undefined ? answer : injected(service, fault, requestId)
  parts.calls.add({
    at: Date.now(),
    service: service.name,
    operation,
    status: 0,
    performed,
    requestId,
    ...summary(sent)
  })
  if (sent !== undefined) send(response, sent, requestId, parts.faults.clockSkewMs)
  else if (fault?.kind === 'reset') response.destroy()
}

interface Reply extends AwsAnswer {
  readonly code?: string
}

const summary = (reply: Reply | undefined): { readonly status?: number; readonly code?: string } =>
  reply === undefined ? {} : { status: reply.status, ...(reply.code === undefined ? {} : { code: reply.code }) }

function find(services: readonly Service[], request: AwsRequest): readonly [Service, string] | undefined {
  for (const service of services) {
    const operation = service.operation(request)
    if (operation !== undefined) return [service, operation]
  }
  return undefined
}

function perform(service: Service, operation: string, request: AwsRequest, requestId: string): Reply {
  try {
    if (request.headers.authorization === undefined) {
      throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    }
    return service.answer(operation, request, requestId)
  } catch (error) {
    const known =
      error instanceof AwsError ? error : new AwsError('InternalFailure', `the lab broke: ${String(error)}`, 500)
    return { ...service.refuse(known, requestId), code: known.code }
  }
}

/** The answer a fault makes, or nothing where it makes none. */
function injected(service: Service, fault: Fault, requestId: string): Reply | undefined {
  if (fault.kind === 'hang' || fault.kind === 'reset') return undefined
  const error =
    fault.kind === 'throttle'
      ? new AwsError(service.throttleCode, 'Rate exceeded', 400)
      : new AwsError(
          fault.code ?? 'InternalFailure',
          fault.message ?? 'An internal error occurred',
          fault.status ?? 500
        )
  return { ...service.refuse(error, requestId), code: error.code }
}

function send(response: ServerResponse, answer: AwsAnswer, requestId: string, clockSkewMs: number): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'x-amzn-requestid': requestId,
    date: new Date(Date.now() + clockSkewMs).toUTCString(),
    'content-length': Buffer.byteLength(answer.body)
  })
  response.end(answer.body)
}
