/**
 * What the HTTP face is given. It is handed everything and builds nothing: no store, no router, no clock of its own.
 */
import type { Clock } from '../clock.ts'
import type { Migration } from '../core/migration.ts'
import type { Policy } from '../core/policy.ts'
import type { Sluice } from '../engine/sluice.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { AuthConfig } from './auth.ts'

/** What reading a YAML text found: errors as the configuration reports them, and the names of the documents in it. */
export interface Validation {
  readonly errors: readonly unknown[]
  readonly warnings: readonly unknown[]
  readonly names: readonly unknown[]
}

export interface AppDeps {
  readonly sluice: Sluice
  readonly auth: AuthConfig
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>
  readonly log: Logger
  readonly clock: Clock
  readonly validate: (text: string) => Promise<Validation>
  /** Documents that stand in a start request. Throw `invalid_request` with errors whose fields are pointers into the body. */
  readonly parseInline: {
    migration(value: unknown): Migration
    policy(value: unknown): Policy
  }
}
