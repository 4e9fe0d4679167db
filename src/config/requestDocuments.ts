/**
 * How documents in a request are read: like files, but nothing is substituted, because a request must not read the daemon's
 * environment, and nothing in them may choose a URL that the daemon calls.
 */
import type { Migration } from '../core/migration.ts'
import type { Policy } from '../core/policy.ts'
import { ShiftError } from '../errors.ts'
import type { Clock } from '../clock.ts'
import { checkApart, type CheckText } from './checkApart.ts'
import { parseMigrationObject } from './migrations.ts'
import { parsePolicyObject } from './policies.ts'
import type { Inline } from './read.ts'

export interface RequestDocuments {
  /** Checks a text without keeping any of it, beside the daemon's own work. */
  readonly validate: CheckText
  /** Documents that stand in a start request. Throw `invalid_request` with errors whose fields are pointers into the body. */
  readonly parseInline: {
    readonly migration: (value: unknown) => Migration
    readonly policy: (value: unknown) => Policy
  }
}

/** `region`: of the daemon's settings, for what says none of its own. */
export function requestDocuments({
  region,
  clock
}: {
  readonly region: string | null
  readonly clock: Clock
}): RequestDocuments {
  return {
    validate: checkApart({ clock, region }),
    parseInline: {
      migration: (value) => valid(parseMigrationObject(value, '/migration', region)),
      policy: (value) => valid(parsePolicyObject(value, '/policy'))
    }
  }
}

function valid<T>({ value, errors }: Inline<T>): T {
  if (value !== null && errors.length === 0) return value
  throw new ShiftError('invalid_request', 'the document in the body is not valid', { errors })
}
