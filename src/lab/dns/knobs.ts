// What of Route 53 and its name servers can be turned while the lab runs, with its defaults: AWS's own where AWS says them.

import type { ChangeAction } from './changes.ts'

export interface DnsKnobs {
  /** From a change to INSYNC. AWS: usually within 60 s. A change keeps the value with which it was submitted. */
  insyncMs: number
  /** How the name servers learn a change: 1 = one after another from its submission on, 0 = all of them at INSYNC. */
  spread: number
  /** For so long after a change every other one to the zone is refused with PriorRequestNotComplete. */
  processingMs: number
  /** For the whole account, all callers together; AWS: 5. Beyond it `Throttling`. */
  requestsPerSecond: number
  /** Page size of ListResourceRecordSets where the caller asks for no smaller one; AWS: 300. */
  pageSize: number
  /** TTL of answers that an alias to a load balancer gives; AWS: 60 s. */
  aliasTtlSeconds: number
  /** Actions of a change batch that the caller's rights allow: with `["UPSERT"]` every other batch is AccessDenied. */
  allow: readonly ChangeAction[]
}

export const defaultKnobs: DnsKnobs = {
  insyncMs: 1000,
  spread: 1,
  processingMs: 0,
  requestsPerSecond: 5,
  pageSize: 300,
  aliasTtlSeconds: 60,
  allow: ['CREATE', 'DELETE', 'UPSERT']
}

const upTo =
  (most: number, whole: boolean) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && value <= most && (!whole || Number.isInteger(value))

const actions: readonly unknown[] = ['CREATE', 'DELETE', 'UPSERT'] satisfies readonly ChangeAction[]

const checks: Readonly<Record<keyof DnsKnobs, (value: unknown) => boolean>> = {
  insyncMs: upTo(1e12, false),
  spread: upTo(1, false),
  processingMs: upTo(1e12, false),
  requestsPerSecond: upTo(1e9, false),
  pageSize: (value) => upTo(300, true)(value) && value !== 0,
  aliasTtlSeconds: upTo(2_147_483_647, true),
  allow: (value) => Array.isArray(value) && value.every((one) => actions.includes(one))
}

/** Reads a change that came as JSON; an unknown key or a wrong value is refused by name. */
export function readKnobs(input: Readonly<Record<string, unknown>>): Partial<DnsKnobs> {
  for (const [key, value] of Object.entries(input)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof DnsKnobs] : undefined
    if (check === undefined) throw new Error(`unknown setting ${key}; known: ${Object.keys(checks).join(', ')}`)
    if (!check(value)) throw new Error(`${key}: ${JSON.stringify(value)} is not allowed`)
  }
  return input
}
