/**
 * The port to leadership: of several replicas one leads, decides and writes. Never asks another machine for the time: how long
 * a lease lasts is counted on each replica's own clock.
 */
import type { Call } from '../core/call.ts'
import type { Ms } from '../core/time.ts'

/** Who leads, as it is stored. `beat` rises with each sign of life, `epoch` with each change of the leader. */
export interface LeaseRecord {
  /** Null: given back. */
  readonly owner: string | null
  readonly epoch: number
  readonly beat: number
  readonly ttlMs: Ms
}

/** Where the lease is stored; every change is conditional. Throws where the store does not answer. */
export interface LeaseRecords {
  read(): Promise<LeaseRecord | null>
  /** Stores `next` where `seen` still stands (null: nothing stands); false where it does not. */
  replace(next: LeaseRecord, seen: LeaseRecord | null): Promise<boolean>
}

export interface Lease {
  /** Null: this replica does not lead. Of a later leader it is greater. */
  epoch(): number | null
  /** Leads, as far as this process can know in this instant. */
  holds(): boolean
  /** A write to AWS lasts no longer. */
  readonly writeMs: Ms
  /** Whether a write that lasts at most `ms` may start now. Ask, and send, without an await in between. */
  mayStart(call: Call, ms: Ms): boolean
  /** Waits for as long as that may still become so, at most until the call's deadline. Resolves either way. */
  ready(call: Call, ms: Ms): Promise<void>
}

export interface Leadership {
  /** Before it is told, no write starts; `epoch` is the new one. */
  taken(epoch: number): void
  lost(): void
  failed(err: unknown): void
}

/** A lease that is stood for. */
export interface Candidate extends Lease {
  /** Stands until `signal` aborts; tells of every change. Never rejects. */
  stand(leadership: Leadership, signal: AbortSignal): Promise<void>
  /** Gives it back, so that another replica leads at once. After `stand` has ended. */
  release(): Promise<void>
}
