/**
 * The clients of the AWS SDK, and the narrow shape in which the rest of Sluice (and a simulation) knows them. Endpoints and
 * credentials come from the SDK's own chain and variables; nothing here reads the environment.
 */
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import {
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientConfig
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53'
import { SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AccountRef } from '../core/migration.ts'
import type { Ms } from '../core/time.ts'
import { makeLenders } from './credentials.ts'
import { AwsFailure } from './failure.ts'

export const SERVICES = ['elbv2', 'cloudwatch', 'route53', 'dynamodb', 'sns'] as const
export type Service = (typeof SERVICES)[number]

/** Reads may be sent again by the SDK; a write to what splits traffic never is, or its outcome could not be told. */
export type Access = 'read' | 'write'

/** What every command of an SDK v3 client is, as far as it matters here; the output's type is inferred from it. */
export interface AwsCommand<O extends object> {
  readonly input: object
  resolveMiddleware(stack: never, configuration: never, options: never): (args: never) => Promise<{ output: O }>
}

export interface AwsClient {
  send<O extends object>(command: AwsCommand<O>, options: { readonly abortSignal: AbortSignal }): Promise<O>
  destroy(): void
}

export type ClientFor = (service: Service, account: AccountRef, access: Access) => AwsClient

/** Told of the `date` header that came with an output. */
export type DateSeen = (output: object, date: string) => void

/** Of one attempt. The SDK has no limit of its own, and warns only where a limit is set without `throwOnRequestTimeout`. */
const CONNECT_MS: Ms = 2_000
const REQUEST_MS: Ms = 6_000

const ATTEMPTS: Readonly<Record<Access, number>> = { read: 3, write: 1 }

/** Whose writes move traffic. */
export const GUARDED: ReadonlySet<Service> = new Set(['elbv2', 'route53'])

/** The store's writes carry their condition: sent twice, they happen once. */
const CONDITIONAL: ReadonlySet<Service> = new Set(['dynamodb'])

/**
 * Real clients. `homeRegion` is where roles are assumed. `mayLeave` is asked about each write right before it leaves: between
 * `send` and the socket the SDK signs, and a process can be stopped for minutes in the middle of that.
 */
export function sdkClients(homeRegion: string, dateSeen: DateSeen, mayLeave?: () => boolean): ClientFor {
  const lenderOf = makeLenders(homeRegion, () => handler(undefined))
  return (service, account, access) => {
    const lender = lenderOf(account)
    const config = {
      region: account.region,
      maxAttempts: ATTEMPTS[CONDITIONAL.has(service) ? 'read' : access],
      retryMode: 'standard',
      requestHandler: handler(access === 'write' && GUARDED.has(service) ? mayLeave : undefined),
      credentials: lender.credentials
    }
    // The one place where the SDK's generic clients become the narrow shape: each service only ever gets its own commands.
    const client = CLIENTS[service](config, dateSeen) as unknown as AwsClient
    return {
      send: (command, options) => client.send(command, options),
      destroy: () => {
        client.destroy()
        lender.destroy()
      }
    }
  }
}

function handler(mayLeave: (() => boolean) | undefined): NodeHttpHandler {
  const made = new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    throwOnRequestTimeout: true,
    socketTimeout: REQUEST_MS
  })
  if (!mayLeave) return made
  const handle = made.handle.bind(made)
  made.handle = async (...args) => {
    if (mayLeave()) return handle(...args)
    throw new AwsFailure('not sent: this replica does not lead any more', {
      kind: 'timeout',
      code: 'NotLeading',
      attempts: 0
    })
  }
  return made
}

const DATED = { step: 'initialize', name: 'sluiceServerDate' } as const

function elbv2Client(config: ElasticLoadBalancingV2ClientConfig, dateSeen: DateSeen): ElasticLoadBalancingV2Client {
  const client = new ElasticLoadBalancingV2Client(config)
  client.middlewareStack.add((next) => dated(next, dateSeen), DATED)
  return client
}

function cloudwatchClient(config: CloudWatchClientConfig, dateSeen: DateSeen): CloudWatchClient {
  const client = new CloudWatchClient(config)
  client.middlewareStack.add((next) => dated(next, dateSeen), DATED)
  return client
}

/** Route 53 is one for all regions; the region still says which partition's (aws, China, GovCloud). */
function route53Client(config: Route53ClientConfig, dateSeen: DateSeen): Route53Client {
  const client = new Route53Client(config)
  client.middlewareStack.add((next) => dated(next, dateSeen), DATED)
  return client
}

function dynamodbClient(config: DynamoDBClientConfig, dateSeen: DateSeen): DynamoDBClient {
  const client = new DynamoDBClient(config)
  client.middlewareStack.add((next) => dated(next, dateSeen), DATED)
  return client
}

function snsClient(config: SNSClientConfig, dateSeen: DateSeen): SNSClient {
  const client = new SNSClient(config)
  client.middlewareStack.add((next) => dated(next, dateSeen), DATED)
  return client
}

const CLIENTS = {
  elbv2: elbv2Client,
  cloudwatch: cloudwatchClient,
  route53: route53Client,
  dynamodb: dynamodbClient,
  sns: snsClient
} as const

/** Tells of the `date` header of each answer that came through. */
function dated<A, R extends { readonly output: object; readonly response: unknown }>(
  next: (args: A) => Promise<R>,
  dateSeen: DateSeen
): (args: A) => Promise<R> {
  return async (args) => {
    const result = await next(args)
    const date = dateHeader(result.response)
    if (date !== null) dateSeen(result.output, date)
    return result
  }
}

/** The `date` header of an HTTP answer, whatever its case; null where there is none. */
function dateHeader(response: unknown): string | null {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return null
  const { headers } = response
  if (typeof headers !== 'object' || headers === null) return null
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'date' && typeof value === 'string') return value
  }
  return null
}
