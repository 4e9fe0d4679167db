/**
 * Who is calling and what that token may do. Tokens are compared as SHA-256 digests in constant time; a token itself is never
 * kept, logged or put into an error.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { ShiftError } from '../errors.ts'

/** Each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface TokenConfig {
  readonly name: string
  readonly role: Role
  /** Hex SHA-256 of the token. */
  readonly sha256: string
  /** May act `onBehalfOf` somebody. */
  readonly delegate: boolean
}

/** `server.auth` of the configuration. Without tokens everybody who reaches the (loopback) port may do everything. */
export interface AuthConfig {
  readonly tokens: readonly TokenConfig[]
  readonly metrics: 'open' | 'token'
}

export interface Caller {
  readonly name: string
  readonly role: Role
  readonly delegate: boolean
}

/** Who calls where no tokens are configured. */
export const ANONYMOUS: Caller = { name: 'anonymous', role: 'admin', delegate: false }

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i

/** Who sent this Authorization header. */
export type Authenticate = (authorization: string | undefined) => Caller

/** The caller for an Authorization header; throws `unauthorized` where tokens are configured and this is none of them. */
export function authenticator(config: AuthConfig): Authenticate {
  if (config.tokens.length === 0) return () => ANONYMOUS
  const known = config.tokens.map((token) => ({
    digest: Buffer.from(token.sha256, 'hex'),
    caller: { name: token.name, role: token.role, delegate: token.delegate }
  }))
  return (authorization) => {
    if (authorization === undefined) throw new ShiftError('unauthorized', 'send "Authorization: Bearer <token>"')
    const presented = BEARER.exec(authorization)?.[1]
    if (presented === undefined) {
      throw new ShiftError('unauthorized', 'the Authorization header is not of the form "Bearer <token>"')
    }
    const digest = createHash('sha256').update(presented).digest()
    // Every digest is compared, also after a hit: the time taken must not tell which one it was.
    let found: Caller | null = null
    for (const each of known) {
      if (each.digest.length === digest.length && timingSafeEqual(each.digest, digest)) found = each.caller
    }
    if (!found) throw new ShiftError('unauthorized', 'this token is not known')
    return found
  }
}

/** Throws `forbidden` where the caller's role is less than `needed`. `what` completes "… needs the role X". */
export function demandRole(caller: Caller, needed: Role, what: string): void {
  if (ROLES.indexOf(caller.role) >= ROLES.indexOf(needed)) return
  throw new ShiftError('forbidden', `${what} needs the role ${needed}; ${caller.name} has the role ${caller.role}`)
}

/** The name that goes into the decision log. Acting for somebody else needs a delegate token and is told. */
export function actorOf(caller: Caller, onBehalfOf: string | undefined): string {
  if (onBehalfOf === undefined) return caller.name
  if (!caller.delegate) {
    throw new ShiftError('forbidden', `onBehalfOf needs a token with "delegate: true"; ${caller.name} has none`)
  }
  return `${caller.name} (on behalf of ${onBehalfOf})`
}
