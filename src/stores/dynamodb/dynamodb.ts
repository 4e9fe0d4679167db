/**
 * The store that several replicas share: one DynamoDB table, single-item conditional writes for every change, so that a former
 * leader's save fails. Any replica reads, creates and takes orders; only the leader saves.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { ShiftError } from '../../errors.ts'
import type { SharedStore } from '../shared.ts'
import type { Store } from '../store.ts'
import { archive, isThere } from './archive.ts'
import { claims } from './claims.ts'
import { create } from './creation.ts'
import { heads } from './heads.ts'
import { STOP } from './keys.ts'
import { listing } from './listing.ts'
import { orders } from './orders.ts'
import { outbox } from './outbox.ts'
import { requests } from './requests.ts'
import { saving } from './saving.ts'
import type { Table } from './table.ts'
import { checkOrder, turnOf } from './turn.ts'

export interface DynamoDeps {
  readonly table: Table
  readonly clock: Clock
  /** Of this replica's leadership; null: it does not lead. */
  readonly epoch: () => number | null
  /** Marks each write as its own. */
  readonly newToken?: () => string
}

export function dynamoStore({ table, clock, epoch, newToken = randomUUID }: DynamoDeps): SharedStore {
  const parts = partsOf(table)
  const saves = saving({ table, ...parts, epoch, newToken })
  let closed = false
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new ShiftError('store_unavailable', 'the store is closed')
    return work()
  }
  return {
    ...reads(parts, run),
    ...telling(parts, saves, run),
    create: (shift, events, keys, { maxOpen, idempotency, notices = [] }) =>
      run(async () => {
        checkOrder(events, 0)
        const turn = turnOf(shift, { events, consumed: [], notices, seen: null })
        const token = newToken()
        const made = await create(
          { table, ...parts },
          { shift, turn, keys, maxOpen, idempotency, token, now: clock.now() }
        )
        if ('kind' in made) return made
        if (notices.length > 0) await parts.archive.spread(made, turn, true)
        return { kind: 'created' }
      }),
    takeUp: (id) => run(() => saves.takeUp(id, clock.now())),
    save: (next, ifVersion, with_) => run(() => saves.save(next, ifVersion, with_)),
    command: (id, actor, order, at) => run(() => parts.orders.add(id, actor, order, at)),
    commands: (id) => run(async () => parts.orders.waiting(id, await saves.consumed(id))),
    news: () => run(() => parts.orders.news(clock.now())),
    ping: () =>
      run(async () => {
        await table.get(STOP)
      }),
    close: async () => {
      if (!closed) await saves.settle()
      closed = true
    }
  }
}

function partsOf(table: Table) {
  const every = heads(table)
  const owners = claims(table, every)
  const post = outbox(table)
  return {
    heads: every,
    claims: owners,
    requests: requests(table, every, owners),
    archive: archive(table, every),
    listing: listing(table, every),
    outbox: post,
    orders: orders(table, every, post)
  }
}

type Parts = ReturnType<typeof partsOf>
type Run = <T>(work: () => Promise<T>) => Promise<T>
type Reads = 'load' | 'open' | 'list' | 'events' | 'deeds' | 'stop' | 'lastHolder' | 'glimpse' | 'version'
type Telling = 'setStop' | 'notify' | 'notices' | 'noticeTargets' | 'delivered'

function reads(parts: Parts, run: Run): Pick<SharedStore, Reads> {
  return {
    load: (id) =>
      run(async () => {
        const head = await parts.heads.read(id)
        return head && isThere(head) ? parts.heads.state(head) : null
      }),
    glimpse: (id) =>
      run(async () => {
        const head = await parts.heads.read(id)
        if (!head || !isThere(head)) return null
        const { at, seen } = await parts.heads.turn(head)
        return seen === null ? null : { at, seen }
      }),
    version: (id) => run(async () => (await parts.heads.glance(id))?.version ?? null),
    open: () => run(() => parts.listing.open()),
    list: (query) => run(() => parts.listing.list(query)),
    events: (id, after, limit) => run(() => parts.archive.events(id, after, limit)),
    deeds: (id, after, limit) => run(() => parts.archive.deeds(id, after, limit)),
    stop: () => run(() => parts.orders.stop()),
    lastHolder: (key) => run(() => parts.claims.lastHolder(key))
  }
}

/** What was decided here is told once it is spread. */
function telling(parts: Parts, saves: ReturnType<typeof saving>, run: Run): Pick<Store, Telling> {
  const settled = <T>(work: () => Promise<T>) =>
    run(async () => {
      await saves.settle()
      return work()
    })
  return {
    setStop: (stop, notices = []) => run(() => parts.orders.setStop(stop, notices)),
    notify: (notices) => run(() => parts.outbox.add(notices)),
    notices: (to, limit) => settled(() => parts.outbox.of(to, limit)),
    noticeTargets: () => settled(() => parts.outbox.targets()),
    delivered: (ids) => settled(() => parts.outbox.remove(ids))
  }
}
