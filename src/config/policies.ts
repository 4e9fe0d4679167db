/**
 * A policy document to the Policy of the core: shape, ramp, units, rules. Never reads files.
 */
import { policyProblems } from '../core/policyRules.ts'
import type { Tenths } from '../core/percent.ts'
import type { Approval, Policy, Step } from '../core/policy.ts'
import { equalRiskPercents, rampPercents } from '../core/ramp.ts'
import { checkOf } from './check.ts'
import { gateComplaints, probeComplaints } from './gateRules.ts'
import { toGate } from './gates.ts'
import { keyPath } from './path.ts'
import { complain, warn, type Complaint } from './problem.ts'
import { readAs, readInline, type Inline, type Read, type Reader } from './read.ts'
import { policySchema, type PolicyDocument } from './schemas/policy.ts'
import { fractionOf, msOf, tenths } from './units.ts'

type StepDocument = NonNullable<PolicyDocument['steps']>[number]

const check = checkOf(policySchema)

/** Reads the value of one document of kind Policy. */
export const readPolicy: Reader<Policy> = (value, written): Read<Policy> => {
  const { value: doc, complaints } = check(value, written)
  if (doc === null) return { value: null, complaints }
  const { steps, complaints: ofSteps } = toSteps(doc)
  const policy = toPolicy(doc, steps)
  const ofGates = doc.gates === 'none' ? [] : gateComplaints(doc.gates)
  // Without steps there is nothing that the rules could say about them.
  const rules =
    ofSteps.length > 0
      ? []
      : onRamp(
          doc,
          policyProblems(policy).map((one) => ({ ...one, at: 'value' as const })),
          policy
        )
  return readAs(policy, [...complaints, ...ofSteps, ...ofGates, ...unreadKeys(doc), ...rules])
}

/** An inline policy of a request; `root` is the JSON pointer to it. */
export function parsePolicyObject(value: unknown, root = ''): Inline<Policy> {
  return readInline(withoutProbes, 'Policy', value, root)
}

const withoutProbes: Reader<Policy> = (value, written) => {
  const probes = probeComplaints(value)
  const { value: policy, complaints } = readPolicy(value, written)
  return readAs(policy, [...probes, ...complaints])
}

/** Legal, and perhaps not meant. */
function unreadKeys({ promote, minBake, ramp }: PolicyDocument): readonly Complaint[] {
  const found: Complaint[] = []
  if (promote === 'fixed' && minBake !== undefined) {
    found.push(warn(['minBake'], 'is only read with promote: evidence'))
  }
  if (ramp?.kind !== 'equalRisk') return found
  for (const key of ['from', 'steps'] as const) {
    if (ramp[key] !== undefined) found.push(warn(['ramp', key], 'is not read with kind: equalRisk, which works it out'))
  }
  return found
}

function toPolicy(doc: PolicyDocument, steps: readonly Step[]): Policy {
  const { onBlind, onHold, rollback, drain, preflight } = doc
  return {
    name: doc.name,
    description: doc.description,
    mode: doc.mode,
    steps,
    maxJump: tenths(doc.maxJump),
    maxBakeMs: doc.maxBake === undefined ? null : msOf(doc.maxBake),
    promotion:
      doc.promote === 'fixed'
        ? null
        : { minBakeMs: doc.minBake === undefined ? null : msOf(doc.minBake), harmBudget: doc.harmBudget },
    ramp:
      doc.ramp?.kind === 'equalRisk'
        ? { kind: doc.ramp.kind, bakeMs: msOf(doc.ramp.bake), to: tenths(doc.ramp.to) }
        : null,
    onInsufficient: doc.onInsufficient,
    gates: doc.gates === 'none' ? [] : doc.gates.map(toGate),
    onBreach: doc.onBreach,
    onAmber: doc.onAmber,
    onBlind: { holdMs: msOf(onBlind.hold), rollbackMs: onBlind.rollback === 'never' ? null : msOf(onBlind.rollback) },
    onDrift: doc.onDrift,
    onShare: doc.onShare,
    onHold: { afterMs: msOf(onHold.after), action: onHold.action },
    converge: { deadlineMs: msOf(doc.converge.deadline) },
    alb: { settleMs: msOf(doc.alb.settle) },
    dns: {
      staleFactor: doc.dns.staleFactor,
      floorMs: msOf(doc.dns.ttlFloor),
      maxTtlMs: msOf(doc.dns.maxTtl),
      lowerTtlMs: doc.dns.lowerTtl === null ? null : msOf(doc.dns.lowerTtl),
      write: doc.dns.write
    },
    capacity: { new: doc.capacity.new, old: doc.capacity.old },
    preflight: { minHealthyTargets: preflight.minHealthyTargets, healthyWithinMs: msOf(preflight.healthyWithin) },
    rollback: {
      to: rollback.to,
      deadlineMs: msOf(rollback.deadline),
      stickiness: rollback.stickiness,
      shape: rollback.shape
    },
    drain: { residual: fractionOf(drain.residual), forMs: msOf(drain.for), deadlineMs: msOf(drain.deadline) },
    deadlineMs: msOf(doc.deadline),
    ...(doc.notify === undefined ? {} : { notify: doc.notify })
  }
}

function toSteps({ steps, ramp }: PolicyDocument): { steps: readonly Step[]; complaints: readonly Complaint[] } {
  if (steps && ramp) return { steps: [], complaints: [complain(['ramp'], 'steps and ramp exclude each other', 'key')] }
  if (steps) return { steps: steps.map(toStep), complaints: [] }
  if (!ramp) return { steps: [], complaints: [] }
  const of = (percents: readonly Tenths[]) =>
    percents.map((percent) => ({ percent, bakeMs: msOf(ramp.bake), approval: null }))
  if (ramp.kind === 'equalRisk')
    return { steps: of(equalRiskPercents(tenths(ramp.to), msOf(ramp.bake))), complaints: [] }
  const { kind, from = 1, to, steps: many = 8 } = ramp
  const percents = rampPercents({ kind, from: tenths(from), to: tenths(to), steps: many })
  if (percents === null) {
    const why = `cannot rise from ${from} to ${to} in ${many} steps: each must be at least 0.1 above the one before`
    return { steps: [], complaints: [complain(['ramp'], why, 'key')] }
  }
  return { steps: of(percents), complaints: [] }
}

function toStep({ percent, bake, approval }: StepDocument): Step {
  return { percent: tenths(percent), bakeMs: msOf(bake), approval: toApproval(approval) }
}

const DEFAULT_EXPIRES = '24h'

function toApproval(approval: StepDocument['approval']): Approval | null {
  if (approval === false) return null
  if (approval === true) return { by: 'anyone', expiresMs: msOf(DEFAULT_EXPIRES) }
  return { by: approval.by, expiresMs: msOf(approval.expires) }
}

/** The rules speak of steps; where a ramp made them, they are told at the ramp: once for each kind, with the step's number. */
function onRamp(doc: PolicyDocument, problems: readonly Complaint[], policy: Policy): readonly Complaint[] {
  if (!doc.ramp) return problems
  const moved = problems.map((one): Complaint => {
    const [first, index, key] = one.path
    if (first !== 'steps' || typeof index !== 'number') return one
    const message = `${one.message} (step ${index + 1} of ${policy.steps.length})`
    return { ...one, path: key === 'bake' ? ['ramp', 'bake'] : ['ramp'], at: 'key', message }
  })
  return moved.filter((one, i) => {
    const key = keyPath(one.path)
    return !key.startsWith('ramp') || moved.findIndex(({ path }) => keyPath(path) === key) === i
  })
}
