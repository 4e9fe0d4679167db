/**
 * Reading shifts: the list, one shift (at once, or when something has happened), its report.
 */
import { parseDuration } from '../../core/duration.ts'
import type { AppDeps } from '../deps.ts'
import type { Lifetime } from '../lifetime.ts'
import { callerKey } from '../rateLimit.ts'
import { json, pageOf, ref, responses } from '../schemas/common.ts'
import { GetQuery, IdParams, ListQuery, SeriesQuery } from '../schemas/queries.ts'
import { reportRoute } from './report.ts'
import type { Routes } from './route.ts'

const listSchema = {
  operationId: 'listShifts',
  summary: 'Shifts, newest first',
  tags: ['shifts'],
  querystring: ListQuery,
  response: responses(json(200, 'A page of shifts', pageOf('Shift')), ['invalid_request', 'unauthorized', 'forbidden'])
}

const getSchema = {
  operationId: 'getShift',
  summary: 'One shift; with `wait`, when something has happened',
  tags: ['shifts'],
  params: IdParams,
  querystring: GetQuery,
  response: responses(json(200, 'The shift', ref('Shift')), [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'shift_not_found'
  ])
}

const seriesSchema = {
  operationId: 'getSeries',
  summary: 'What was measured of old and new over time, gate by gate: the points of a graph',
  tags: ['shifts'],
  params: IdParams,
  querystring: SeriesQuery,
  response: responses(json(200, 'Points, oldest first; a period can come again in a later page', ref('Series')), [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'shift_not_found'
  ])
}

/** Decisions that one page of a series looks at. */
const SERIES_MAX = 1_000

export function shiftRoutes(app: Routes, { sluice }: AppDeps, lifetime: Lifetime): void {
  app.get('/v1/shifts', { schema: listSchema, config: { access: 'viewer' } }, async (request) => {
    const { phase, migration, limit, cursor } = request.query
    return sluice.list({
      phases: phase ?? null,
      migration: migration ?? null,
      limit: limit ?? 50,
      cursor: cursor ?? null
    })
  })

  app.get('/v1/shifts/:id', { schema: getSchema, config: { access: 'viewer' } }, async (request, reply) => {
    const { wait, until } = request.query
    const { id } = request.params
    const ms = wait === undefined ? 0 : (parseDuration(wait) ?? 0)
    if (ms === 0) return sluice.get(id)
    const open = lifetime.open(reply.raw, callerKey(reply.request))
    try {
      return await sluice.wait(id, until ?? 'ended', ms, open.signal)
    } finally {
      open.done()
    }
  })

  reportRoute(app, sluice)

  app.get('/v1/shifts/:id/series', { schema: seriesSchema, config: { access: 'viewer' } }, async (request) =>
    sluice.series(request.params.id, request.query.after ?? 0, SERIES_MAX)
  )
}
