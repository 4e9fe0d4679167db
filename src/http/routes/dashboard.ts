/**
 * The body of a CloudWatch dashboard for a migration, as PutDashboard takes it.
 */
import type { Sluice } from '../../engine/sluice.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { NameParams } from '../schemas/queries.ts'
import type { Routes } from './route.ts'

const schema = {
  operationId: 'getDashboard',
  summary: 'A CloudWatch dashboard: old beside new for every route, with the percent; the body of PutDashboard',
  tags: ['catalogue'],
  params: NameParams,
  response: responses(json(200, 'The body', ref('Dashboard')), [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'migration_not_found'
  ])
}

export function dashboardRoute(app: Routes, sluice: Pick<Sluice, 'dashboard'>): void {
  app.get('/v1/migrations/:name/dashboard', { schema, config: { access: 'viewer' } }, async ({ params }) =>
    sluice.dashboard(params.name)
  )
}
