/**
 * What is really stored, read off the table at the instant of each commit: whoever wrote it, and whether or not he ever heard of
 * it. The same to the checker as the ledger of a single process.
 */
import { inflateRawSync } from 'node:zlib'
import type { Command, CommandId, Stop } from '../../src/core/command.ts'
import type { Shift, ShiftId } from '../../src/core/shift.ts'
import type { Instant } from '../../src/core/time.ts'
import { decodeShift } from '../../src/stores/format.ts'
import { makeAws } from '../../src/aws/aws.ts'
import { dynamoStore } from '../../src/stores/dynamodb/dynamodb.ts'
import { commandId, COMMAND } from '../../src/stores/dynamodb/keys.ts'
import { dynamoTable } from '../../src/stores/dynamodb/table.ts'
import { parseTurn } from '../../src/stores/dynamodb/turn.ts'
import type { Store } from '../../src/stores/store.ts'
import type { Attributes } from '../support/dynamo/expressions.ts'
import type { Shelf } from '../support/dynamo/shelf.ts'
import type { VirtualClock } from '../support/virtual.ts'
import type { Ledger, Saved } from './ledger.ts'

interface Kept {
  readonly births: Map<ShiftId, Shift>
  readonly current: Map<ShiftId, Shift>
  readonly commands: Map<CommandId, { readonly shift: ShiftId; readonly command: Command }>
  readonly heard: Set<CommandId>
  readonly listeners: ((saved: Saved) => void)[]
}

/** `fail`: what the table refuses from then on. */
export function replicasLedger(shelf: Shelf, clock: VirtualClock, fail: Ledger['fail']): Ledger {
  const inner = directStore(shelf, clock)
  const kept: Kept = { births: new Map(), current: new Map(), commands: new Map(), heard: new Set(), listeners: [] }
  let stop: Stop | null = null
  shelf.onCommit(({ pk, sk, item }) => {
    if (sk === 'head' && item) sawHead(kept, pk.slice('shift#'.length), item)
    if (pk === 'live' && sk === 'stop') stop = item ? (JSON.parse(item['stop']?.S ?? '') as Stop) : null
    if (pk === 'live' && sk.startsWith(COMMAND) && item) sawCommand(kept, item, clock.now())
  })
  return {
    store: inner,
    inner,
    births: kept.births,
    current: kept.current,
    newest: () => [...kept.current.values()].at(-1) ?? null,
    openCommands: (id) => [...kept.commands.values()].flatMap(({ shift, command }) => (shift === id ? [command] : [])),
    get stop() {
      return stop
    },
    onSave: (listener) => void kept.listeners.push(listener),
    fail
  }
}

/** For the checker: no time passes, and nothing fails. */
function directStore(shelf: Shelf, clock: VirtualClock): Store {
  const client = {
    send: async <O extends object>(command: { readonly input: object }) =>
      shelf.carryOut(command.constructor.name.replace(/Command$/, ''), command.input, 'checker') as O,
    destroy: () => undefined
  }
  const aws = makeAws({ clock, region: 'eu-west-1', clientFor: () => client })
  const table = dynamoTable({ aws, clock, account: { region: 'eu-west-1' }, name: 'sluice' })
  return dynamoStore({ table, clock, epoch: () => null })
}

function sawHead({ births, current, commands, listeners }: Kept, id: ShiftId, item: Attributes): void {
  const status = item['status']?.S ?? ''
  if (status !== 'open' && status !== 'ended') return
  const version = Number(item['version']?.N)
  const before = current.get(id)
  // A new leader raises the epoch and nothing else.
  if (before?.version === version) return
  const next = decodeShift(textIn(item, 'state'), { id, version, ended: status === 'ended' })
  current.set(id, next)
  if (!before) {
    births.set(id, next)
    return
  }
  const { events, consumed, seen } = parseTurn(textIn(item, 'turn'))
  const heard = consumed.flatMap((one) => {
    const known = commands.get(one)
    commands.delete(one)
    return known ? [known.command] : []
  })
  if (seen) for (const listener of listeners) listener({ before, next, events, consumed: heard, seen })
}

/** `at`: when it was really stored, whatever the clock of who took it says. */
function sawCommand({ commands, heard }: Kept, item: Attributes, at: Instant): void {
  const text = (name: string) => item[name]?.S ?? ''
  const command: Command = {
    id: commandId(Number(item['n']?.N)),
    at,
    actor: text('actor'),
    order: JSON.parse(text('order')) as Command['order']
  }
  // The SDK may send it twice.
  if (heard.has(command.id)) return
  heard.add(command.id)
  commands.set(command.id, { shift: text('shift'), command })
}

function textIn(item: Attributes, name: string): string {
  const bytes = item[name]?.B
  if (!bytes) throw new Error(`the head holds no ${name}`)
  return inflateRawSync(bytes).toString('utf8')
}
