/**
 * Orders for a shift whose stored state this version cannot read. Only `release` can be carried out: it says that a person has
 * taken over, and gives the routes back. Nothing is decided, and nothing is written to a provider.
 */
import type { Order } from '../core/command.ts'
import { isEnded, type Shift } from '../core/shift.ts'
import { isUnreadable, releaseUnread, whyUnreadable } from '../core/unreadable.ts'
import type { Clock } from '../clock.ts'
import { ShiftError } from '../errors.ts'
import type { Store } from '../stores/store.ts'

/** What a look at nothing gives. */
const NOTHING_SEEN = {
  routes: {},
  meters: [],
  answers: [],
  inFlight: [],
  stop: null,
  preflight: null
}

/** True where the order was carried out here. Throws `not_available` for what needs the state. */
export async function orderUnread(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  shift: Shift,
  order: Order,
  actor: string
): Promise<boolean> {
  if (!isUnreadable(shift) || isEnded(shift.phase)) return false
  if (order.verb !== 'release') refuseUnread(shift)
  const [next, event] = releaseUnread(shift, actor, 'reason' in order ? order.reason : '', clock.now())
  const commands = await store.commands(shift.id)
  const consumed = commands.map(({ id }) => id)
  const saved = await store.save(next, shift.version, {
    events: [event],
    consumed,
    seen: { ...NOTHING_SEEN, commands },
    notices: []
  })
  if (saved === 'stale')
    throw new ShiftError('shift_ended', `shift ${shift.id} was changed at the same time; look again`)
  return true
}

/** Throws `not_available` where the shift could not be read. */
export function refuseUnread(shift: Shift): void {
  const why = whyUnreadable(shift)
  if (why !== null) throw new ShiftError('not_available', why)
}
