// The AWSALBTG cookie of rule-level stickiness: it names a target group and outranks the weights until it expires. Never
// binds a user to a group that has left the action.

import type { Forward } from './action.ts'

export const stickyCookie = 'AWSALBTG'

/** The group a request is stuck to, if stickiness is on, the cookie is in date and its group is still in the action. */
export function stuckTo(forward: Forward, cookieHeader: string | undefined, now: number): string | undefined {
  if (!forward.stickiness.enabled || cookieHeader === undefined) return undefined
  const token = valueOf(cookieHeader, stickyCookie) ?? valueOf(cookieHeader, `${stickyCookie}CORS`)
  if (token === undefined) return undefined
  const [expiresAt, arn] = Buffer.from(token, 'base64url').toString('utf8').split(' ')
  if (arn === undefined || Number(expiresAt) <= now) return undefined
  return forward.groups.some((group) => group.arn === arn) ? arn : undefined
}

/** Both cookies, renewed with every answer: an active user stays stuck beyond one nominal duration. */
export function stickyHeaders(forward: Forward, arn: string, now: number): readonly string[] {
  const { enabled, seconds } = forward.stickiness
  if (!enabled || seconds === undefined) return []
  const expiresAt = now + seconds * 1000
  const token = Buffer.from(`${expiresAt} ${arn}`).toString('base64url')
  const rest = `Expires=${new Date(expiresAt).toUTCString()}; Path=/`
  return [`${stickyCookie}=${token}; ${rest}`, `${stickyCookie}CORS=${token}; ${rest}; SameSite=None; Secure`]
}

function valueOf(cookieHeader: string, name: string): string | undefined {
  for (const part of cookieHeader.split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return undefined
}
