/**
 * Policies and migrations as documents: in the words and units of the YAML files, with every default filled in, so that what is
 * read here can be written to a file. An externalId is never shown.
 */
import { formatDuration } from '../core/duration.ts'
import type { Migration, MeasureSpec, RouteSpec, SideSpec, DnsSideSpec } from '../core/migration.ts'
import { percentOf } from '../core/percent.ts'
import type { Policy, Step } from '../core/policy.ts'
import { accountDocument, gateDocument, shareText } from './gateDocuments.ts'

export type Document = Readonly<Record<string, unknown>>

const API_VERSION = 'sluice/v1'

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

function rampDocument(ramp: NonNullable<Policy['ramp']>): Document {
  return { kind: ramp.kind, to: percentOf(ramp.to), bake: formatDuration(ramp.bakeMs) }
}

function promotionDocument({ promotion }: Policy): Document {
  if (promotion === null) return { promote: 'fixed' }
  return {
    promote: 'evidence',
    ...(promotion.minBakeMs === null ? {} : { minBake: formatDuration(promotion.minBakeMs) }),
    harmBudget: promotion.harmBudget
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
    ...(policy.ramp === null ? { steps: policy.steps.map(stepDocument) } : { ramp: rampDocument(policy.ramp) }),
    maxJump: percentOf(policy.maxJump),
    ...promotionDocument(policy),
    ...(policy.maxBakeMs === null ? {} : { maxBake: formatDuration(policy.maxBakeMs) }),
    onInsufficient: policy.onInsufficient,
    gates: policy.gates.length === 0 ? 'none' : policy.gates.map(gateDocument),
    onBreach: policy.onBreach,
    onAmber: policy.onAmber,
    onBlind: {
      hold: formatDuration(onBlind.holdMs),
      rollback: onBlind.rollbackMs === null ? 'never' : formatDuration(onBlind.rollbackMs)
    },
    onDrift: policy.onDrift,
    onShare: policy.onShare,
    onHold: { after: formatDuration(onHold.afterMs), action: onHold.action },
    converge: { deadline: formatDuration(policy.converge.deadlineMs) },
    alb: { settle: formatDuration(policy.alb.settleMs) },
    dns: {
      staleFactor: policy.dns.staleFactor,
      ttlFloor: formatDuration(policy.dns.floorMs),
      maxTtl: formatDuration(policy.dns.maxTtlMs),
      lowerTtl: policy.dns.lowerTtlMs === null ? null : formatDuration(policy.dns.lowerTtlMs),
      write: policy.dns.write
    },
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
    deadline: formatDuration(policy.deadlineMs),
    ...(policy.notify === undefined ? {} : { notify: policy.notify })
  }
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
  const { measure } = side
  return {
    ...own,
    vars: side.vars,
    ...accountDocument(side.account),
    ...(measure === undefined ? {} : { measure: measureDocument(measure) })
  }
}

function measureDocument({ requests, errors, account }: MeasureSpec): Document {
  return { ...(account === null ? {} : accountDocument(account)), requests, errors }
}

function targetDocument(route: RouteSpec): Document {
  switch (route.type) {
    case 'alb':
      return {
        [route.target.kind]: route.target.arn,
        ...(route.allowOwner === undefined ? {} : { allowOwner: route.allowOwner })
      }
    case 'route53':
      return {
        hostedZone: route.hostedZone,
        record: route.record,
        recordTypes: route.recordTypes,
        ...(route.allowExternalDns ? { allowExternalDns: true } : {})
      }
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
