/**
 * What certificate a load balancer shows to those who ask for the record's name: the one question that no AWS API answers for sure.
 * Opens one connection, sends no request, trusts nothing that it hears.
 */
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Call } from '../../core/call.ts'
import type { Instant, Ms } from '../../core/time.ts'
import type { Clock } from '../../clock.ts'

export interface Door {
  readonly host: string
  readonly port: number
  /** The name that clients will ask for. */
  readonly servername: string
}

export type Shown =
  | { readonly kind: 'certificate'; readonly fits: boolean; readonly names: string; readonly validTo: Instant }
  /** Nobody answered, or not in TLS. */
  | { readonly kind: 'nothing'; readonly detail: string }

/** Never rejects. */
export type Handshake = (door: Door, call: Call) => Promise<Shown>

const LONGEST_MS: Ms = 4_000

export function tlsHandshake(clock: Clock): Handshake {
  return async (door, call) => {
    const limit = clock.timeout(Math.max(0, Math.min(LONGEST_MS, call.deadlineAt - clock.now())), call.signal)
    try {
      return await shake(door, limit.signal)
    } finally {
      limit.clear()
    }
  }
}

function shake({ host, port, servername }: Door, signal: AbortSignal): Promise<Shown> {
  return new Promise((resolve) => {
    // Chains of a company's own authority are not ours to judge: name and dates are.
    const socket = connect({ host, port, servername, rejectUnauthorized: false })
    const end = (shown: Shown) => {
      signal.removeEventListener('abort', late)
      socket.destroy()
      resolve(shown)
    }
    const late = () => end({ kind: 'nothing', detail: `${host}:${port} did not answer in time` })
    socket.once('error', (error) => end({ kind: 'nothing', detail: `${host}:${port}: ${error.message}` }))
    socket.once('secureConnect', () => end(shownBy(socket, servername)))
    if (signal.aborted) late()
    else signal.addEventListener('abort', late, { once: true })
  })
}

function shownBy(socket: TLSSocket, servername: string): Shown {
  const certificate: PeerCertificate = socket.getPeerCertificate()
  if (Object.keys(certificate).length === 0) return { kind: 'nothing', detail: 'no certificate was shown' }
  return {
    kind: 'certificate',
    fits: checkServerIdentity(servername, certificate) === undefined,
    names: certificate.subjectaltname ?? String(certificate.subject?.CN ?? ''),
    validTo: Date.parse(certificate.valid_to)
  }
}
