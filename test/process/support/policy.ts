/**
 * Policies in seconds, so that a whole shift fits into a test. Deadlines are generous: a slow machine must not change how a
 * shift ends.
 */
export interface PolicyChoice {
  readonly name: string
  /** Each in the form of the YAML: `{ percent: 50, bake: 4s }`. */
  readonly steps: readonly string[]
  /** From the read-back to "in effect": how long a shift stays `converging`, and at least `rolling_back`. */
  readonly settle?: string
  /** A rollback that is not read back within is `stuck`. */
  readonly rollbackWithin?: string
}

export const HALF = '{ percent: 50, bake: 4s }'
export const WHOLE = '{ percent: 100, bake: 4s }'

export function policyText({ name, steps, settle = '500ms', rollbackWithin = '2m' }: PolicyChoice): string {
  return [
    'apiVersion: sluice/v1',
    'kind: Policy',
    `name: ${name}`,
    'description: in seconds',
    'steps:',
    ...steps.map((step) => `  - ${step}`),
    'maxBake: 2m',
    'gates:',
    '  - { name: errors, type: errorRate, max: 10%, against: none, minRequests: 1, period: 1s, delay: 1s }',
    '  - { name: targets, type: targetHealth, minHealthyRatio: 0.6, every: 2s, for: 20s }',
    `alb: { settle: ${settle} }`,
    'converge: { deadline: 2m }',
    'preflight: { healthyWithin: 2m }',
    'drain: { residual: 5%, for: 2s, deadline: 2m }',
    `rollback: { deadline: ${rollbackWithin} }`
  ].join('\n')
}
