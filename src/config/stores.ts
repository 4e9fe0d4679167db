/**
 * Where shifts are kept, from the configuration: its values, and what must fit together where several replicas share a table.
 */
import { resolve } from 'node:path'
import { formatDuration, parseDuration } from '../core/duration.ts'
import type { Ms } from '../core/time.ts'
import type { StoreConfig } from './config.ts'
import { valueAt } from './path.ts'
import { complain, type Complaint } from './problem.ts'
import type { ConfigDocument } from './schemas/config.ts'

/** Between the end of the longest write and the end of the lease: to renew it in, and to be stopped in. */
const MARGIN_MS: Ms = 500
const LEAST_WRITE_MS: Ms = 1_000
/** A longer one would leave users on a broken side for as long when the leader dies. */
const LONGEST_LEASE_MS: Ms = 30_000

const DEFAULTS = { lease: '6s', writeDeadline: '5s' } as const

/** `folder` is what relative paths are relative to. */
export function toStore({ store }: ConfigDocument, folder: string, region: string | null): StoreConfig {
  switch (store.type) {
    case 'memory':
      return { type: 'memory' }
    case 'sqlite':
      return { type: 'sqlite', path: resolve(folder, store.path) }
    case 'dynamodb':
      return {
        type: 'dynamodb',
        table: store.table,
        region: region ?? '',
        leaseMs: parseDuration(store.lease) ?? 0,
        writeMs: parseDuration(store.writeDeadline) ?? 0
      }
  }
}

/** `region` as it will be used. */
export function storeProblems(value: unknown, region: string | null): readonly Complaint[] {
  const at = (key: string) => valueAt(value, ['store', key])
  if (at('type') !== 'dynamodb') return []
  const spanOf = (key: keyof typeof DEFAULTS): Ms | null => {
    const text = at(key) ?? DEFAULTS[key]
    return typeof text === 'string' ? parseDuration(text) : null
  }
  const [lease, write] = [spanOf('lease'), spanOf('writeDeadline')]
  const found: Complaint[] = []
  if (region === null) {
    found.push(complain(['store', 'type'], 'is dynamodb, which needs to know the region: aws.region, or AWS_REGION'))
  }
  if (write !== null && write < LEAST_WRITE_MS) {
    found.push(complain(['store', 'writeDeadline'], `is ${formatDuration(write)}; allowed: at least 1s`))
  }
  if (lease !== null && lease > LONGEST_LEASE_MS) {
    found.push(complain(['store', 'lease'], `is ${formatDuration(lease)}; allowed: at most 30s`))
  }
  if (lease !== null && write !== null && lease < write + MARGIN_MS) {
    const least = formatDuration(write + MARGIN_MS)
    found.push(
      complain(
        ['store', 'lease'],
        `is ${formatDuration(lease)}; allowed: at least ${least}, half a second above store.writeDeadline`
      )
    )
  }
  return found
}
