/**
 * From what preflight saw to a first step, or to a refusal. Nothing is written here.
 */
import { neededNew } from './capacity.ts'
import { finish } from './end.ts'
import { beginComparisons } from './comparisons.ts'
import { guardBaseline } from './gates/guard.ts'
import { promisesOf } from './promise.ts'
import { ignoreFiring, unprovenProbes } from './signals.ts'
import { bake, shareAt, takeStep } from './step.ts'
import type { Preflight } from './observation.ts'
import { goBack } from './rollback.ts'
import { compareShares, isZero, sameShare, tenthsOfShare, type Share } from './share.ts'
import type { Finding, RouteState } from './shift.ts'
import { emit, healthOf, patch, readingOf, specOf, type Turn } from './turn.ts'
import { loweredTtl, matches, ZERO, zeroOf } from './want.ts'

export function passPreflight(turn: Turn): void {
  const { phase } = turn.shift
  if (phase.kind !== 'preflight') return
  if (turn.shift.restores !== null) return passRestore(turn)
  const { preflight } = turn.seen
  const findings = [...(preflight?.findings ?? []), ...stateFindings(turn)]
  keepFindings(turn, findings)
  const observe = turn.shift.policy.mode === 'observe'
  const blockers = findings.filter(
    (finding) => finding.severity === 'blocker' && !(observe && finding.code !== 'route_gone')
  )
  if (blockers.length > 0)
    return refuse(
      turn,
      blockers.map((finding) => finding.code)
    )
  const waitsFor = preflight === null ? ['preflight'] : unfinished(turn, preflight)
  if (waitsFor.length > 0) {
    if (turn.now >= phase.deadlineAt) refuse(turn, waitsFor)
    return
  }
  if (preflight) patch(turn, { routeSpecs: preflight.routeSpecs })
  if (preflight?.steps)
    patch(turn, { steps: preflight.steps, target: preflight.steps.at(-1)?.percent ?? turn.shift.target })
  record(turn, preflight)
  const skipped = observe ? 0 : Math.max(0, firstStep(turn))
  emit(turn, 'preflight.passed', { code: 'preflight_passed', findings: turn.shift.findings.length, skipped })
  if (observe) return watch(turn)
  takeStep(turn, needsGround(turn) ? -1 : firstStep(turn))
}

/** Kept whole, without repeats: preflight is looked at again until it passes. */
function keepFindings(turn: Turn, findings: readonly Finding[]): void {
  const id = (finding: Finding) => `${finding.code} ${finding.route ?? ''} ${finding.detail}`
  const known = turn.shift.findings.filter((finding) => finding.code === 'step_merged')
  const all = new Map([...known, ...findings].map((finding) => [id(finding), finding]))
  const next = [...all.values()]
  const same =
    next.length === turn.shift.findings.length && turn.shift.findings.every((finding) => all.has(id(finding)))
  if (!same) patch(turn, { findings: next })
}

function refuse(turn: Turn, codes: readonly string[]): void {
  emit(turn, 'preflight.refused', { code: 'preflight_refused', codes }, { page: true })
  finish(turn, 'refused', codes.join(', '))
}

/** What the live state itself says against starting. */
function stateFindings(turn: Turn): readonly Finding[] {
  const found: Finding[] = []
  const block = (code: string, route: string | null, detail: string, remedy: string) =>
    found.push({ severity: 'blocker', code, route, detail, remedy })
  const shares: Share[] = []
  for (const { name } of turn.shift.routes) {
    const seen = turn.seen.routes[name]?.reading
    if (seen?.kind === 'unreadable' && seen.gone) {
      block('route_gone', name, seen.detail, 'correct the ARN in the migration')
    }
    const reading = readingOf(turn, name)
    if (reading) shares.push(reading.share)
    if (reading && turn.shift.start === 'zero' && !isZero(reading.share)) {
      block(
        'new_has_weight',
        name,
        `new already gets ${tenthsOfShare(reading.share) / 10} %`,
        'set new to 0, or start with from: live'
      )
    }
    const ttlMs = (reading?.ttlSeconds ?? 0) * 1000
    const { maxTtlMs, lowerTtlMs } = turn.shift.policy.dns
    if (ttlMs > maxTtlMs && (lowerTtlMs === null || lowerTtlMs > maxTtlMs)) {
      const detail = `its TTL is ${ttlMs / 1000} s; the policy allows ${maxTtlMs / 1000} s, as a rollback takes as long`
      block(
        'ttl_too_long',
        name,
        detail,
        'let the shift lower it first (dns.lowerTtl: 60s), or lower it and wait one old TTL'
      )
    }
    const health = healthOf(turn, name)
    if (health && health.old.healthy === 0) {
      block('old_unhealthy', name, 'old has no healthy target: a rollback would land nowhere', 'make old healthy first')
    }
  }
  const first = shares[0]
  if (first && turn.shift.start === 'live' && shares.some((share) => !sameShare(share, first))) {
    block(
      'uneven_start',
      null,
      'the routes stand at different shares',
      'bring them to one share, or shift them one by one'
    )
  }
  if (first && turn.shift.policy.mode === 'act' && firstStepAbove(turn, first) < 0) {
    block(
      'nothing_to_do',
      null,
      `new already gets ${tenthsOfShare(first) / 10} %, the last step is ${turn.shift.target / 10} %`,
      'choose a policy or toPercent that goes further'
    )
  }
  return found
}

