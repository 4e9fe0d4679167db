/**
 * The schema of a migration document (CONTRACT 3).
 */
import Type, { type Static } from 'typebox'
import { CONTROLLERS, type ControllerName } from '../../core/migration.ts'
import { name, text } from './leaf.ts'
import { account, vars } from './account.ts'
import { gateSchema } from './gate.ts'
import { measure } from './metricParts.ts'
import { dnsRoute } from './dnsRoute.ts'
import { byType, closed, editorSchemaOf, type JsonSchema } from './section.ts'

const side = closed(
  {
    ...account,
    targetGroup: Type.String({ allowed: 'the ARN of a target group', description: 'ARN of the target group' }),
    vars,
    measure
  },
  { allowed: 'a side such as { targetGroup: ARN }' }
)

const OWNERS_ALLOWED = `true, false or a list of ${CONTROLLERS.join(', ')}`

const albRoute = closed({
  ...account,
  name: name('What the route is called; once in a migration'),
  type: Type.Literal('alb'),
  listener: Type.Optional(
    Type.String({
      allowed: 'the ARN of an ALB listener',
      description: 'ARN of the listener whose default action is moved'
    })
  ),
  rule: Type.Optional(
    Type.String({ allowed: 'the ARN of an ALB listener rule', description: 'ARN of the rule that is moved' })
  ),
  allowOwner: Type.Optional(
    Type.Unsafe<boolean | ControllerName[]>({
      ...byType(
        'array',
        { type: 'array', minItems: 1, uniqueItems: true, items: { enum: [...CONTROLLERS] }, allowed: OWNERS_ALLOWED },
        { type: 'boolean', allowed: OWNERS_ALLOWED }
      ),
      description: 'Controllers that may own what is moved, although they will write over it; true: all'
    })
  ),
  old: side,
  new: side
})

/** Types of the public surface that this version refuses. */
export const ROUTES_NOT_YET = ['nlb'] as const

const otherTypes = Type.Object({ type: Type.Enum([...ROUTES_NOT_YET], { not: {}, notAvailable: [] }) })

export type AlbRouteDocument = Static<typeof albRoute>
export type DnsRouteDocument = Static<typeof dnsRoute>
export type RouteDocument = AlbRouteDocument | DnsRouteDocument

const route = Type.Unsafe<RouteDocument>({
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [albRoute, dnsRoute, otherTypes],
  allowed: 'a route: a map with name, type, old and new'
})

export const migrationSchema = closed({
  apiVersion: Type.Literal('sluice/v1'),
  kind: Type.Literal('Migration'),
  name: name('What a start names it by'),
  description: text('For people', ''),
  versions: Type.Optional(
    closed(
      { from: text('For the report'), to: text('For the report') },
      { allowed: 'a map such as { from: "1.33", to: "1.34" }' }
    )
  ),
  defaults: closed(account, { default: {}, description: 'For every route and side that does not say otherwise' }),
  routes: Type.Array(route, {
    minItems: 1,
    allowed: 'a list of at least one route',
    description: 'All of them move together'
  }),
  gates: Type.Array(gateSchema, { default: [], description: "Gates of this migration, added to the policy's" })
})

export type MigrationDocument = Static<typeof migrationSchema>
export type AccountDocument = MigrationDocument['defaults']
export type SideDocument = AlbRouteDocument['old']
export type DnsSideDocument = DnsRouteDocument['old']

/** JSON Schema (2020-12) of a migration document, for editors. */
export function migrationJsonSchema(): JsonSchema {
  return editorSchemaOf(migrationSchema, 'Sluice migration')
}
