/**
 * The process killed with SIGKILL in each phase, and started again, finishes the shift as if nothing had been, without a weight
 * that the plan does not contain: shown with the real process and the lab.
 */
import t from 'tap'
import { BACK } from './kill/back.ts'
import { FORWARD } from './kill/forward.ts'
import { WAITING } from './kill/waiting.ts'
import { aScenario } from './support/scenario.ts'
import { LADDER, type Case } from './support/cases.ts'
import { aTown } from './support/town.ts'

/** So many daemons at once: more would only wait for each other. */
const SIDE_BY_SIDE = 6

/** The first one has the listener's default action as its route: only it is hit by a fault of ModifyListener. */
const CASES = [...BACK, ...WAITING, ...FORWARD]

t.setTimeout(600_000)

void t.test('a daemon that is killed with SIGKILL and started again', async (all) => {
  const town = await aTown(all, CASES)
  all.jobs = SIDE_BY_SIDE
  const one = ({ name, title, policy = LADDER, run }: Case) =>
    all.test(title, { buffered: true }, async (sub) => run(sub, await aScenario(sub, town, name, policy), town))
  await Promise.all(CASES.map(one))
  const own = CASES.flatMap(({ name }) => town.writes(name)).filter(({ foreign }) => !foreign)
  all.equal(town.performed(), own.length, 'no other write was carried out')
})
