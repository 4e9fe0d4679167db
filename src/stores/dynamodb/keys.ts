/**
 * Where everything stands in the table: partitions and sort keys. Numbers are padded, so that text sorts as they do.
 *
 * - `live`: what a leader has to know within half a second: `open#ID`, `cmd#N`, `stop`
 * - `shifts`: one small item for each shift that ever was, by id
 * - `shift#ID`: `head` (state and last turn), `log#SEQ` and `deed#VERSION` (former turns), `part#…` (what is too large for one item)
 * - `route#KEY`: `claim` (who moves it now), `held#ID` (who ever did)
 * - `request#KEY`: an idempotency key · `outbox`: notices · `lease`: who leads · `meta`: counters
 */
import type { CommandId } from '../../core/command.ts'
import type { RouteKey } from '../../core/migration.ts'
import type { ShiftId } from '../../core/shift.ts'
import type { Key } from './table.ts'

export const LIVE = 'live'
export const SHIFTS = 'shifts'
export const OUTBOX = 'outbox'

export const OPEN = 'open#'
export const COMMAND = 'cmd#'
export const LOG = 'log#'
export const DEED = 'deed#'
export const HELD = 'held#'

const DIGITS = 12
const PREFIX = 'cmd_'

export const padded = (n: number): string => String(n).padStart(DIGITS, '0')
export const shiftPk = (id: ShiftId): string => `shift#${id}`
export const routePk = (key: RouteKey): string => `route#${key}`

export const headKey = (id: ShiftId): Key => ({ pk: shiftPk(id), sk: 'head' })
export const openKey = (id: ShiftId): Key => ({ pk: LIVE, sk: `${OPEN}${id}` })
export const listKey = (id: ShiftId): Key => ({ pk: SHIFTS, sk: id })
export const claimKey = (key: RouteKey): Key => ({ pk: routePk(key), sk: 'claim' })
export const heldKey = (key: RouteKey, id: ShiftId): Key => ({ pk: routePk(key), sk: `${HELD}${id}` })
export const requestKey = (key: string): Key => ({ pk: `request#${key}`, sk: 'request' })
export const noticeKey = (id: string): Key => ({ pk: OUTBOX, sk: id })
export const STOP: Key = { pk: LIVE, sk: 'stop' }
export const LEASE: Key = { pk: 'lease', sk: 'leader' }
export const COMMANDS: Key = { pk: 'meta', sk: 'commands' }

export const commandKey = (n: number): Key => ({ pk: LIVE, sk: `${COMMAND}${padded(n)}` })
export const commandId = (n: number): CommandId => `${PREFIX}${n}`

/** Null where it is no id of ours. */
export function numberOfCommand(id: CommandId): number | null {
  const n = Number(id.slice(PREFIX.length))
  return id.startsWith(PREFIX) && Number.isSafeInteger(n) && n > 0 ? n : null
}
