/**
 * The port to people elsewhere: carries one notice to one target. Knows nothing of retries, of other targets or of the outbox.
 */
import type { Notice } from '../core/notice.ts'
import type { Ms } from '../core/time.ts'

/** `detail` is for the log: it never holds an address, a secret or what was answered. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** The target cannot take anything now; `afterMs` where it said when. */
  | { readonly kind: 'retry'; readonly detail: string; readonly afterMs?: Ms }
  /** It takes others, and not this one. */
  | { readonly kind: 'refused'; readonly detail: string }

export interface Notifier {
  /** Of the target, as the configuration has it. */
  readonly name: string
  /** At least once: `notice.id` is the same each time. Ends when `signal` aborts; may throw, which counts as `retry`. */
  send(notice: Notice, signal: AbortSignal): Promise<Delivery>
}
