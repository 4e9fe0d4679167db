/**
 * The OpenAPI 3.1 document, made from the schemas that validate, and its pages at /docs.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { VERSION } from './version.ts'

/** What the docs page may load: only what this daemon serves. */
const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const TAGS = [
  { name: 'shifts', description: 'One gradual move of traffic from old to new' },
  { name: 'orders', description: 'What people may order of a running shift' },
  { name: 'stop', description: 'The red button' },
  { name: 'catalogue', description: 'Policies and migrations on disk' },
  { name: 'looking ahead', description: 'Not available in this version' },
  { name: 'daemon', description: 'Health, metrics, errors' }
]

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A body of which nothing is required may be left out; the generator says that every body is required. */
function markOptionalBodies(document: Record<string, unknown>): void {
  const paths = isRecord(document['paths']) ? document['paths'] : {}
  for (const path of Object.values(paths)) {
    for (const operation of Object.values(isRecord(path) ? path : {})) {
      const body = isRecord(operation) ? operation['requestBody'] : undefined
      const content = isRecord(body) ? body['content'] : undefined
      const media = isRecord(content) ? content['application/json'] : undefined
      const schema = isRecord(media) ? media['schema'] : undefined
      if (isRecord(body) && isRecord(schema) && schema['type'] === 'object' && schema['required'] === undefined) {
        body['required'] = false
      }
    }
  }
}

/** Must be registered before the routes that it shall describe. */
export function registerOpenapi(app: FastifyInstance): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sluice',
        version: VERSION,
        description: 'Moves live traffic from an old Kubernetes cluster to a new one, and takes it back by itself.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      servers: [{ url: '/' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'Needed once tokens are configured' }
        }
      },
      security: [{ bearer: [] }]
    },
    convertConstToEnum: false,
    stripBasePath: false,
    exposeHeadRoutes: false,
    hideUntagged: false,
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `schema${index}`
    },
    transformObject: (made) => {
      const document: Record<string, unknown> = 'openapiObject' in made ? { ...made.openapiObject } : {}
      markOptionalBodies(document)
      return document
    }
  })
  app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    uiConfig: { deepLinking: true, persistAuthorization: false, validatorUrl: null },
    theme: { title: 'Sluice API' }
  })
}
