/**
 * The HTTP face as a Fastify instance that listens nowhere (server.ts does). It translates: requests into calls of the engine,
 * its answers into JSON, errors into problem documents. It decides nothing about traffic.
 */
import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { neededRole } from './access.ts'
import { makeRouteIndex, unrouted } from './allow.ts'
import { ANONYMOUS, authenticator, demandRole } from './auth.ts'
import type { AppDeps } from './deps.ts'
import { parseJson } from './json.ts'
import { makeLifetime, type Lifetime } from './lifetime.ts'
import { guardAnonymous } from './loopback.ts'
import { registerOpenapi } from './openapi.ts'
import { asShiftError, sendProblem } from './problem.ts'
import { requestCheck } from './validation.ts'
import { registerRoutes } from './routes/routes.ts'
import { refuseBadConnection } from './badConnection.ts'
import { COMPONENTS } from './schemas/components.ts'
import { ShiftError } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'

/** 256 KiB. */
export const BODY_LIMIT = 262_144

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store'
}

/** Every option that the daemon relies on stands here, whatever the framework's defaults are. */
function options(): FastifyServerOptions {
  return {
    logger: false,
    bodyLimit: BODY_LIMIT,
    /** Slow senders are cut off; answers (waits, streams) may take as long as they like. */
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    trustProxy: false,
    exposeHeadRoutes: true,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    routerOptions: {
      /** Ids of any length are looked up, and not found; Node bounds the whole head of a request. */
      maxParamLength: 16_384,
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      allowUnsafeRegex: false
    },
    clientErrorHandler: refuseBadConnection,
    frameworkErrors: (_error, request, reply) => {
      const shown = request.url.slice(0, 200)
      reply.headers(SECURITY_HEADERS)
      void sendProblem(reply, new ShiftError('not_found', `${shown} is no path that is served here`))
    }
  }
}

/** Headers, the guard of the mode without tokens, and who is calling: in this order, before a body is read. */
function addGuards(app: FastifyInstance, { auth }: AppDeps): void {
  const index = makeRouteIndex()
  const authenticate = authenticator(auth)
  const anonymous = auth.tokens.length === 0
  app.decorateRequest('caller')
  app.addHook('onRoute', (route) => {
    index.add(route.method, route.url)
    const role = neededRole(route.url, route.config?.access, auth)
    const check = requestCheck(
      route.url.startsWith('/docs') ? { querystring: { type: 'object' } } : (route.schema ?? {})
    )
    const enter = async (request: FastifyRequest) => {
      request.caller = role === null ? ANONYMOUS : authenticate(request.headers.authorization)
      if (role !== null) demandRole(request.caller, role, `${String(route.method)} ${route.url}`)
    }
    route.onRequest = [enter, ...[route.onRequest ?? []].flat()]
    route.preHandler = [async (request) => check(request), ...[route.preHandler ?? []].flat()]
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id)
    if (anonymous) guardAnonymous(request.method, request.headers)
    if (request.is404) throw unrouted(index, request.method, request.url)
  })
  app.setNotFoundHandler(async (request) => {
    throw unrouted(index, request.method, request.url)
  })
}

function addErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = asShiftError(thrown, request)
    if (error.code === 'internal') {
      const route = request.routeOptions.url ?? 'none'
      log.error(
        { err: error.cause ?? error, method: request.method, path: route, requestId: request.id },
        'request failed'
      )
    }
    return sendProblem(reply, error)
  })
}

function addRequestLog(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    log.debug(
      {
        method: request.method,
        path: route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        requestId: request.id
      },
      'request answered'
    )
  })
}

function addSchemas(app: FastifyInstance): void {
  for (const schema of COMPONENTS) app.addSchema(schema)
  // Requests are checked by requestCheck, whole; answers are written as they are, so that a schema can never drop a field.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, text: string | Buffer) => parseJson(text.toString())
  )
}

/**
 * An instance with every route, ready to be injected or given to `listen`. Closing it ends waits and streams.
 */
export function buildApp(deps: AppDeps): FastifyInstance & { readonly lifetime: Lifetime } {
  const app = fastify(options())
  const lifetime = makeLifetime()
  addGuards(app, deps)
  addErrors(app, deps.log)
  addRequestLog(app, deps.log)
  addSchemas(app)
  registerOpenapi(app)
  app.register(async (scope) => registerRoutes(scope, deps, lifetime))
  app.addHook('preClose', async () => lifetime.close())
  return Object.assign(app, { lifetime })
}
