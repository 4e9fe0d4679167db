/**
 * A rate budget that never makes a test on a real clock wait.
 */
import type { Rates } from '../../../src/aws/budget.ts'

const fast = { perSecond: 10_000, burst: 10_000 }

const both = { read: fast, write: fast }

export const FAST: Rates = { elbv2: both, cloudwatch: both, route53: both, dynamodb: both, sns: both }
