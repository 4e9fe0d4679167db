/**
 * All routes, one file for each resource.
 */
import type { FastifyInstance } from 'fastify'
import type { AppDeps } from '../deps.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Typed } from '../schemas/common.ts'
import { catalogueRoutes } from './catalogue.ts'
import { daemonRoutes } from './daemon.ts'
import { dashboardRoute } from './dashboard.ts'
import { eventRoutes } from './events.ts'
import { laterRoutes } from './later.ts'
import { overviewRoutes } from './overview.ts'
import { orderRoutes } from './orders.ts'
import { pageRoutes } from './page.ts'
import { runbookRoute } from './runbook.ts'
import { shiftRoutes } from './shifts.ts'
import { startRoutes } from './start.ts'
import { stopRoutes } from './stop.ts'
import { validateRoutes } from './validate.ts'

export function registerRoutes(app: FastifyInstance, deps: AppDeps, lifetime: Lifetime): void {
  const typed = app.withTypeProvider<Typed>()
  startRoutes(typed, deps)
  shiftRoutes(typed, deps, lifetime)
  eventRoutes(typed, deps, lifetime)
  overviewRoutes(typed, deps, lifetime)
  orderRoutes(typed, deps)
  stopRoutes(typed, deps)
  catalogueRoutes(typed, deps)
  dashboardRoute(typed, deps.sluice)
  validateRoutes(typed, deps)
  laterRoutes(typed)
  daemonRoutes(typed, deps)
  runbookRoute(typed)
  pageRoutes(typed)
}
