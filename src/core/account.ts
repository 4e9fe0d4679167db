/**
 * Accounts of AWS: whom a call is sent as, and whose rate limits it uses up.
 */
import type { AccountRef } from './migration.ts'

/** Whom a call is sent as, and where to: the same for accounts that can share a client. Holds the external id: never shown. */
export function callerOf({ region, roleArn, externalId }: AccountRef): string {
  return [region, roleArn ?? '', externalId ?? ''].join('\n')
}

/** The account that is called, whatever role leads to it: its id, or `own` where no role is assumed. */
export function accountOf({ roleArn }: AccountRef): string {
  return roleArn?.split(':')[4] ?? 'own'
}
