/**
 * Makes a failing scenario smaller while it still breaks the same law: fewer acts first, then a simpler world.
 */
import { run, type Result } from './run.ts'
import type { Mutant } from './life.ts'
import type { Scenario } from './scenario.ts'

export interface Shrunk {
  readonly scenario: Scenario
  readonly result: Result
  readonly tries: number
}

const MOST_TRIES = 200

export async function shrink(scenario: Scenario, law: string, mutant: Mutant | null): Promise<Shrunk> {
  let best = scenario
  let result = await run(scenario, mutant)
  let tries = 0
  const attempt = async (smaller: Scenario): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false
    tries += 1
    const next = await run(smaller, mutant)
    if (next.violations[0]?.law !== law) return false
    best = smaller
    result = next
    return true
  }
  await dropActs(() => best, attempt)
  for (const simpler of SIMPLER) await attempt(simpler(best))
  await dropActs(() => best, attempt)
  return { scenario: best, result, tries }
}

async function dropActs(current: () => Scenario, attempt: (smaller: Scenario) => Promise<boolean>): Promise<void> {
  for (let size = Math.ceil(current().acts.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < current().acts.length;) {
      const { acts } = current()
      const dropped = await attempt({ ...current(), acts: [...acts.slice(0, from), ...acts.slice(from + size)] })
      if (!dropped) from += size
    }
  }
}

const SIMPLER: readonly ((scenario: Scenario) => Scenario)[] = [
  (scenario) => ({ ...scenario, routes: scenario.routes.slice(0, 1), acts: actsOn(scenario, 1) }),
  (scenario) => ({ ...scenario, routes: scenario.routes.slice(0, 2), acts: actsOn(scenario, 2) }),
  (scenario) => ({
    ...scenario,
    routes: scenario.routes.map((route) => (route.kind === 'dns' ? { ...route, kind: 'rule', weights: null } : route))
  }),
  (scenario) => ({ ...scenario, newSide: { kind: 'healthy' } }),
  (scenario) => ({ ...scenario, oldErrorRate: 0 }),
  (scenario) => ({ ...scenario, store: 'memory' }),
  (scenario) => ({ ...scenario, counts: 'exact' }),
  (scenario) => ({ ...scenario, latencyMs: 40 }),
  (scenario) => ({ ...scenario, writesPerSecond: 2 }),
  (scenario) => ({ ...scenario, restore: false }),
  (scenario) => ({ ...scenario, metrics: { ...scenario.metrics, lateShare: 0, lateMs: 0 } }),
  (scenario) => ({
    ...scenario,
    routes: scenario.routes.map((route) => ({ ...route, stickySeconds: null, third: false }))
  }),
  (scenario) => ({ ...scenario, policy: { ...scenario.policy, gates: scenario.policy.gates.slice(0, 1) } }),
  (scenario) => ({ ...scenario, faultsMs: Math.floor(scenario.faultsMs / 2) })
]

function actsOn(scenario: Scenario, routes: number): Scenario['acts'] {
  const names = scenario.routes.slice(0, routes).map(({ name }) => name)
  return scenario.acts.filter(({ deed }) => !('route' in deed) || names.includes(deed.route))
}
