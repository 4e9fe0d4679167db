/**
 * Notices for a target that the configuration does not have any more: said once, kept for a day in case it comes back, and then
 * given up aloud.
 */
import type { CourierDeps } from './courier.ts'
import { giveUp, isOld } from './courierRound.ts'

const BATCH = 100

/** `said`: the names that were told already. Throws where the store fails. */
export async function lookAfterStrays(deps: CourierDeps, said: Set<string>): Promise<void> {
  const known = deps.notifiers.map(({ name }) => name)
  const names = await deps.store.noticeTargets()
  for (const name of names.filter((one) => !known.includes(one))) {
    const notices = await deps.store.notices(name, BATCH)
    const [first] = notices
    if (first && !said.has(name)) {
      said.add(name)
      deps.told(name, 'unknown_target', first, 'the configuration has no such target any more')
    }
    for (const old of notices.filter((one) => isOld(deps.clock, one))) {
      await giveUp(deps, old, 'its target has been gone for a day')
    }
  }
}
