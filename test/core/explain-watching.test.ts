/** What people are told to do where a shift does not go back by itself: it only watches, or there is nothing to go back to. */
import t from 'tap'
import { explainShift } from '../../src/core/explain.ts'
import { todoOf } from '../../src/core/explain/notices.ts'
import type { ShiftEvent } from '../../src/core/event.ts'
import type { HaltWhy, Reason } from '../../src/core/reason.ts'
import type { Phase } from '../../src/core/shift.ts'
import { aPolicy, aShift, BREACH, T0 } from '../support/builders.ts'

const halted = (why: HaltWhy): Phase => ({ kind: 'halted', since: T0, why, cause: null })
const event = (reason: Reason): ShiftEvent => ({
  seq: 9,
  at: T0,
  type: reason.code === 'halted' ? 'shift.halted' : 'breach.detected',
  phase: 'baking',
  actor: 'daemon',
  reason,
  page: true
})
const breach = event({ code: 'cause', cause: BREACH, seenAt: T0 })
const watching = { policy: aPolicy({ mode: 'observe' }), firstWriteAt: null }

t.test('a breach is said to go back by itself only where it does', async (t) => {
  t.match(todoOf(aShift({ phase: 'rolling_back' }), breach).join(), 'goes back by itself')
  for (const [why, todo] of [
    ['breach_observed', 'Let whoever moves this traffic take it back'],
    ['breach_at_start', 'Repair new and resume'],
    ['old_unhealthy', 'Make old healthy and it goes back by itself'],
    ['old_unfit', 'Repair old and it goes back by itself']
  ] as const) {
    const told = todoOf(aShift({ phase: halted(why) }), breach).join(' ')
    t.match(told, todo)
    t.notMatch(told, 'Nothing by hand', why)
  }
})

t.test('where a shift only watches, nobody is told that abort or the shift brings users back', async (t) => {
  for (const why of ['blind', 'hold', 'share', 'insufficient', 'deadline', 'breach_observed'] as const) {
    const shift = aShift({ ...watching, phase: halted(why) })
    const reason = event({ code: 'halted', why, detail: '', cause: null, watches: true })
    for (const text of [explainShift(shift, T0), todoOf(shift, reason).join(' '), todoOf(shift, breach).join(' ')]) {
      t.notMatch(text, /bring users back to old/, why)
      t.match(text, /whoever moves this traffic/, why)
    }
  }
  t.notMatch(explainShift(aShift({ ...watching, phase: 'paused' }), T0), 'abort goes back')
})
