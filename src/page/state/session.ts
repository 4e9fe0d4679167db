/**
 * Who sits here. The token lives in this tab's session storage and goes out in the Authorization header only: never in an
 * address, never to another origin.
 */
import { makeStore } from './store.ts'

const KEY = 'sluice-token'
const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface Me {
  readonly name: string
  readonly role: Role
  /** Tokens are configured. */
  readonly tokens: boolean
}

export const token = makeStore(sessionStorage.getItem(KEY) ?? '')
/** Null until the daemon has said who this is. */
export const me = makeStore<Me | null>(null)
/** The daemon wants a token, and this one, if any, is none of its own. */
export const needsToken = makeStore(false)

export function signIn(text: string): void {
  sessionStorage.setItem(KEY, text)
  token.set(text)
  needsToken.set(false)
}

export function signOut(): void {
  sessionStorage.removeItem(KEY)
  token.set('')
  me.set(null)
  needsToken.set(true)
}

export function refused(): void {
  me.set(null)
  needsToken.set(true)
}

export function mayAct(who: Me | null): boolean {
  return who !== null && ROLES.indexOf(who.role) >= ROLES.indexOf('operator')
}
