/**
 * What every scenario with a kill does and asserts: a shift on a route of its own, the process killed at a chosen moment and
 * started again on the same folder, and at the end everything that may never happen.
 */
import type { Test } from 'tap'
import type { EventView, ShiftView } from '../../../src/core/view.ts'
import { aDaemon, type Daemon } from './daemon.ts'
import { policyText, type PolicyChoice } from './policy.ts'
import type { Town } from './town.ts'

/** So many users' requests show who serves them. */
const USERS = 6

export interface Scenario {
  readonly t: Test
  readonly town: Town
  readonly route: string
  readonly daemon: Daemon
  readonly id: string
  /** How many weights had been written at each kill. */
  readonly killedAfter: number[]
}

/** A daemon of its own, with one shift on `route` that has just been started. */
export async function aScenario(
  t: Test,
  town: Town,
  route: string,
  policy: Omit<PolicyChoice, 'name'>
): Promise<Scenario> {
  const daemon = await aDaemon(t, town.lab, {
    policies: { quick: policyText({ name: 'quick', ...policy }) },
    migrations: { [route]: town.migration(route) }
  })
  return { t, town, route, daemon, id: await daemon.shift(route, 'quick'), killedAfter: [] }
}

/** `weight.confirmed` of so many percent. */
export const confirmed = (percent: number) => (event: EventView) =>
  event.type === 'weight.confirmed' && event.data['percent'] === percent

/**
 * kill -9. While nobody is there the weights stay as they are and users are served by them; then a new process takes the
 * shift up where it was: everything that was told is still told.
 */
export async function killAndRestart(scenario: Scenario, meanwhile?: () => void): Promise<void> {
  const { t, town, route, daemon, id } = scenario
  const told = await daemon.events(id)
  const phase = (await daemon.get(id)).phase
  await daemon.process.end('SIGKILL')
  t.equal(daemon.process.process().signalCode, 'SIGKILL')
  const writes = town.writes(route)
  scenario.killedAfter.push(writes.length)
  const stands = town.standing(route)
  await town.served(route, USERS)
  t.strictSame(town.writes(route), writes, `nothing is written while nobody is there (${phase})`)
  t.strictSame(town.standing(route), stands)
  meanwhile?.()
  await daemon.process.start()
  t.strictSame((await daemon.events(id)).slice(0, told.length), told, 'what was told before the kill is told after it')
}

export interface End {
  readonly phase: ShiftView['phase']
  /** New's percent of every write since the start, those of foreign writers included; repeats of one whose answer got lost apart. */
  readonly writes: readonly number[]
}

/** Waits for the end and asserts it, with every write that was ever made and every request of a user. */
export async function endsAs(scenario: Scenario, end: End): Promise<void> {
  const { t, town, route } = scenario
  const shift = await endsWell(scenario, end.phase)
  const percents = town.writes(route).map(({ percent }) => percent)
  t.strictSame(
    percents.filter((percent, i) => percent !== percents[i - 1]),
    end.writes,
    'exactly these weights were written, in this order'
  )
  for (const count of scenario.killedAfter.filter((n) => n > 0)) {
    t.not(percents[count], percents[count - 1], 'what stood was not written again after the restart')
  }
  t.equal(shift.percent, end.writes.at(-1))
}

/** As endsAs, without the number of the writes: a kill between a save and its write makes it be written again. */
export async function endsWell({ t, town, route, daemon, id }: Scenario, phase: End['phase']): Promise<ShiftView> {
  const shift = await daemon.untilEnded(id)
  t.equal(shift.phase, phase, shift.explain)
  const events = await daemon.events(id)
  t.strictSame(
    events.map(({ seq }) => seq),
    events.map((_, i) => i + 1),
    'events are numbered without gap or repeat'
  )
  t.equal(events.filter(({ type }) => type === 'shift.ended').length, 1)
  t.strictSame(unaccounted(town, route, events), [], 'every weight was decided before it was written')
  t.strictSame(writtenAgain(town, route, events), [], 'what was read back as wanted is not written again')
  const last = town.writes(route).at(-1)
  await town.served(route, USERS)
  const sides = new Set((await town.served(route, USERS)).map(({ side }) => side))
  const want = [...((last?.old ?? 1) > 0 ? [`old-${route}`] : []), ...((last?.new ?? 0) > 0 ? [`new-${route}`] : [])]
  t.strictSame([...sides], want, 'users are served by the side that has the weight')
  t.strictSame(town.misled(route), [], 'no request ever went to a side without weight')
  t.notMatch(await daemon.log(), /a law of the core is broken|something failed|unexpected/)
  return shift
}

/** Own writes that no decision before them asked for: more of a percent than the log requested so far. */
function unaccounted(town: Town, route: string, events: readonly EventView[]): readonly unknown[] {
  const asked = events.filter(({ type }) => type === 'weight.requested')
  const used = new Set<number>()
  return town
    .writes(route)
    .filter(({ foreign }) => !foreign)
    .filter((write) => {
      const mine = asked.find(
        (event) => !used.has(event.seq) && event.data['percent'] === write.percent && Date.parse(event.at) <= write.at
      )
      if (mine) used.add(mine.seq)
      return !mine
    })
}

/** Requests for what had been read back, although nobody wrote anything else since: neither a foreign writer nor a late write. */
function writtenAgain(town: Town, route: string, events: readonly EventView[]): readonly EventView[] {
  let stands: EventView | null = null
  return events.filter((event) => {
    if (event.type === 'weight.confirmed') stands = event
    if (event.type !== 'weight.requested' || event.data['percent'] !== stands?.data['percent']) return false
    const [from, to] = [Date.parse(stands?.at ?? ''), Date.parse(event.at)]
    return !town.writes(route).some(({ at, percent }) => at >= from && at <= to && percent !== event.data['percent'])
  })
}
