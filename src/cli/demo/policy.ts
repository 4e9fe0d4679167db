/**
 * The demo's policies: three steps and few gates, in seconds where production's are in minutes.
 */

/** The same for records: a TTL of 2 s is believed here, and resolvers that cling do so for seconds, not hours. */
export const DNS_POLICY = `apiVersion: sluice/v1
kind: Policy
name: demo-dns
description: three steps for records, in seconds
steps:
  - { percent: 20, bake: 6s }
  - { percent: 50, bake: 6s }
  - { percent: 100, bake: 6s }
gates:
  - { name: errors, type: errorRate, max: 2%, against: old, minRequests: 20, period: 1s, delay: 2s }
dns: { staleFactor: 2, ttlFloor: 2s }
converge: { deadline: 30s }
preflight: { healthyWithin: 30s }
drain: { residual: 5%, for: 2s, deadline: 1m }
rollback: { deadline: 30s }
`

export const DEMO_POLICY = `apiVersion: sluice/v1
kind: Policy
name: demo
description: three steps, in seconds
steps:
  - { percent: 10, bake: 6s }
  - { percent: 50, bake: 6s }
  - { percent: 100, bake: 6s }
gates:
  - { name: errors, type: errorRate, max: 2%, against: old, minRequests: 20, period: 1s, delay: 2s }
  - { name: targets, type: targetHealth, minHealthyRatio: 0.6, every: 1s, for: 3s }
alb: { settle: 1s }
converge: { deadline: 30s }
preflight: { healthyWithin: 30s }
drain: { residual: 0.5%, for: 3s, deadline: 1m }
rollback: { deadline: 30s }
`
