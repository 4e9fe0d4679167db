/**
 * What troubles the system right now, so that a checker may say "within a minute of calm". Counted by cause; a cause may come
 * several times at once.
 */
import type { Instant, Ms } from '../../src/core/time.ts'
import type { VirtualClock } from '../support/virtual.ts'

/** `reads`: it may not see. `writes`: its writes may fail. `process`: it may not run. `clock`: too wrong to read measurements. */
export type Realm = 'reads' | 'writes' | 'process' | 'clock'

export interface Weather {
  begin(realm: Realm, cause: string): void
  end(realm: Realm, cause: string): void
  set(realm: Realm, cause: string, isSo: boolean): void
  /** For so long nothing has troubled any of these; 0 while something does. */
  calmFor(...realms: readonly Realm[]): Ms
  clear(): void
}

export function makeWeather(clock: VirtualClock): Weather {
  const causes: Record<Realm, Map<string, number>> = {
    reads: new Map(),
    writes: new Map(),
    process: new Map(),
    clock: new Map()
  }
  const since: Record<Realm, Instant> = {
    reads: clock.now(),
    writes: clock.now(),
    process: clock.now(),
    clock: clock.now()
  }
  const change = (realm: Realm, cause: string, by: number): void => {
    const count = Math.max(0, (causes[realm].get(cause) ?? 0) + by)
    if (count === 0) causes[realm].delete(cause)
    else causes[realm].set(cause, count)
    since[realm] = clock.now()
  }
  return {
    begin: (realm, cause) => change(realm, cause, 1),
    end: (realm, cause) => change(realm, cause, -1),
    set: (realm, cause, isSo) => {
      if (isSo) causes[realm].set(cause, 1)
      else causes[realm].delete(cause)
      since[realm] = clock.now()
    },
    calmFor: (...realms) =>
      Math.min(...realms.map((realm) => (causes[realm].size > 0 ? 0 : clock.now() - since[realm]))),
    clear: () => {
      for (const realm of ['reads', 'writes'] as const) {
        causes[realm].clear()
        since[realm] = clock.now()
      }
    }
  }
}
