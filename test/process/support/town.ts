/**
 * A lab with one route for each scenario, each with an old and a new cluster of its own, so that scenarios side by side do not
 * meet; and what the lab saw of each: every write, and every request of a user.
 */
import type { Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { forwardOf } from '../../../src/lab/action.ts'
import { startLab, type Lab } from '../../../src/lab/lab.ts'
import { migrationYaml } from '../../../src/lab/migration.ts'
import type { LabOptions } from '../../../src/lab/options.ts'
import type { LabSpec, ListenerSpec } from '../../../src/lab/spec.ts'
import type { Answered } from '../../../src/lab/trafficRecord.ts'

const RPS_PER_ROUTE = 6
/** From a write to the data plane. */
const PROPAGATION_MS = 200
/** Instants are whole milliseconds of two clocks. */
const SLACK_MS = 5
const LOOK_MS = 50
const PATIENCE_MS = 60_000
const clock = systemClock()

/** Weights of one route as they stood written from `at` on. */
export interface Write {
  readonly at: number
  readonly old: number
  readonly new: number
  /** New's share of the weights, 0 to 100. */
  readonly percent: number
  /** By somebody else than Sluice. */
  readonly foreign: boolean
}

export interface Town {
  readonly lab: Lab
  migration(route: string): string
  /** Every write since the start, in order; what stood at first is none. */
  writes(route: string): readonly Write[]
  /** What stands now. */
  standing(route: string): Readonly<Record<string, number>>
  /** A foreign writer gives new so many percent. */
  overwrite(route: string, percent: number): void
  /** What Sluice wrote and got no answer to lands only now. */
  land(route: string, percent: number): void
  heal(route: string): void
  /** Waits until users have got so many more answers on this route, and gives them. */
  served(route: string, count: number): Promise<readonly Answered[]>
  /** Requests that were answered by a side that had no weight while they were under way. */
  misled(route: string): readonly Answered[]
  /** Writes that reached the endpoint and were carried out, on all routes. */
  performed(): number
}

export interface RouteChoice {
  readonly name: string
  /** New stands in the action at weight 0 from the beginning. */
  readonly attached?: true
  /** New's health checks fail until `heal`. */
  readonly sick?: true
}

const oldOf = (route: string) => `old-${route}`
const newOf = (route: string) => `new-${route}`

/** The first route is a listener's default action, the others are rules. */
export async function aTown(t: Test, routes: readonly RouteChoice[], options: LabOptions = {}): Promise<Town> {
  const lab = await startLab({
    spec: specOf(routes),
    rps: RPS_PER_ROUTE * routes.length,
    metricDelayMs: 500,
    partialShare: 0,
    propagationMs: PROPAGATION_MS,
    // A machine that stalls must not look like a broken cluster.
    healthCheckMs: 1000,
    healthTimeoutMs: 20_000,
    targetTimeoutMs: 30_000,
    ...options
  })
  t.teardown(() => lab.close())
  for (const { name } of routes.filter((route) => route.attached && route.sick)) {
    // Who stands in a rule at the start counts as healthy until its checks have failed.
    while (lab.health(newOf(name)).some(({ state }) => state === 'healthy')) await clock.sleep(LOOK_MS)
  }
  const foreign = new Set<object>()
  const ruleOf = (route: string) => {
    const found = lab.world.rules().find((rule) => rule.name === route)
    if (!found) throw new Error(`no route ${route}`)
    return found
  }
  const historyOf = (route: string): readonly Write[] =>
    ruleOf(route).actions.versions.map((version) => {
      const groups = forwardOf(version.value)?.groups ?? []
      const weight = (name: string) => groups.find(({ arn }) => arn === lab.arns.targetGroup(name))?.weight ?? 0
      const [older, newer] = [weight(oldOf(route)), weight(newOf(route))]
      const percent = (100 * newer) / (older + newer)
      return { at: version.at, old: older, new: newer, percent, foreign: foreign.has(version) }
    })
  const change = (route: string, percent: number) =>
    lab.overwrite(route, { [oldOf(route)]: 100 - percent, [newOf(route)]: percent })
  const answersOf = (route: string) => lab.traffic.record.all().filter((one) => one.route === route)

  return {
    lab,
    migration: (route) => migrationYaml(lab, { name: route, routes: [route], old: oldOf(route), new: newOf(route) }),
    writes: (route) => historyOf(route).slice(1),
    standing: (route) => lab.weights(route),
    overwrite: (route, percent) => {
      change(route, percent)
      foreign.add(ruleOf(route).actions.versions.at(-1) ?? {})
    },
    land: (route, percent) => change(route, percent),
    heal: (route) => lab.cluster(newOf(route)).set({ healthy: true }),
    served: async (route, count) => {
      const before = answersOf(route).length
      const until = clock.now() + PATIENCE_MS
      while (answersOf(route).length < before + count) {
        if (clock.now() > until) throw new Error(`users of ${route} get no answers`)
        await clock.sleep(LOOK_MS)
      }
      return answersOf(route).slice(before)
    },
    misled: (route) => misledOf(answersOf(route), historyOf(route)),
    performed: () =>
      lab.calls.list().filter(({ operation, performed }) => performed && operation.startsWith('Modify')).length
  }
}

function specOf(routes: readonly RouteChoice[]): LabSpec {
  const forwardFor = ({ name, attached }: RouteChoice) => ({
    [oldOf(name)]: 1,
    ...(attached ? { [newOf(name)]: 0 } : {})
  })
  const [first, ...others] = routes
  if (!first) throw new Error('a town has at least one route')
  const listener: ListenerSpec = {
    name: first.name,
    forward: forwardFor(first),
    rules: others.map((route) => ({ name: route.name, paths: [`/${route.name}/*`], forward: forwardFor(route) }))
  }
  return {
    clusters: routes.flatMap(({ name, sick }) => [
      { name: oldOf(name), targets: 1 },
      { name: newOf(name), targets: 1, behaviour: { healthy: !sick } }
    ]),
    targetGroups: routes.flatMap(({ name }) =>
      [oldOf(name), newOf(name)].map((cluster) => ({ name: cluster, cluster, route: name }))
    ),
    loadBalancers: [{ name: 'shop', listeners: [listener] }]
  }
}

/** Each request must have met some weights, in effect while it was under way, that let it go where it went. */
function misledOf(answers: readonly Answered[], history: readonly Write[]): readonly Answered[] {
  const spans = history.map((write, i) => ({
    from: write.at + PROPAGATION_MS - SLACK_MS,
    to: (history[i + 1]?.at ?? Infinity) + PROPAGATION_MS + SLACK_MS,
    sides: { old: write.old > 0, new: write.new > 0 }
  }))
  return answers.filter(({ at, ms, side }) => {
    // Nobody answered: where the lab itself is out of breath, no side is to blame.
    if (side === 'none') return false
    const wanted = side.startsWith('new-') ? 'new' : 'old'
    return !spans.some((span) => span.sides[wanted] && span.from <= at + ms && at <= span.to)
  })
}
