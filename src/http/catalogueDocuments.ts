/**
 * Policies and migrations as documents: in the words and units of the YAML files, with every default filled in, so that what is
 * read here can be written to a file. An externalId is never shown.
 */
import { formatDuration } from '../core/duration.ts'
import type { AccountRef, Migration, RouteSpec, SideSpec, DnsSideSpec } from '../core/migration.ts'
import { percentOf } from '../core/percent.ts'
import type { GateSpec, Policy, Step } from '../core/policy.ts'

export type Document = Readonly<Record<string, unknown>>

const API_VERSION = 'sluice/v1'

/** 0.005 is `0.5%`. */
function shareText(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(12))}%`
}

function gateDocument(gate: GateSpec): Document {
  const common = {
    name: gate.name,
    type: gate.type,
    ...(gate.action === null ? {} : { action: gate.action }),
    ...(gate.routes === null ? {} : { routes: gate.routes })
  }
  switch (gate.type) {
    case 'errorRate':
      return {
        ...common,
        max: shareText(gate.max),
        against: gate.against,
        minRequests: gate.minRequests,
        warmup: formatDuration(gate.warmupMs),
        period: formatDuration(gate.periodMs),
        delay: formatDuration(gate.delayMs)
      }
    case 'targetHealth':
      return {
        ...common,
        minHealthyRatio: gate.minHealthyRatio,
        every: formatDuration(gate.everyMs),
        for: formatDuration(gate.forMs)
      }
  }
}

function stepDocument(step: Step): Document {
  const { approval } = step
  const asked = approval && {
    ...(approval.by === 'other' ? { by: approval.by } : {}),
    expires: formatDuration(approval.expiresMs)
  }
  return {
    percent: percentOf(step.percent),
    bake: formatDuration(step.bakeMs),
    ...(asked ? { approval: asked } : {})
  }
}

/** A policy in the form of CONTRACT section 4. */
export function policyDocument(policy: Policy): Document {
  const { onBlind, onHold, preflight, rollback, drain } = policy
  return {
    apiVersion: API_VERSION,
    kind: 'Policy',
    name: policy.name,
    description: policy.description,
    mode: policy.mode,
    steps: policy.steps.map(stepDocument),
    maxJump: percentOf(policy.maxJump),
    ...(policy.maxBakeMs === null ? {} : { maxBake: formatDuration(policy.maxBakeMs) }),
    onInsufficient: policy.onInsufficient,
    gates: policy.gates.length === 0 ? 'none' : policy.gates.map(gateDocument),
    onBreach: policy.onBreach,
    onBlind: {
      hold: formatDuration(onBlind.holdMs),
      rollback: onBlind.rollbackMs === null ? 'never' : formatDuration(onBlind.rollbackMs)
    },
    onDrift: policy.onDrift,
    onShare: policy.onShare,
    onHold: { after: formatDuration(onHold.afterMs), action: onHold.action },
    converge: { deadline: formatDuration(policy.converge.deadlineMs) },
    alb: { settle: formatDuration(policy.alb.settleMs) },
    capacity: policy.capacity,
    preflight: {
      minHealthyTargets: preflight.minHealthyTargets,
      healthyWithin: formatDuration(preflight.healthyWithinMs)
    },
    rollback: {
      to: rollback.to,
      deadline: formatDuration(rollback.deadlineMs),
      stickiness: rollback.stickiness,
      shape: rollback.shape
    },
    drain: {
      residual: shareText(drain.residual),
      for: formatDuration(drain.forMs),
      deadline: formatDuration(drain.deadlineMs)
    },
    deadline: formatDuration(policy.deadlineMs)
  }
}

function accountDocument(account: AccountRef): Document {
  return { region: account.region, ...(account.roleArn === undefined ? {} : { roleArn: account.roleArn }) }
}

function sideDocument(side: SideSpec | DnsSideSpec): Document {
  const own =
    'targetGroup' in side
      ? { targetGroup: side.targetGroup }
      : {
          setIdentifier: side.setIdentifier,
          ...(side.loadBalancer === null ? {} : { loadBalancer: side.loadBalancer }),
          ...(side.targetGroups === null ? {} : { targetGroups: side.targetGroups })
        }
  return { ...own, vars: side.vars, ...accountDocument(side.account) }
}

function targetDocument(route: RouteSpec): Document {
  switch (route.type) {
    case 'alb':
      return { [route.target.kind]: route.target.arn }
    case 'route53':
      return { hostedZone: route.hostedZone, record: route.record, recordTypes: route.recordTypes }
  }
}

function routeDocument(route: RouteSpec): Document {
  return {
    name: route.name,
    type: route.type,
    ...targetDocument(route),
    ...accountDocument(route.account),
    old: sideDocument(route.old),
    new: sideDocument(route.new)
  }
}

/** A migration in the form of CONTRACT section 3. */
export function migrationDocument(migration: Migration): Document {
  return {
    apiVersion: API_VERSION,
    kind: 'Migration',
    name: migration.name,
    description: migration.description,
    ...(migration.versions ? { versions: migration.versions } : {}),
    routes: migration.routes.map(routeDocument),
    gates: migration.gates.map(gateDocument)
  }
}
