/**
 * Whose credentials a call takes: one set for each account, shared by all of its clients. So a rollback goes out with those that
 * reads keep fresh, and does not wait for STS. Never sends a call itself, and never sees a secret.
 */
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import { callerOf } from '../core/account.ts'
import type { AccountRef } from '../core/migration.ts'

const SESSION_NAME = 'sluice'

/** A client that lends what its configuration keeps: the SDK renews it five minutes before its end, for all who borrow. */
export interface Lender {
  readonly credentials: ElasticLoadBalancingV2Client['config']['credentials']
  destroy(): void
}

/** `homeRegion` is where roles are assumed; `handler` makes the connections over which that goes. */
export function makeLenders(homeRegion: string, handler: () => NodeHttpHandler): (account: AccountRef) => Lender {
  const lenders = new Map<string, Lender>()
  return (account) => {
    const key = callerOf(account)
    const known = lenders.get(key)
    if (known !== undefined) return known
    const client = new ElasticLoadBalancingV2Client({
      region: account.region,
      requestHandler: handler(),
      ...(account.roleArn === undefined ? {} : { credentials: assumed(account, account.roleArn, homeRegion) })
    })
    const lender = { credentials: client.config.credentials, destroy: () => client.destroy() }
    lenders.set(key, lender)
    return lender
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
