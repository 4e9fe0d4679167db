/**
 * The clients of the AWS SDK, and the narrow shape in which the rest of Sluice (and a simulation) knows them. Endpoints and
 * credentials come from the SDK's own chain and variables; nothing here reads the environment.
 */
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch'
import {
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientConfig
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AccountRef } from '../core/migration.ts'
import type { Ms } from '../core/time.ts'

export const SERVICES = ['elbv2', 'cloudwatch', 'route53'] as const
export type Service = (typeof SERVICES)[number]

/** Reads may be sent again by the SDK; a write never is, or its outcome could not be told. */
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

const SESSION_NAME = 'sluice'

/**
 * Real clients. `homeRegion` is where roles are assumed.
 */
export function sdkClients(homeRegion: string, dateSeen: DateSeen): ClientFor {
  return (service, account, access) => {
    const config = {
      region: account.region,
      maxAttempts: ATTEMPTS[access],
      retryMode: 'standard',
      requestHandler: new NodeHttpHandler({
        connectionTimeout: CONNECT_MS,
        requestTimeout: REQUEST_MS,
        throwOnRequestTimeout: true,
        socketTimeout: REQUEST_MS
      }),
      ...(account.roleArn === undefined ? {} : { credentials: assumed(account, account.roleArn, homeRegion) })
    }
    // The one place where the SDK's generic clients become the narrow shape: each service only ever gets its own commands.
    return CLIENTS[service](config, dateSeen) as unknown as AwsClient
  }
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

const CLIENTS = { elbv2: elbv2Client, cloudwatch: cloudwatchClient, route53: route53Client } as const

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

function assumed(account: AccountRef, roleArn: string, homeRegion: string) {
  return fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: SESSION_NAME,
      ...(account.externalId === undefined ? {} : { ExternalId: account.externalId })
    },
    clientConfig: { region: homeRegion }
  })
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
