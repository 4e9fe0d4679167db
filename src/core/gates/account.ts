/**
 * Where a gate reads what is its own (alarms, any metric): its own account, else that of the side that it is about.
 */
import type { AccountRef, OwnAccount } from '../migration.ts'

/**
 * A region alone moves the reading there and leaves the role as it is, a role alone leaves the region: of gate and side the nearest
 * that says so counts. An external id belongs to the role that it stands with.
 */
export function readIn(own: OwnAccount | null | undefined, side: AccountRef): AccountRef {
  if (!own) return side
  const region = own.region ?? side.region
  const { roleArn, externalId } = own
  if (roleArn === undefined) return { ...side, region }
  return externalId === undefined ? { region, roleArn } : { region, roleArn, externalId }
}

/**
 * The account that a thing of AWS belongs to, where a role of another one reads its metrics: a monitoring account has to say whose
 * metrics it means. Undefined where both are one, or no role says who reads.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
 */
export function ownerOf(arn: string, { roleArn }: AccountRef): string | undefined {
  const [owner, reader] = [arn.split(':')[4], roleArn?.split(':')[4]]
  return reader === undefined || owner === undefined || owner === reader ? undefined : owner
}

/** Tells meters apart that read the same counts as somebody else. Never holds the external id. */
export function accountKey(own: OwnAccount | null | undefined): string {
  return own ? `@${[own.region ?? '', own.roleArn ?? ''].join(' ').trim()}` : ''
}
