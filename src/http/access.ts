/**
 * Who may use a route, said by the route itself. A route that says nothing is not served at all.
 */
import type { AuthConfig, Caller, Role } from './auth.ts'

/** `public` needs no token; `metrics` is as the configuration says. */
export type Access = 'public' | 'metrics' | Role

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    caller: Caller
  }
}

const DOCS = /^\/docs(?:\/|$)/

/** The role that a route needs, or null where it needs no token. Throws where a route forgot to say. */
export function neededRole(url: string, access: Access | undefined, auth: AuthConfig): Role | null {
  if (DOCS.test(url)) return null
  if (access === undefined) throw new Error(`the route ${url} does not say who may use it`)
  if (access === 'public') return null
  if (access === 'metrics') return auth.metrics === 'token' ? 'viewer' : null
  return access
}
