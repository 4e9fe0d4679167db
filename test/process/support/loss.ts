/**
 * A leader that is lost in the middle of something: killed, or stopped for longer than its lease and woken up when another leads.
 */
import type { Fleet, Member } from './fleet.ts'
import type { Scenario } from './scenario.ts'
import { until } from './daemon.ts'

export type Way = 'SIGKILL' | 'SIGSTOP'

export interface Loss {
  readonly former: Member
  readonly next: Member
  readonly at: number
  /** From the loss to another that says that it leads. */
  readonly ledAfterMs: number
}

/** `meanwhile` is done right after the signal. The former leader stays stopped, or dead, until `comesBack`. */
export async function loseLeader(
  fleet: Fleet,
  way: Way,
  meanwhile: (others: readonly Member[]) => void
): Promise<Loss> {
  const former = await fleet.leader()
  const others = fleet.others(former)
  const at = Date.now()
  former.process.process().kill(way)
  meanwhile(others)
  const next = await fleet.leader(others)
  return { former, next, at, ledAfterMs: Date.now() - at }
}

/** A killed one is started again; a stopped one wakes up and still believes that it leads. */
export async function comesBack({ former }: Loss, way: Way): Promise<void> {
  if (way === 'SIGSTOP') former.process.process().kill('SIGCONT')
  else await former.process.start()
}

/** From the loss to the first write of the shift's route. */
export async function firstWriteAfter({ at }: Loss, { town, route }: Scenario): Promise<number> {
  const write = await until('a write after the loss', () => town.writes(route).find((one) => one.at > at) ?? null)
  return write.at - at
}
