/**
 * The embedded store: SQLite, one file, one process. What a caller was told is saved is on the disk. It blocks the event loop
 * for the few milliseconds of a commit and never holds a transaction open across an await.
 */
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { isEnded } from '../../core/shift.ts'
import { hasSeen, orderTooLate, type Created, type Store } from '../store.ts'
import { claims } from './claims.ts'
import { openDatabase } from './database.ts'
import { log } from './log.ts'
import { orders } from './orders.ts'
import { outbox } from './outbox.ts'
import { requests } from './idempotency.ts'
import { shifts } from './shifts.ts'
import { guarded, transaction } from './transaction.ts'

/** Opens the store, and keeps every other process out until it is closed or this one dies. Throws `store_unavailable`. */
export function sqliteStore(path: string, clock: Clock): Store {
  return storeOver(openDatabase(path, clock.now()), clock)
}

/** The store over a database that is open and of the present schema; `close` closes it. */
export function storeOver(db: DatabaseSync, clock: Clock): Store {
  const tables = {
    shifts: shifts(db),
    claims: claims(db),
    log: log(db),
    orders: orders(db),
    outbox: outbox(db),
    requests: requests(db)
  }
  const answers = db.prepare('SELECT count(*) AS n FROM stop')
  // A Promise whose work is done in the same turn; what throws becomes a rejection.
  const run = async <T>(work: () => T): Promise<T> => guarded(work)
  return {
    ...writes(db, tables, clock, run),
    load: (id) => run(() => tables.shifts.load(id)),
    // Nobody else can have the file open.
    takeUp: (id) => run(() => tables.shifts.load(id)),
    open: () => run(() => tables.shifts.open()),
    list: (query) => run(() => tables.shifts.list(query)),
    events: (id, after, limit) => run(() => tables.log.events(id, after, limit)),
    deeds: (id, after, limit) => run(() => tables.log.deeds(id, after, limit)),
    commands: (id) => run(() => tables.orders.open(id)),
    stop: () => run(() => tables.orders.stop()),
    lastHolder: (key) => run(() => tables.claims.lastHolder(key)),
    notify: (notices) => run(() => transaction(db, () => tables.outbox.add(notices))),
    notices: (to, limit) => run(() => tables.outbox.of(to, limit)),
    noticeTargets: () => run(() => tables.outbox.targets()),
    delivered: (ids) => run(() => transaction(db, () => tables.outbox.remove(ids))),
    ping: () =>
      run(() => {
        answers.get()
      }),
    close: () =>
      run(() => {
        if (db.isOpen) db.close()
      })
  }
}

interface Tables {
  readonly shifts: ReturnType<typeof shifts>
  readonly claims: ReturnType<typeof claims>
  readonly log: ReturnType<typeof log>
  readonly orders: ReturnType<typeof orders>
  readonly outbox: ReturnType<typeof outbox>
  readonly requests: ReturnType<typeof requests>
}

type Run = <T>(work: () => T) => Promise<T>

function writes(
  db: DatabaseSync,
  tables: Tables,
  clock: Clock,
  run: Run
): Pick<Store, 'create' | 'save' | 'command' | 'setStop'> {
  return {
    create: (shift, events, keys, { maxOpen, idempotency, notices = [] }) =>
      run(() =>
        transaction(db, (): Created => {
          const now = clock.now()
          const known = idempotency && tables.requests.known(idempotency, now)
          if (known) return known
          const open = tables.shifts.countOpen()
          if (open >= maxOpen) return { kind: 'full', open }
          const taken = tables.claims.taken(keys)
          if (taken) return { kind: 'busy', ...taken }
          tables.shifts.insert(shift)
          tables.log.append(shift.id, events)
          tables.claims.take(keys, shift.id)
          if (idempotency) tables.requests.keep(idempotency, shift.id, now)
          tables.outbox.add(notices)
          return { kind: 'created' }
        })
      ),
    save: (next, ifVersion, { events, consumed, seen, notices }) =>
      run(() => {
        assert.equal(next.version, ifVersion + 1, 'a save raises the version by one')
        const saved = transaction(db, () => {
          if (!tables.shifts.replace(next, ifVersion)) return false
          if (isEnded(next.phase) && tables.orders.open(next.id).some(({ id }) => !hasSeen(seen, id))) return false
          tables.log.append(next.id, events)
          tables.log.appendDeed(next.id, { version: next.version, at: next.updatedAt, seen })
          tables.orders.consume(next.id, consumed, next.version)
          if (isEnded(next.phase)) tables.claims.free(next.id)
          tables.outbox.add(notices)
          return true
        })
        return saved ? 'saved' : 'stale'
      }),
    command: (id, actor, order, at) =>
      run(() =>
        transaction(db, () => {
          if (tables.shifts.hasEnded(id)) throw orderTooLate(id)
          return tables.orders.add(id, actor, order, at)
        })
      ),
    setStop: (stop, notices = []) =>
      run(() =>
        transaction(db, () => {
          tables.orders.setStop(stop)
          tables.outbox.add(notices)
        })
      )
  }
}
