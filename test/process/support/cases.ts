/**
 * A scenario with a kill, as data: a route of its own, a policy, and what happens.
 */
import type { Test } from 'tap'
import { HALF, WHOLE, type PolicyChoice } from './policy.ts'
import type { Scenario } from './scenario.ts'
import type { RouteChoice, Town } from './town.ts'

type Steps = Omit<PolicyChoice, 'name'>

export const LADDER: Steps = { steps: [HALF, WHOLE] }

/** Long enough in `converging`, or `rolling_back`, to be killed there after the write was read back. */
export const SLOW: Steps = { ...LADDER, settle: '8s' }

export interface Case extends RouteChoice {
  readonly title: string
  readonly policy?: Steps
  readonly run: (t: Test, scenario: Scenario, town: Town) => Promise<void>
}