/** First step that gives new more than is live; -1 where none does. */
function firstStepAbove(turn: Turn, live: Share): number {
  const name = turn.shift.routes[0]?.name ?? ''
  return turn.shift.steps.findIndex((step) => compareShares(step.shares[name] ?? ZERO, live) > 0)
}

function firstStep(turn: Turn): number {
  const first = turn.shift.routes[0]
  return firstStepAbove(turn, (first && readingOf(turn, first.name)?.share) ?? ZERO)
}

function everyAttached(turn: Turn): boolean {
  return turn.shift.routes.every((route) => readingOf(turn, route.name)?.attached === true)
}

/** Something must be laid before the first step: new attached at weight 0, or a TTL lowered. */
function needsGround(turn: Turn): boolean {
  return !everyAttached(turn) || turn.shift.routes.some((route) => loweredTtl(turn.shift, route) !== null)
}

/** What must still be read, or become healthy; preflight looks again until its deadline. */
function unfinished(turn: Turn, preflight: Preflight): readonly string[] {
  const waits = [...preflight.unread]
  const observe = turn.shift.policy.mode === 'observe'
  for (const { name } of turn.shift.routes) {
    if (!readingOf(turn, name)) waits.push(`unreadable:${name}`)
    if (!observe && !healthOf(turn, name)) waits.push(`health_unreadable:${name}`)
  }
  if (waits.length > 0 || observe || !everyAttached(turn)) return waits
  const counted = turn.shift.routes.map((route) => ({
    ...route,
    oldHealthyAtStart: healthOf(turn, route.name)?.old.healthy ?? 0
  }))
  const shareOf = shareAt(turn, firstStep(turn))
  const unhealthy = counted
    .filter((route) => (healthOf(turn, route.name)?.new.healthy ?? 0) < neededNew(turn.shift, route, shareOf(route)))
    .map((route) => `new_unhealthy:${route.name}`)
  return [...unhealthy, ...unprovenProbes(turn).map((gate) => `probe_failing:${gate}`)]
}

/** The exact weights to come back to, the whole provider state, and what old had: recorded once, here. */
function record(turn: Turn, preflight: Preflight | null): void {
  const toZero = turn.shift.policy.rollback.to === 'zero'
  const routes = turn.shift.routes.map((route): RouteState => {
    const reading = readingOf(turn, route.name)
    if (!reading) return route
    return {
      ...route,
      restore: toZero && !isZero(reading.share) ? zeroOf(specOf(turn.shift, route.name).type) : reading.share,
      ttlAtStart: reading.ttlSeconds ?? null,
      origin: reading.raw ?? null,
      shape: reading.shape,
      sticky: reading.stickySeconds !== null,
      oldHealthyAtStart: healthOf(turn, route.name)?.old.healthy ?? 0,
      from: reading.share,
      fromAttached: reading.attached,
      want: { share: reading.share, attached: null, unstick: false }
    }
  })
  const meters = turn.shift.meters.map((meter) => ({
    ...meter,
    guardBaseline: guardBaseline(preflight?.baseline[meter.key] ?? [], meter.periodMs)
  }))
  // With `from: live` what was there is none of the plan, and stays until the first step.
  const ground = turn.shift.start === 'live' ? routes.map(({ name, from }) => [name, from] as const) : []
  patch(turn, { routes, meters, adopted: Object.fromEntries(ground) })
  beginComparisons(turn, preflight)
  ignoreFiring(turn, preflight)
  patch(turn, { findings: [...turn.shift.findings, ...promisesOf(turn.shift)] })
}

/** mode: observe. Baking from the start; nothing is ever written. */
function watch(turn: Turn): void {
  const { policy } = turn.shift
  patch(turn, {
    deadlineAt: turn.now + policy.deadlineMs,
    meters: turn.shift.meters.map((meter) => ({
      ...meter,
      judgedTo: Math.ceil(turn.now / meter.periodMs) * meter.periodMs
    }))
  })
  bake(turn, policy.deadlineMs)
}

/** A linked shift: goes back at once where the weights are still those of the shift that completed. */
function passRestore(turn: Turn): void {
  const { phase, routes } = turn.shift
  const readings = routes.map((route) => ({ route, reading: readingOf(turn, route.name) }))
  if (readings.some(({ reading }) => reading === null)) {
    if (phase.kind === 'preflight' && turn.now >= phase.deadlineAt) refuse(turn, ['unreadable'])
    return
  }
  const foreign = readings.filter(({ route, reading }) => reading && !matches(reading, route.want))
  if (foreign.length > 0)
    return refuse(
      turn,
      foreign.map(({ route }) => `weights_not_own:${route.name}`)
    )
  const actor = turn.shift.startedBy
  patch(turn, {
    firstWriteAt: turn.now,
    meters: turn.shift.meters.map((meter) => ({
      ...meter,
      judgedTo: Math.ceil(turn.now / meter.periodMs) * meter.periodMs
    }))
  })
  goBack(turn, { kind: 'person', verb: 'restore', actor, text: turn.shift.reason, force: false })
}
