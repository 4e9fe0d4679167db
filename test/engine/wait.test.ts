/**
 * Waiting for a shift leaves nobody waiting behind, however it ends.
 */
import t from 'tap'
import { waitFor } from '../../src/engine/wait.ts'
import { ShiftError } from '../../src/errors.ts'
import type { ShiftView } from '../../src/core/view.ts'
import { aShift } from '../http/views.ts'
import { virtualClock } from '../support/virtual.ts'

function aDesk(answers: readonly (() => ShiftView)[]) {
  const clock = virtualClock()
  const listeners = new Set<() => void>()
  let asked = 0
  const get = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)]
    asked += 1
    if (!answer) throw new Error('nothing to answer')
    return answer()
  }
  const supervisor = {
    subscribe: (_id: string, listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
  const off = new AbortController()
  const wait = () => waitFor({ clock, supervisor, get }, 'shf_1', 'ended', 60_000, off.signal)
  return { clock, listeners, wait }
}

const open = () => aShift({ outcome: null })
const fails = (): ShiftView => {
  throw new ShiftError('store_unavailable', 'no')
}

void t.test('after its time', async (t) => {
  const { clock, listeners, wait } = aDesk([open])
  t.match(await clock.complete(wait()), { outcome: null })
  t.equal(listeners.size, 0)
})

void t.test('where the store fails meanwhile', async (t) => {
  const { clock, listeners, wait } = aDesk([open, fails])
  await t.rejects(clock.complete(wait()), { code: 'store_unavailable' })
  t.equal(listeners.size, 0)
})
