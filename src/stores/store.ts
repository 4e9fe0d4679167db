/**
 * The port to memory that survives. One save is one transaction: the shift if nobody else saved it since, its events, what
 * the decision saw, the commands it consumed, and whom to tell. Durable when it resolves. Throws only where the store itself fails.
 */
import type { Command, CommandId, Order, Stop } from '../core/command.ts'
import type { Observation } from '../core/observation.ts'
import type { PhaseName, Shift, ShiftId } from '../core/shift.ts'
import type { RouteKey } from '../core/migration.ts'
import type { Notice, NoticeId } from '../core/notice.ts'
import type { ShiftEvent } from '../core/event.ts'
import type { Instant, Ms } from '../core/time.ts'
import { ShiftError } from '../errors.ts'

/** How long an idempotency key is kept. */
export const IDEMPOTENCY_MS: Ms = 86_400_000

export interface Idempotency {
  readonly key: string
  /** Digest of the request; the same key with another digest is a mistake of the caller. */
  readonly digest: string
}

export type Created =
  | { readonly kind: 'created' }
  | { readonly kind: 'busy'; readonly key: RouteKey; readonly by: ShiftId }
  /** The same request was made before: its shift. */
  | { readonly kind: 'existing'; readonly id: ShiftId }
  /** The idempotency key was used for another request. */
  | { readonly kind: 'key_reused' }
  /** As many shifts are open as may be. */
  | { readonly kind: 'full'; readonly open: number }

/** A saved decision: enough to decide it again. */
export interface Deed {
  readonly version: number
  readonly at: Instant
  readonly seen: Observation
}

export interface SaveWith {
  readonly events: readonly ShiftEvent[]
  readonly consumed: readonly CommandId[]
  /** What this decision looked at. */
  readonly seen: Observation
  /** Whom to tell of it: kept in the outbox until they are delivered. */
  readonly notices: readonly Notice[]
}

export interface ListQuery {
  readonly phases?: readonly PhaseName[]
  readonly migration?: string
  readonly limit: number
  /** The id after which to go on (older ones), from the former page. */
  readonly cursor?: ShiftId
}

export interface Store {
  /**
   * Creates a shift and takes its route keys in one transaction. Idempotency keys are kept 24 h. `maxOpen`: how many shifts
   * may be open at once.
   */
  create(
    shift: Shift,
    events: readonly ShiftEvent[],
    claims: readonly RouteKey[],
    options: {
      readonly maxOpen: number
      readonly idempotency: Idempotency | null
      readonly notices?: readonly Notice[]
    }
  ): Promise<Created>
  load(id: ShiftId): Promise<Shift | null>
  /** The same, for deciding on it: whoever decided on it before can save no more. Throws where this replica does not lead. */
  takeUp(id: ShiftId): Promise<Shift | null>
  /** Ids of the shifts that have not ended, oldest first. */
  open(): Promise<readonly ShiftId[]>
  /** Newest first. */
  list(query: ListQuery): Promise<{ readonly items: readonly Shift[]; readonly next: ShiftId | null }>
  /**
   * `next.version` must be `ifVersion + 1`. `stale`, and nothing was changed: somebody else saved since; or the shift would end
   * without having seen an order that was kept since it was looked at. An ended shift gives its route keys back.
   */
  save(next: Shift, ifVersion: number, with_: SaveWith): Promise<'saved' | 'stale'>
  /** Events with seq > after, in order, at most `limit`. */
  events(id: ShiftId, after: number, limit: number): Promise<readonly ShiftEvent[]>
  /** Decisions with version > after, in order, at most `limit`. */
  deeds(id: ShiftId, after: number, limit: number): Promise<readonly Deed[]>
  /** Keeps an order until a decision consumes it. Throws `shift_ended` where none will. */
  command(id: ShiftId, actor: string, order: Order, at: Instant): Promise<Command>
  /** Orders not yet consumed, in the order of their arrival. */
  commands(id: ShiftId): Promise<readonly Command[]>
  stop(): Promise<Stop | null>
  /** The notices are kept in the same transaction. */
  setStop(stop: Stop | null, notices?: readonly Notice[]): Promise<void>
  /** Keeps notices that belong to no decision. One whose id is in the outbox already changes nothing. */
  notify(notices: readonly Notice[]): Promise<void>
  /** The undelivered notices of one target, oldest first (by `at`, then `id`), at most `limit`. */
  notices(to: string, limit: number): Promise<readonly Notice[]>
  /** Names of the targets that have undelivered notices. */
  noticeTargets(): Promise<readonly string[]>
  /** Takes notices out of the outbox; ids that are not there change nothing. */
  delivered(ids: readonly NoticeId[]): Promise<void>
  /** The newest ended shift that held this route key, for telling orphans from what a shift left on purpose. */
  lastHolder(key: RouteKey): Promise<Shift | null>
  /** Throws where the store does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Whether a decision had this order before it. */
export function hasSeen({ commands }: Pick<Observation, 'commands'>, id: CommandId): boolean {
  return commands.some((command) => command.id === id)
}

export function orderTooLate(id: ShiftId): ShiftError {
  return new ShiftError('shift_ended', `shift ${id} ended before this order could be carried out`)
}
