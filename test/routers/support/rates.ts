/**
 * A rate budget that never makes a test on a real clock wait.
 */
import type { Rates } from '../../../src/aws/budget.ts'

const fast = { perSecond: 10_000, burst: 10_000 }

export const FAST: Rates = { elbv2: { read: fast, write: fast }, cloudwatch: { read: fast, write: fast } }
