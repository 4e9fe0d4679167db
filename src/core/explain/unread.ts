/**
 * The sentence of a shift whose stored state cannot be read: nothing of it is known but how to go on.
 */
import { formatWait } from '../duration.ts'
import type { Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import { explainHalt, haltRemedy } from './halts.ts'

export function explainUnread({ phase }: Shift, now: Instant): string {
  const what = explainHalt('unreadable')
  return `halted: ${what}, for at least ${formatWait(now - phase.since)}; ${haltRemedy('unreadable')}`
}
