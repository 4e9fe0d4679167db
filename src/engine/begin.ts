/**
 * Accepting a new shift: everything that can be said before a look at the world is said here, at once and all of it.
 */
import { createRestore, createShift } from '../core/create.ts'
import { formatPercent } from '../core/percent.ts'
import { fitProblems } from '../core/policyRules.ts'
import { claimsOf, type Migration } from '../core/migration.ts'
import { noticesOf } from '../core/notify/notices.ts'
import type { Policy } from '../core/policy.ts'
import type { ShiftEvent } from '../core/event.ts'
import type { Shift, ShiftId } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import { ShiftError } from '../errors.ts'
import type { Router } from '../routers/router.ts'
import type { Created, Store } from '../stores/store.ts'
import type { Catalogue, StartRequest } from './sluice.ts'
import { SILENT, type Voice } from './voice.ts'

export interface BeginDeps {
  readonly catalogue: Catalogue
  readonly router: Router
  readonly store: Store
  readonly newId: () => ShiftId
  readonly maxOpen: number
  /** Tokens are configured: there can be a second person. */
  readonly hasTokens: boolean
  /** Who is told; nobody where it is left out. */
  readonly voice?: Voice | undefined
}

/** The shift, with its first event. Throws ShiftError where the request cannot be. */
export async function begin(
  deps: BeginDeps,
  request: StartRequest,
  now: Instant
): Promise<{ id: ShiftId; created: boolean }> {
  const migration = migrationOf(deps.catalogue, request)
  const policy = policyOf(deps.catalogue, request)
  checkRoutes(migration, request.routes)
  checkTarget(policy, request.toPercent)
  const misfits = [...fitProblems(policy, migration, { tokens: deps.hasTokens }), ...unknownTargets(deps, policy)]
  if (misfits.length > 0) throw new ShiftError('policy_not_fit', misfits.join('; '))
  await refuseWhileStopped(deps.store)
  const shift = createShift({
    ...request,
    id: deps.newId(),
    migration,
    policy,
    now,
    quantise: (route, percents) => deps.router.quantise(route, percents)
  })
  return store(deps, shift, request.idempotency)
}

/** A linked shift that takes a completed one back. It is a way back: neither the red button nor a limit of open shifts refuses it. */
export async function beginRestore(
  deps: BeginDeps,
  original: Shift,
  reason: string,
  actor: string,
  now: Instant
): Promise<ShiftId> {
  if (original.phase.kind !== 'completed') {
    throw new ShiftError(
      'shift_not_completed',
      `shift ${original.id} is ${original.phase.kind}; only a completed one can be restored`
    )
  }
  if (original.policy.mode === 'observe') {
    throw new ShiftError(
      'shift_not_completed',
      `shift ${original.id} only watched; there is nothing of its own to take back`
    )
  }
  const shift = createRestore(original, deps.newId(), actor, reason, now)
  return (await store({ ...deps, maxOpen: Infinity }, shift, null)).id
}

async function store(deps: BeginDeps, shift: Shift, idempotency: StartRequest['idempotency']) {
  const { store: to, maxOpen, voice = SILENT } = deps
  const claims = shift.policy.mode === 'observe' ? [] : shift.routeSpecs.flatMap(claimsOf)
  const first = startedEvent(shift)
  const begun = { ...shift, seq: 1 }
  const notices = noticesOf(begun, [first], voice.audiences)
  const created = await to.create(begun, [first], claims, { maxOpen, idempotency, notices })
  if (created.kind === 'created' && notices.length > 0) voice.ring()
  return createdId(created, shift)
}

/** Whoever starts a shift that names a target must be able to rely on it. */
function unknownTargets({ voice = SILENT }: BeginDeps, { notify = [] }: Policy): readonly string[] {
  const known = voice.audiences.map(({ name }) => name)
  const allowed = known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`
  return notify
    .filter((name) => !known.includes(name))
    .map((name) => `notify: ${JSON.stringify(name)} is no target of the daemon's configuration; ${allowed}`)
}

function createdId(created: Created, shift: Shift): { id: ShiftId; created: boolean } {
  switch (created.kind) {
    case 'created':
      return { id: shift.id, created: true }
    case 'existing':
      return { id: created.id, created: false }
    case 'busy': {
      const route = shift.routeSpecs.find((spec) => claimsOf(spec).includes(created.key))?.name ?? created.key
      const extra = { route, shift: created.by }
      throw new ShiftError('route_busy', `route ${route} is being shifted by ${created.by}`, { extra })
    }
    case 'key_reused':
      throw new ShiftError('idempotency_key_reused', 'this idempotency key was used for another request within 24 h')
    case 'full':
      throw new ShiftError(
        'too_many_shifts',
        `${created.open} shifts are open, as many as limits.concurrentShifts allows`
      )
  }
}

function startedEvent(shift: Shift): ShiftEvent {
  return {
    seq: 1,
    at: shift.createdAt,
    type: 'shift.started',
    phase: 'preflight',
    actor: shift.startedBy,
    reason: { code: 'started', migration: shift.migration, policy: shift.policy.name, text: shift.reason },
    page: false
  }
}

function migrationOf(catalogue: Catalogue, request: StartRequest): Migration {
  const { migration } = request
  if (typeof migration !== 'string') return migration
  const all = catalogue.migrations()
  const found = all.find(({ name }) => name === migration)
  if (found) return found.value
  throw new ShiftError(
    'migration_not_found',
    `there is no migration ${JSON.stringify(migration)}; there are: ${namesOf(all)}`
  )
}

function policyOf(catalogue: Catalogue, request: StartRequest): Policy {
  const { policy } = request
  if (typeof policy !== 'string') return policy
  const all = catalogue.policies()
  const found = all.find(({ name }) => name === policy)
  if (found) return found.value
  throw new ShiftError('policy_not_found', `there is no policy ${JSON.stringify(policy)}; there are: ${namesOf(all)}`)
}

function namesOf(all: readonly { readonly name: string }[]): string {
  return all.length === 0 ? 'none' : all.map(({ name }) => name).join(', ')
}

function checkRoutes(migration: Migration, routes: readonly string[] | null): void {
  const known = migration.routes.map((route) => route.name)
  const unknown = (routes ?? []).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const errors = unknown.map((name) => ({
    field: '/routes',
    message: `${JSON.stringify(name)} is no route of ${migration.name}; allowed: ${known.join(', ')}`
  }))
  throw new ShiftError('invalid_request', `${migration.name} has no route ${unknown.join(', ')}`, { errors })
}

function checkTarget(policy: Policy, toPercent: number | null): void {
  const last = policy.steps.at(-1)?.percent ?? 0
  if (toPercent === null || policy.mode === 'observe' || toPercent <= last) return
  const message = `${formatPercent(toPercent)} is above the policy's last step; allowed: up to ${formatPercent(last)}`
  throw new ShiftError('invalid_request', message, { errors: [{ field: '/toPercent', message }] })
}

async function refuseWhileStopped(store: Store): Promise<void> {
  const stop = await store.stop()
  if (stop) throw new ShiftError('stopped', `everything is stopped by ${stop.actor}: ${stop.reason}`)
}
