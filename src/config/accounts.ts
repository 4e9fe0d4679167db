/**
 * Whose credentials a call takes, and where it goes: of defaults, route and side the nearest that says so counts. Pure.
 */
import type { AccountRef, OwnAccount } from '../core/migration.ts'
import type { Path } from './path.ts'
import { complain, type Complaint } from './problem.ts'
import type { AccountDocument } from './schemas/migration.ts'

export type Tell = (complaint: Complaint) => void

/** The nearest role counts, with an external id from where it stands or nearer: one that belongs to another role is never sent. */
export function accountOf(levels: readonly AccountDocument[], region: string): AccountRef {
  const at = levels.findIndex(({ roleArn }) => roleArn !== undefined)
  const roleArn = levels[at]?.roleArn
  if (roleArn === undefined) return { region }
  const externalId = levels.slice(0, at + 1).find((level) => level.externalId !== undefined)?.externalId
  return externalId === undefined ? { region, roleArn } : { region, roleArn, externalId }
}

/** Of a gate, or a side's own measurements; null where they say nothing and are read where the side is. */
export function ownAccount({ region, roleArn, externalId }: AccountDocument): OwnAccount | null {
  if (region === undefined && roleArn === undefined) return null
  return {
    region: region ?? null,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(roleArn === undefined || externalId === undefined ? {} : { externalId })
  }
}

/** The region that was stated nearest; null where none was. */
export function statedRegion(levels: readonly AccountDocument[]): string | null {
  return levels.find(({ region }) => region !== undefined)?.region ?? null
}

export function checkExternalId(levels: readonly AccountDocument[], path: Path, tell: Tell): void {
  const noRole = levels.every(({ roleArn }) => roleArn === undefined)
  if (levels[0]?.externalId !== undefined && noRole) {
    tell(complain([...path, 'externalId'], 'is of no use without a roleArn'))
  }
}
