/**
 * What the scenarios of records share: a world with one name, its policy, and steps to wait for.
 */
import type { Test } from 'tap'
import type { Shift } from '../../src/core/shift.ts'
import { anErrorRateGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig, type RigOptions } from './rig.ts'

export const MINUTE = 60_000

export const baking =
  (step: number) =>
  (shift: Shift): boolean =>
    shift.phase.kind === 'baking' && shift.step === step

export const policy = aProductionPolicy({
  steps: [
    { percent: 100, bakeMs: 8 * MINUTE, approval: null },
    { percent: 500, bakeMs: 8 * MINUTE, approval: null },
    { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
  ],
  gates: [anErrorRateGate()],
  drain: { residual: 0.03, forMs: 3 * MINUTE, deadlineMs: 120 * MINUTE }
})

/** A and AAAA of one name. */
export const dnsRig = (t: Test, options: RigOptions = {}): Promise<Rig> =>
  aRig(t, { routes: [{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }], ...options })
