/**
 * A shift that takes a completed one back is on its way back from its first moment, whatever it still waits for.
 */
import t from 'tap'
import { createRestore } from '../../src/core/create.ts'
import { decide } from '../../src/core/decide.ts'
import type { Stop } from '../../src/core/command.ts'
import {
  anObservation,
  anUnreadable,
  aPhase,
  aReading,
  aRouteSeen,
  aRouteState,
  aShare,
  aShift,
  T0
} from '../support/builders.ts'

for (const action of ['rollback', 'hold'] as const) {
  void t.test(`the red button (${action}) does not take a restore off its way back`, async (t) => {
    const full = aShare(1000)
    const { want } = aRouteState()
    const routes = [aRouteState({ want: { ...want, share: full }, restore: aShare(0) })]
    const restore = createRestore(aShift({ phase: aPhase('completed'), routes }), 'shf_2', 'oncall', 'peak', T0)
    const stop: Stop = { action, reason: 'network down', actor: 'lead', at: T0 + 1 }
    const unread = decide(
      restore,
      anObservation({ routes: { web: aRouteSeen({ reading: anUnreadable() }) }, stop }),
      T0 + 2
    )
    t.equal(unread.shift.phase.kind, 'preflight', 'it still waits to read what is live')
    const reading = aReading({ share: full })
    const read = decide(unread.shift, anObservation({ routes: { web: aRouteSeen({ reading }) }, stop }), T0 + 3)
    t.equal(read.shift.phase.kind, 'rolling_back')
  })
}
