/**
 * Guards the mode without tokens, in which any web page that the operator opens could otherwise talk to the daemon: by a name
 * that resolves to loopback (DNS rebinding), or by a form or fetch from a foreign page (CSRF). It never trusts a proxy header.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { ShiftError } from '../errors.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** True for localhost, *.localhost, 127.0.0.0/8 and ::1, each with or without a port. */
export function isLoopbackHost(host: string): boolean {
  let name: string
  try {
    name = new URL(`http://${host}`).hostname
  } catch {
    return false
  }
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name)
}

function isSameOrigin(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === new URL(`http://${host}`).host
  } catch {
    return false
  }
}

/** Throws `forbidden` for a request that did not come from this machine's own user. */
export function guardAnonymous(method: string, headers: IncomingHttpHeaders): void {
  const host = headers.host ?? ''
  if (!isLoopbackHost(host)) {
    throw new ShiftError(
      'forbidden',
      `Host ${JSON.stringify(host.slice(0, 100))} is not loopback; without tokens only localhost, 127.0.0.0/8 and [::1] are served`
    )
  }
  if (SAFE_METHODS.includes(method)) return
  const { origin } = headers
  if (origin !== undefined && !isSameOrigin(origin, host)) {
    throw new ShiftError(
      'forbidden',
      `Origin ${JSON.stringify(origin.slice(0, 100))} is foreign; allowed: none, or the one of ${JSON.stringify(host)}`
    )
  }
  if (headers['sec-fetch-site'] === 'cross-site') {
    throw new ShiftError('forbidden', 'Sec-Fetch-Site "cross-site" is foreign; allowed: same-origin, or none')
  }
}
