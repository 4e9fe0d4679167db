/**
 * POST /v1/shifts: the only way to start a shift.
 */
import type { Static } from 'typebox'
import { tenthsOf } from '../../core/percent.ts'
import { ShiftError, type FieldError } from '../../errors.ts'
import { actorOf, demandRole } from '../auth.ts'
import { detailOf } from '../bounded.ts'
import { digestOf } from '../canonical.ts'
import type { AppDeps } from '../deps.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { StartHeaders } from '../schemas/queries.ts'
import { StartBody } from '../schemas/requests.ts'
import { shiftUrl, type Routes } from './route.ts'

type Body = Static<typeof StartBody>

/** Collects the faults of a document that stands in the body, so that those of both documents are told at once. */
function collect<T>(field: string, parse: () => T, faults: FieldError[]): T | null {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ShiftError) || error.code !== 'invalid_request') throw error
    const found = error.errors.length > 0 ? error.errors : [{ field, message: error.message }]
    for (const fault of found) faults.push(fault)
    return null
  }
}

/** Names stay names, documents are parsed; the faults of both are told at once. */
function parseDocuments(body: Body, parse: AppDeps['parseInline']) {
  const faults: FieldError[] = []
  const { migration: m, policy: p } = body
  const migration = typeof m === 'string' ? m : collect('/migration', () => parse.migration(m), faults)
  const policy = typeof p === 'string' ? p : collect('/policy', () => parse.policy(p), faults)
  if (migration === null || policy === null) {
    throw new ShiftError('invalid_request', detailOf(faults), { errors: faults })
  }
  return { migration, policy }
}

function refuseStartAt(body: Body): void {
  if (body.startAt === undefined) return
  throw new ShiftError(
    'not_available',
    'startAt: a start at a later date is not available in this version; leave it out',
    {
      errors: [{ field: '/startAt', message: 'allowed: nothing; the shift starts at once' }]
    }
  )
}

const schema = {
  operationId: 'startShift',
  summary: 'Start a shift',
  tags: ['shifts'],
  body: StartBody,
  headers: StartHeaders,
  response: responses(
    {
      ...json(201, 'The shift', ref('Shift')),
      headers: {
        Location: { type: 'string', description: 'Where the shift is found' },
        'Idempotent-Replayed': { type: 'string', description: '`true` where the idempotency key had started it before' }
      }
    },
    [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'migration_not_found',
      'policy_not_found',
      'route_busy',
      'stopped',
      'too_many_shifts',
      'body_too_large',
      'unsupported_media_type',
      'idempotency_key_reused',
      'policy_not_fit',
      'not_available'
    ]
  )
}

export function startRoutes(app: Routes, { sluice, parseInline }: AppDeps): void {
  app.post('/v1/shifts', { schema, config: { access: 'operator' } }, async (request, reply) => {
    const { body, caller } = request
    const actor = actorOf(caller, body.onBehalfOf)
    const inline = typeof body.migration === 'object' || typeof body.policy === 'object'
    if (inline) demandRole(caller, 'admin', 'starting with a whole migration or policy in the body')
    refuseStartAt(body)
    const key = request.headers['idempotency-key']
    const { shift, created } = await sluice.start({
      ...parseDocuments(body, parseInline),
      reason: body.reason ?? '',
      routes: body.routes ?? null,
      toPercent: body.toPercent === undefined ? null : tenthsOf(body.toPercent),
      from: body.from ?? 'zero',
      actor,
      idempotency: key === undefined ? null : { key, digest: digestOf(body) }
    })
    if (!created) reply.header('idempotent-replayed', 'true')
    return reply.code(201).header('location', shiftUrl(shift.id)).send(shift)
  })
}
