/**
 * Waiting for a shift to end, to reach another step, or to need a person: answered when it is so, or with the shift as it is
 * when the time is over.
 */
import type { ShiftId } from '../core/shift.ts'
import type { Ms } from '../core/time.ts'
import type { ShiftView } from '../core/view.ts'
import type { Clock } from '../clock.ts'
import type { Until } from './sluice.ts'
import type { Supervisor } from './supervisor.ts'

export async function waitFor(
  deps: {
    readonly clock: Clock
    readonly supervisor: Pick<Supervisor, 'subscribe'>
    readonly get: (id: ShiftId) => Promise<ShiftView>
  },
  id: ShiftId,
  until: Until,
  ms: Ms,
  signal: AbortSignal
): Promise<ShiftView> {
  const endsAt = deps.clock.now() + ms
  const first = await deps.get(id)
  let last = first
  while (!isSo(first, last, until) && !signal.aborted && deps.clock.now() < endsAt) {
    await changed(deps, id, endsAt - deps.clock.now(), signal, last)
    last = await deps.get(id)
  }
  return last
}

async function changed(
  { clock, supervisor, get }: Parameters<typeof waitFor>[0],
  id: ShiftId,
  ms: Ms,
  signal: AbortSignal,
  last: ShiftView
): Promise<void> {
  const wake = new AbortController()
  const stop = () => wake.abort()
  const unsubscribe = supervisor.subscribe(id, stop)
  signal.addEventListener('abort', stop, { once: true })
  try {
    // Saved between our last look and the subscription: nobody would ring for it any more.
    const missed = (await get(id)).updatedAt !== last.updatedAt
    if (!missed && !signal.aborted) await clock.sleep(ms, wake.signal)
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', stop)
  }
}

function isSo(first: ShiftView, now: ShiftView, until: Until): boolean {
  if (now.outcome !== null) return true
  switch (until) {
    case 'ended':
      return false
    case 'step':
      return now.step?.index !== first.step?.index
    case 'attention':
      return now.attention !== null
  }
}
