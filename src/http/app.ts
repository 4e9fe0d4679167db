/**
 * The HTTP face as a Fastify instance that listens nowhere (server.ts does). It translates: requests into calls of the engine,
 * its answers into JSON, errors into problem documents. It decides nothing about traffic.
 */
import { randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import fastify, { type FastifyHttpOptions, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Server } from 'node:http'
import { neededRole } from './access.ts'
import { makeRouteIndex, unrouted } from './allow.ts'
import { ANONYMOUS, authenticator, demandRole, type Authenticate, type Caller } from './auth.ts'
import type { AppDeps } from './deps.ts'
import { parseJson } from './json.ts'
import { makeLifetime, type Lifetime } from './lifetime.ts'
import { guardAnonymous } from './loopback.ts'
import { registerOpenapi } from './openapi.ts'
import { asShiftError, sendProblem } from './problem.ts'
import { registerRateLimits, type RateLimits } from './rateLimit.ts'
import { BARE, HELMET } from './securityHeaders.ts'
import { requestCheck } from './validation.ts'
import { registerRoutes } from './routes/routes.ts'
import { refuseBadConnection } from './badConnection.ts'
import { COMPONENTS } from './schemas/components.ts'
import { ShiftError } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'

/** 256 KiB. */
export const BODY_LIMIT = 262_144

/** Every option that the daemon relies on stands here, whatever the framework's defaults are. */
function options(): FastifyHttpOptions<Server> {
  return {
    logger: false,
    bodyLimit: BODY_LIMIT,
    /** Slow senders are cut off; answers (waits, streams) may take as long as they like. */
    requestTimeout: 30_000,
    http: { connectionsCheckingInterval: 5_000 },
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
      reply.headers(BARE)
      void sendProblem(reply, new ShiftError('not_found', `${shown} is no path that is served here`))
    }
  }
}

/** The guard of the mode without tokens, who is calling, and how often: in this order, before a body is read. */
function addGuards(app: FastifyInstance, { auth }: AppDeps, limits: () => RateLimits): void {
  const index = makeRouteIndex()
  const authenticate = authenticator(auth)
  const anonymous = auth.tokens.length === 0
  app.addHook('onRoute', (route) => {
    index.add(route.method, route.url)
    const role = neededRole(route.url, route.config?.access, auth)
    const check = requestCheck(
      route.url.startsWith('/docs') ? { querystring: { type: 'object' } } : (route.schema ?? {})
    )
    const enter = async (request: FastifyRequest) => {
      request.caller = role === null ? ANONYMOUS : await known(request, authenticate, limits())
      if (role !== null) demandRole(request.caller, role, `${String(route.method)} ${route.url}`)
      await limits().calling(request)
    }
    route.onRequest = [enter, ...[route.onRequest ?? []].flat()]
    route.preHandler = [async (request) => check(request), ...[route.preHandler ?? []].flat()]
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-request-id', request.id)
    if (anonymous) guardAnonymous(request.method, request.headers)
    if (request.is404) throw unrouted(index, request.method, request.url)
  })
  app.setNotFoundHandler(async (request) => {
    throw unrouted(index, request.method, request.url)
  })
}

/** Who calls. Too many wrong tokens are counted, and told to wait; a right one is let in whatever came before it. */
async function known(request: FastifyRequest, authenticate: Authenticate, limits: RateLimits): Promise<Caller> {
  try {
    return authenticate(request.headers.authorization)
  } catch (error) {
    if (request.headers.authorization !== undefined) await limits.wrongToken(request)
    throw error
  }
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
  addErrors(app, deps.log)
  addRequestLog(app, deps.log)
  addSchemas(app)
  app.decorateRequest('caller')
  app.register(helmet, HELMET)
  const limits = registerRateLimits(app, deps.clock)
  // After helmet: also what a guard refuses carries its headers.
  app.after(() => addGuards(app, deps, limits))
  registerOpenapi(app)
  app.register(async (scope) => registerRoutes(scope, deps, lifetime))
  app.addHook('preClose', async () => lifetime.close())
  return Object.assign(app, { lifetime })
}
