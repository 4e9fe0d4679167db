/**
 * What browsers are told of every answer: nothing may be loaded, framed, sniffed or kept. A page that needs more says so itself
 * (the docs, the page for on-call). Transport security is not ours to promise: TLS stands in front of the daemon.
 */
import type { FastifyHelmetOptions } from '@fastify/helmet'

export const HELMET: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"]
    }
  },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  frameguard: { action: 'deny' },
  hsts: false
}

/** Of an answer that is given before any hook runs: to a path that cannot even be read. */
export const BARE: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store'
}
