/**
 * Desired, live, expected and observed share of a route, side by side, while a shift runs: behind DNS they are four things.
 */
import type { Ms } from '../../core/time.ts'
import type { RouteView } from '../../core/view.ts'
import type { Remote } from '../session.ts'

const EVERY_MS: Ms = 2_000

/** A line every two seconds until the shift has ended. */
export async function showShares(
  { client, io, out }: Pick<Remote, 'client' | 'io' | 'out'>,
  id: string
): Promise<void> {
  for (;;) {
    const shift = await client.shift(id)
    if (shift.outcome !== null) return
    const [route] = shift.routes
    if (route && shift.percent + (route.observedPercent ?? 0) > 0) out.line(`          ${sharesOf(route)}`)
    await io.clock.sleep(EVERY_MS)
  }
}

function sharesOf({ desiredPercent, livePercent, expectedPercent, observedPercent }: RouteView): string {
  const shown = (percent: number | null) => (percent === null ? '-' : `${percent} %`).padStart(7)
  return `desired ${shown(desiredPercent)}   live ${shown(livePercent)}   expected ${shown(expectedPercent)}   observed ${shown(observedPercent)}`
}
