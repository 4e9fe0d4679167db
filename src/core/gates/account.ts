/**
 * Where a gate reads what is its own (alarms, any metric): its own account, else that of the side that it is about.
 */
import type { AccountRef } from '../migration.ts'

/** A region alone moves the reading there, and leaves the role as it is: of gate and side the nearest that says so counts. */
export function readIn(own: AccountRef | null, side: AccountRef): AccountRef {
  if (own === null) return side
  return own.roleArn === undefined ? { ...side, region: own.region } : own
}
