/**
 * A process that saves one shift over and over and tells each saved version, until it is killed from outside; or, with a
 * version as second argument, until it kills itself in the middle of the transaction that saves that version.
 */
import { makeStore } from '../../../../src/stores/index.ts'
import { aNotice, anEvent, anObservation, aShift } from '../../../support/builders.ts'
import { setClock } from '../../../support/setClock.ts'

const store = makeStore({ type: 'sqlite', path: process.argv[2] ?? '' }, setClock())
const dieAt = Number(process.argv[3] ?? 0)

let shift = aShift({ seq: 0 })
await store.create(shift, [], ['route'], { maxOpen: 1, idempotency: null })
for (;;) {
  const version = shift.version + 1
  const command = await store.command(shift.id, 'oncall', { verb: 'pause', reason: `for ${version}` }, shift.updatedAt)
  const events = [1, 2, 3].map((n) => anEvent({ seq: shift.seq + n }))
  const [first, second, third] = events
  // The store turns an event into JSON as it writes it: the first is written by then, the third is not.
  const dying = { ...second, toJSON: () => process.kill(process.pid, 'SIGKILL') }
  const written = version === dieAt ? [first, dying, third] : events
  const next = { ...shift, version, seq: shift.seq + 3, updatedAt: shift.updatedAt + 1 }
  const consumed = [command.id]
  const notices = [aNotice({ id: `${shift.id}.${version}`, at: next.updatedAt })]
  await store.save(next, shift.version, { events: written as typeof events, consumed, seen: anObservation(), notices })
  shift = next
  process.stdout.write(`${version}\n`)
}
