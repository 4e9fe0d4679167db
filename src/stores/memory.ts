/**
 * The store for tests, simulations and trying things out: everything is gone with the process. It keeps JSON text, as a
 * database would, so that nothing handed in or out can be shared or survive what JSON loses.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../clock.ts'
import type { Command, CommandId, Stop } from '../core/command.ts'
import type { ShiftEvent } from '../core/event.ts'
import type { RouteKey } from '../core/migration.ts'
import type { Notice, NoticeId } from '../core/notice.ts'
import { isEnded, type PhaseName, type Shift, type ShiftId } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import { ShiftError } from '../errors.ts'
import { decodeShift, encodeShift } from './format.ts'
import { hasSeen, IDEMPOTENCY_MS, orderTooLate, type Created, type Deed, type Store } from './store.ts'

interface Entry {
  readonly n: number
  readonly json: string
}

interface Kept {
  version: number
  phase: PhaseName
  ended: boolean
  state: string
  migration: string
  readonly events: Entry[]
  readonly deeds: Entry[]
  commands: { readonly id: CommandId; readonly json: string }[]
}

interface Memory {
  readonly shifts: Map<ShiftId, Kept>
  readonly claims: Map<RouteKey, ShiftId>
  readonly holders: Map<RouteKey, ShiftId[]>
  readonly requests: Map<string, { readonly digest: string; readonly shift: ShiftId; readonly at: Instant }>
  readonly outbox: Map<NoticeId, string>
  stop: string | null
  commands: number
  closed: boolean
}

export function memoryStore(clock: Clock): Store {
  const memory: Memory = {
    shifts: new Map(),
    claims: new Map(),
    holders: new Map(),
    requests: new Map(),
    outbox: new Map(),
    stop: null,
    commands: 0,
    closed: false
  }
  const run = async <T>(work: () => T): Promise<T> => {
    if (memory.closed) throw new ShiftError('store_unavailable', 'the store is closed')
    return work()
  }
  return {
    ...reads(memory, run),
    ...writes(memory, clock, run),
    ...outbox(memory, run),
    ping: () => run(() => {}),
    close: async () => {
      memory.closed = true
    }
  }
}

type Run = <T>(work: () => T) => Promise<T>
type Reads = 'load' | 'takeUp' | 'open' | 'list' | 'events' | 'deeds' | 'commands' | 'stop' | 'lastHolder'
type Writes = 'create' | 'save' | 'command'
type Outbox = 'setStop' | 'notify' | 'notices' | 'noticeTargets' | 'delivered'

function reads(memory: Memory, run: Run): Pick<Store, Reads> {
  const { shifts } = memory
  return {
    load: (id) => run(() => stateOf(id, shifts.get(id))),
    takeUp: (id) => run(() => stateOf(id, shifts.get(id))),
    open: () => run(() => openIds(memory)),
    list: ({ phases, migration, cursor, limit }) =>
      run(() => {
        const ids = [...shifts]
          .filter(([id]) => cursor === undefined || id < cursor)
          .filter(
            ([, kept]) => (!phases || phases.includes(kept.phase)) && (migration ?? kept.migration) === kept.migration
          )
          .map(([id]) => id)
          .toSorted()
          .toReversed()
        const page = ids.slice(0, limit)
        return {
          items: page.flatMap((id) => stateOf(id, shifts.get(id)) ?? []),
          next: ids.length > limit ? (page.at(-1) ?? null) : null
        }
      }),
    events: (id, after, limit) =>
      run(() => {
        const later = shifts.get(id)?.events.filter(({ n }) => n > after) ?? []
        return later.slice(0, limit).map(({ json }) => parse<ShiftEvent>(json))
      }),
    deeds: (id, after, limit) =>
      run(() => {
        const later = shifts.get(id)?.deeds.filter(({ n }) => n > after) ?? []
        return later.slice(0, limit).map(({ json }) => parse<Deed>(json))
      }),
    commands: (id) => run(() => (shifts.get(id)?.commands ?? []).map(({ json }) => parse<Command>(json))),
    stop: () => run(() => (memory.stop === null ? null : parse<Stop>(memory.stop))),
    lastHolder: (key) =>
      run(() => {
        const last = (memory.holders.get(key) ?? []).toSorted().findLast((id) => shifts.get(id)?.ended)
        return last === undefined ? null : stateOf(last, shifts.get(last))
      })
  }
}

function writes(memory: Memory, clock: Clock, run: Run): Pick<Store, Writes> {
  const { shifts, claims, requests } = memory
  return {
    create: (shift, events, keys, { maxOpen, idempotency, notices = [] }) =>
      run((): Created => {
        const now = clock.now()
        const known = idempotency && requests.get(idempotency.key)
        if (known && known.at > now - IDEMPOTENCY_MS) {
          return known.digest === idempotency.digest ? { kind: 'existing', id: known.shift } : { kind: 'key_reused' }
        }
        const open = openIds(memory).length
        if (open >= maxOpen) return { kind: 'full', open }
        for (const key of keys) {
          const by = claims.get(key)
          if (by !== undefined) return { kind: 'busy', key, by }
        }
        assert.ok(!shifts.has(shift.id), 'the id of a shift is its own')
        const told = sealed(notices)
        shifts.set(shift.id, kept(shift, events))
        for (const key of new Set(keys)) {
          claims.set(key, shift.id)
          memory.holders.set(key, [...(memory.holders.get(key) ?? []), shift.id])
        }
        if (idempotency) requests.set(idempotency.key, { digest: idempotency.digest, shift: shift.id, at: now })
        post(memory, told)
        return { kind: 'created' }
      }),
    save: (next, ifVersion, { events, consumed, seen, notices }) =>
      run(() => {
        assert.equal(next.version, ifVersion + 1, 'a save raises the version by one')
        const was = shifts.get(next.id)
        if (was?.version !== ifVersion) return 'stale'
        if (isEnded(next.phase) && was.commands.some(({ id }) => !hasSeen(seen, id))) return 'stale'
        const deed: Deed = { version: next.version, at: next.updatedAt, seen }
        // All of it is turned into text before any of it is kept: what throws changes nothing.
        const { events: added, ...state } = kept(next, events, was.events.at(-1)?.n)
        const text = JSON.stringify(deed)
        const told = sealed(notices)
        Object.assign(was, state, {
          deeds: was.deeds,
          commands: was.commands.filter(({ id }) => !consumed.includes(id))
        })
        was.events.push(...added)
        was.deeds.push({ n: next.version, json: text })
        if (was.ended) for (const [key, by] of claims) if (by === next.id) claims.delete(key)
        post(memory, told)
        return 'saved'
      }),
    command: (id, actor, order, at) =>
      run(() => {
        const of = shifts.get(id)
        assert.ok(of, `an order needs its shift, ${id}`)
        if (of.ended) throw orderTooLate(id)
        const command = { id: `cmd_${++memory.commands}`, at, actor, order }
        of.commands.push({ id: command.id, json: JSON.stringify(command) })
        return command
      })
  }
}

function outbox(memory: Memory, run: Run): Pick<Store, Outbox> {
  const all = () => [...memory.outbox.values()].map((json) => parse<Notice>(json))
  return {
    setStop: (stop, notices = []) =>
      run(() => {
        const told = sealed(notices)
        memory.stop = stop && JSON.stringify(stop)
        post(memory, told)
      }),
    notify: (notices) => run(() => post(memory, sealed(notices))),
    notices: (to, limit) =>
      run(() =>
        all()
          .filter((notice) => notice.to === to)
          .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
          .slice(0, limit)
      ),
    noticeTargets: () => run(() => [...new Set(all().map(({ to }) => to))].toSorted()),
    delivered: (ids) =>
      run(() => {
        for (const id of ids) memory.outbox.delete(id)
      })
  }
}

type Sealed = readonly (readonly [NoticeId, string])[]

function sealed(notices: readonly Notice[]): Sealed {
  return notices.map((notice) => [notice.id, JSON.stringify(notice)])
}

function post(memory: Memory, notices: Sealed): void {
  for (const [id, json] of notices) if (!memory.outbox.has(id)) memory.outbox.set(id, json)
}

/** Throws where an event does not come after the last one. */
function kept(shift: Shift, events: readonly ShiftEvent[], after = 0): Kept {
  let last = after
  for (const { seq } of events) {
    assert.ok(seq > last, `event ${seq} comes after event ${last}`)
    last = seq
  }
  return {
    version: shift.version,
    phase: shift.phase.kind,
    ended: isEnded(shift.phase),
    state: encodeShift(shift),
    migration: shift.migration,
    events: events.map((event) => ({ n: event.seq, json: JSON.stringify(event) })),
    deeds: [],
    commands: []
  }
}

function openIds({ shifts }: Memory): readonly ShiftId[] {
  return [...shifts].flatMap(([id, { ended }]) => (ended ? [] : [id])).toSorted()
}

function stateOf(id: ShiftId, found: Kept | undefined): Shift | null {
  return found ? decodeShift(found.state, { id, version: found.version, ended: found.ended }) : null
}

/** Only for text that this file wrote from a typed value. */
function parse<T>(json: string): T {
  return JSON.parse(json) as T
}
