/**
 * A clock that stands where the test put it, for what reads the time and never waits.
 */
import type { Clock } from '../../src/clock.ts'
import type { Instant } from '../../src/core/time.ts'
import { T0 } from './builders.ts'

export interface SetClock extends Clock {
  set(now: Instant): void
}

export function setClock(now: Instant = T0): SetClock {
  let at = now
  const waits = (): never => {
    throw new Error('nothing here may wait')
  }
  return {
    now: () => at,
    set: (to) => {
      at = to
    },
    sleep: waits,
    timeout: waits
  }
}
