/**
 * The red button: one record that holds, or rolls back, every shift.
 */
import type { Stop } from '../../core/command.ts'
import { actorOf } from '../auth.ts'
import type { AppDeps } from '../deps.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { LiftBody, StopBody } from '../schemas/requests.ts'
import type { Routes } from './route.ts'

/** The same fields whether it is pressed or not. */
export function stopView(stop: Stop | null) {
  if (!stop) return { stopped: false, action: null, reason: null, actor: null, at: null }
  const { action, reason, actor, at } = stop
  return { stopped: true, action, reason, actor, at: new Date(at).toISOString() }
}

const answer = json(200, 'Whether everything is stopped', ref('Stop'))
const tags = ['stop']
const read = {
  operationId: 'getStop',
  summary: 'Is everything stopped?',
  tags,
  response: responses(answer, ['invalid_request', 'unauthorized', 'forbidden'])
}
const press = {
  operationId: 'stopEverything',
  summary: 'Hold or roll back every shift at once',
  tags,
  body: StopBody,
  response: responses(answer, [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'body_too_large',
    'unsupported_media_type'
  ])
}
const lift = {
  operationId: 'liftStop',
  summary: 'Lift it; nothing resumes by itself',
  tags,
  body: LiftBody,
  response: responses(answer, [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'body_too_large',
    'unsupported_media_type'
  ])
}

export function stopRoutes(app: Routes, { sluice }: AppDeps): void {
  app.get('/v1/stop', { schema: read, config: { access: 'viewer' } }, async () => stopView(await sluice.getStop()))
  app.post('/v1/stop', { schema: press, config: { access: 'operator' } }, async ({ body, caller }) => {
    const actor = actorOf(caller, body.onBehalfOf)
    return stopView(await sluice.setStop(body.action, body.reason, actor))
  })
  app.delete('/v1/stop', { schema: lift, config: { access: 'operator' } }, async ({ body, caller }) => {
    await sluice.liftStop(actorOf(caller, body.onBehalfOf))
    return stopView(await sluice.getStop())
  })
}
