/**
 * The daemon itself: health, metrics, the OpenAPI document, the meaning of errors.
 */
import { Type } from 'typebox'
import { CODES, ShiftError, type Code } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { EXPLANATIONS } from '../explanations.ts'
import { json, ref, responses } from '../schemas/common.ts'
import type { Routes } from './route.ts'

const tags = ['daemon']
const open: { [name: string]: string[] }[] = []

function probe(operationId: string, summary: string, answer: 'Liveness' | 'Health') {
  const codes: readonly Code[] = ['invalid_request']
  return {
    schema: {
      operationId,
      summary,
      tags,
      security: open,
      response: responses(json(200, 'Well', ref(answer)), codes)
    },
    config: { access: 'public' as const }
  }
}

function healthRoutes(app: Routes, { sluice }: AppDeps): void {
  app.get('/livez', probe('livez', 'Does the loop turn? Asks neither AWS nor the store', 'Liveness'), async () => {
    const liveness = sluice.liveness()
    if (!liveness.live) throw new ShiftError('internal', 'the loop does not turn', { extra: { ...liveness } })
    return liveness
  })
  const summary = 'Does the store answer? AWS and the lease are fields, never a 503'
  app.get('/readyz', probe('readyz', summary, 'Health'), async () => {
    const health = await sluice.health()
    if (health.store !== 'ok') {
      throw new ShiftError('store_unavailable', 'the store does not answer', { extra: { ...health } })
    }
    return health
  })
}

function metricsRoute(app: Routes, { metrics, auth }: AppDeps): void {
  const schema = {
    operationId: 'metrics',
    summary: 'Prometheus metrics',
    tags,
    ...(auth.metrics === 'open' ? { security: open } : {}),
    response: responses(
      { status: 200, description: 'The text format of Prometheus', content: { 'text/plain': Type.String() } },
      ['invalid_request', 'unauthorized', 'forbidden']
    )
  }
  app.get('/metrics', { schema, config: { access: 'metrics' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render())
  )
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text)
}

function problemRoute(app: Routes): void {
  const schema = {
    operationId: 'explainProblem',
    summary: 'What an error code means and what to do',
    tags,
    security: open,
    params: Type.Object({ code: Type.String() }),
    response: responses(json(200, 'The explanation', ref('Explanation')), ['invalid_request', 'not_found'])
  }
  app.get('/problems/:code', { schema, config: { access: 'public' } }, async ({ params: { code } }) => {
    if (!isCode(code)) {
      throw new ShiftError(
        'not_found',
        `${JSON.stringify(code.slice(0, 100))} is no error code; there are: ${Object.keys(CODES).join(', ')}`
      )
    }
    const [status, title] = CODES[code]
    return { code, title, status, explanation: EXPLANATIONS[code] }
  })
}

export function daemonRoutes(app: Routes, deps: AppDeps): void {
  healthRoutes(app, deps)
  metricsRoute(app, deps)
  problemRoute(app)
  const document = {
    operationId: 'openapi',
    summary: 'This document',
    tags,
    security: open,
    response: responses(json(200, 'OpenAPI 3.1', Type.Record(Type.String(), Type.Unknown())), ['invalid_request'])
  }
  app.get('/openapi.json', { schema: document, config: { access: 'public' } }, async () => app.swagger())
}
