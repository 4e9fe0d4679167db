/**
 * The body of a CloudWatch dashboard for a migration, as PutDashboard takes it: for every route old beside new, and Sluice's own
 * percent on the same graph. Pure; asks AWS nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { routeWidgets, unknownRoute } from './dashboard/route.ts'
import { GRID, type Widget } from './dashboard/widget.ts'
import type { Migration } from './migration.ts'

const LEGEND = 'Old beside new for every route; the right axis is the percent of traffic on new, told by Sluice.'

export interface DashboardBody {
  readonly start: string
  readonly periodOverride: 'inherit'
  readonly widgets: readonly Widget[]
}

/**
 * Routes whose load balancers are not known yet (records, before any shift) get a sentence instead of graphs.
 * @param home the region of Sluice's own metrics; that of each route unless given
 */
export function dashboardOf(migration: Migration, home?: string): DashboardBody {
  const described = migration.description === '' ? [] : [migration.description]
  const widgets: Widget[] = [
    {
      type: 'text',
      x: 0,
      y: 0,
      width: GRID,
      height: 2 + described.length,
      properties: {
        markdown: [`# ${migration.name}`, ...described, LEGEND].join('\n\n')
      }
    }
  ]
  for (const route of migration.routes) {
    const y = Math.max(...widgets.map((widget) => widget.y + widget.height))
    const known = route.type === 'alb' || (route.old.loadBalancer !== null && route.new.loadBalancer !== null)
    widgets.push(
      ...(known
        ? routeWidgets({ migration: migration.name, route, home: home ?? route.account.region }, y)
        : unknownRoute(route, y))
    )
  }
  return { start: '-PT3H', periodOverride: 'inherit', widgets }
}
