/**
 * What the daemon can do, as seen by HTTP: the one interface between the shell's heart and its face. Every method throws
 * ShiftError with a code of the catalogue where the caller is wrong.
 */
import type { EventView, ReportView, SeriesView, ShiftView, SummaryView } from '../core/view.ts'
import type { Order, Stop } from '../core/command.ts'
import type { PhaseName, ShiftId } from '../core/shift.ts'
import type { DashboardBody } from '../core/dashboard.ts'
import type { Migration } from '../core/migration.ts'
import type { Policy } from '../core/policy.ts'

export interface StartRequest {
  /** A name, or an inline document (already parsed and validated). */
  readonly migration: string | Migration
  readonly policy: string | Policy
  readonly reason: string
  readonly routes: readonly string[] | null
  /** In tenths. */
  readonly toPercent: number | null
  readonly from: 'zero' | 'live'
  readonly actor: string
  readonly idempotency: { readonly key: string; readonly digest: string } | null
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export type Until = 'ended' | 'step' | 'attention'

/** A named document on disk, with the text it came from. */
export interface Named<T> {
  readonly name: string
  readonly file: string
  readonly value: T
}

export interface Catalogue {
  policies(): readonly Named<Policy>[]
  migrations(): readonly Named<Migration>[]
  /** All or nothing; throws `invalid_configuration` with every error, and keeps what was. */
  reload(): Promise<{ readonly policies: number; readonly migrations: number }>
}

/** What this process knows of itself. */
export interface Liveness {
  /** The loop of every shift that runs here turns. */
  readonly live: boolean
  readonly leader: boolean
  readonly shifts: number
  readonly lastObservationAt: string | null
}

export interface Health extends Liveness {
  readonly ready: boolean
  readonly store: 'ok' | 'unavailable'
}

export interface Sluice {
  readonly catalogue: Catalogue
  /** `created: false` where the idempotency key had made it before. */
  start(request: StartRequest): Promise<{ readonly shift: ShiftView; readonly created: boolean }>
  list(query: {
    readonly phases: readonly PhaseName[] | null
    readonly migration: string | null
    readonly limit: number
    readonly cursor: string | null
  }): Promise<Page<ShiftView>>
  /** Every open shift and the newest ended ones, in brief. */
  overview(): Promise<readonly SummaryView[]>
  /** Calls `listener` after each saved decision of any shift that runs here; `show` gives the shift as it then was. */
  subscribeAll(listener: (id: ShiftId, show: () => SummaryView) => void): () => void
  get(id: ShiftId): Promise<ShiftView>
  /** Answers when it is so, or with the shift as it is after `ms`, or when `signal` aborts. */
  wait(id: ShiftId, until: Until, ms: number, signal: AbortSignal): Promise<ShiftView>
  events(id: ShiftId, after: number, limit: number): Promise<Page<EventView>>
  /** Calls `listener` after each saved decision of the shift with new events; returns how to stop. */
  subscribe(id: ShiftId, listener: () => void): () => void
  report(id: ShiftId): Promise<ReportView>
  /** What was measured of old and new, from the decisions after version `after`, so many of them at a time. */
  series(id: ShiftId, after: number, limit: number): Promise<SeriesView>
  /** The body of a CloudWatch dashboard; what only preflight finds is taken from the migration's newest shift. */
  dashboard(migration: string): Promise<DashboardBody>
  order(id: ShiftId, order: Order, actor: string): Promise<ShiftView>
  /** A linked shift that takes a completed one back. */
  restore(id: ShiftId, reason: string, actor: string): Promise<ShiftView>
  getStop(): Promise<Stop | null>
  setStop(action: Stop['action'], reason: string, actor: string): Promise<Stop>
  liftStop(actor: string): Promise<void>
  /** At once, and without asking anybody: a store that does not answer is no reason to be restarted. */
  liveness(): Liveness
  health(): Promise<Health>
}
