/**
 * What people may order of a running shift. An order is accepted (202) with the shift as it is then; the next decision carries
 * it out.
 */
import type { Code } from '../../errors.ts'
import type { TSchema } from 'typebox'
import { actorOf } from '../auth.ts'
import type { AppDeps } from '../deps.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { IdParams } from '../schemas/queries.ts'
import { AbortBody, AdvanceBody, DecideBody, PauseBody, ReasonBody, ResumeBody } from '../schemas/requests.ts'
import { shiftUrl, type Routes } from './route.ts'

const COMMON: readonly Code[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'shift_not_found',
  'shift_ended',
  'body_too_large',
  'unsupported_media_type',
  /** Of a shift that another version stored. */
  'not_available'
]

function order<B extends TSchema>(verb: string, summary: string, body: B, codes: readonly Code[]) {
  const schema = {
    operationId: `${verb}Shift`,
    summary,
    tags: ['orders'],
    params: IdParams,
    body,
    response: responses(json(202, 'Accepted; the shift as it is now', ref('Shift')), [...COMMON, ...codes])
  }
  return { schema, config: { access: 'operator' as const } }
}

const STEP: readonly Code[] = ['illegal_in_phase', 'step_moved']

const ABORT = order('abort', 'Roll back now', AbortBody, [])
const PAUSE = order('pause', 'Hold the weight; gates still watch', PauseBody, ['illegal_in_phase'])
const RESUME = order('resume', 'Go on', ResumeBody, ['illegal_in_phase', 'stopped', 'drift_choice_needed'])
const ADVANCE = order('advance', 'End the bake of this step', AdvanceBody, [...STEP, 'stopped'])
const APPROVE = order('approve', 'Let it go to the next step', DecideBody, [...STEP, 'stopped', 'approver_must_differ'])
const REJECT = order('reject', 'Do not let it go on: roll back', DecideBody, STEP)
const RELEASE = order('release', 'End it: weights stay, nothing watches any more', ReasonBody, ['illegal_in_phase'])

const RESTORE = {
  schema: {
    operationId: 'restoreShift',
    summary: 'Take a completed shift back: a new, linked shift that rolls back at once',
    tags: ['orders'],
    params: IdParams,
    body: ReasonBody,
    response: responses(
      {
        ...json(201, 'The new shift', ref('Shift')),
        headers: { Location: { type: 'string', description: 'Where the new shift is found' } }
      },
      [...COMMON, 'shift_not_completed', 'weights_not_own', 'route_busy']
    )
  },
  config: { access: 'operator' as const }
}

function actRoutes(app: Routes, { sluice }: AppDeps): void {
  app.post('/v1/shifts/:id/abort', ABORT, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    const { reason = '', force = false } = body
    return reply.code(202).send(await sluice.order(params.id, { verb: 'abort', reason, force }, actor))
  })
  app.post('/v1/shifts/:id/pause', PAUSE, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    return reply.code(202).send(await sluice.order(params.id, { verb: 'pause', reason: body.reason ?? '' }, actor))
  })
  app.post('/v1/shifts/:id/resume', RESUME, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    return reply.code(202).send(await sluice.order(params.id, { verb: 'resume', drift: body.drift ?? null }, actor))
  })
  app.post('/v1/shifts/:id/release', RELEASE, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    return reply.code(202).send(await sluice.order(params.id, { verb: 'release', reason: body.reason }, actor))
  })
}

function stepRoutes(app: Routes, { sluice }: AppDeps): void {
  app.post('/v1/shifts/:id/advance', ADVANCE, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    return reply.code(202).send(await sluice.order(params.id, { verb: 'advance', step: body.step }, actor))
  })
  app.post('/v1/shifts/:id/approve', APPROVE, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    const { step, comment = '' } = body
    return reply.code(202).send(await sluice.order(params.id, { verb: 'approve', step, comment }, actor))
  })
  app.post('/v1/shifts/:id/reject', REJECT, async ({ params, body, caller }, reply) => {
    const actor = actorOf(caller, body.onBehalfOf)
    const { step, comment = '' } = body
    return reply.code(202).send(await sluice.order(params.id, { verb: 'reject', step, comment }, actor))
  })
}

export function orderRoutes(app: Routes, deps: AppDeps): void {
  actRoutes(app, deps)
  stepRoutes(app, deps)
  app.post('/v1/shifts/:id/restore', RESTORE, async ({ params, body, caller }, reply) => {
    const shift = await deps.sluice.restore(params.id, body.reason, actorOf(caller, body.onBehalfOf))
    return reply.code(201).header('location', shiftUrl(shift.id)).send(shift)
  })
}
