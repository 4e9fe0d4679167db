/**
 * Listens, and closes gracefully: answers under way are finished, waits and streams are ended, and after the deadline what is
 * left is cut. It moves no traffic.
 */
import { rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Ms } from '../core/time.ts'

export interface ListenConfig {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Where `announce` writes the URL, for those who asked for any port; null: nowhere. */
  readonly addressFile: string | null
}

export interface Server {
  readonly url: string
  /** Writes the URL to `addressFile`. Rejects where that can't be written. */
  announce(): Promise<void>
  /** Idempotent. Resolves within `withinMs` and a moment. */
  close(withinMs: Ms): Promise<void>
}

const CONNECTIONS_MAX = 4096
/** How long a client may take for the head of a request. */
const HEADERS_TIMEOUT_MS: Ms = 20_000

function urlOf({ address, family, port }: AddressInfo): string {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return family === 'IPv6' ? `http://[${reachable}]:${port}` : `http://${reachable}:${port}`
}

async function closeWithin(app: FastifyInstance, clock: Clock, withinMs: Ms): Promise<void> {
  const patience = new AbortController()
  const late = clock.sleep(withinMs, patience.signal).then(() => {
    if (!patience.signal.aborted) app.server.closeAllConnections()
  })
  await app.close()
  patience.abort()
  await late
}

/** Starts to listen. Rejects where the address is taken or not ours. */
export async function listen(app: FastifyInstance, config: ListenConfig, clock: Clock): Promise<Server> {
  app.server.maxConnections = CONNECTIONS_MAX
  app.server.headersTimeout = HEADERS_TIMEOUT_MS
  await app.listen({ host: config.host, port: config.port })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port')
  const url = urlOf(address)
  const { addressFile } = config
  let closing: Promise<void> | null = null
  const close = async (withinMs: Ms) => {
    // The file goes first: it must never name a port that somebody else may take.
    if (addressFile !== null) await rm(addressFile, { force: true })
    await closeWithin(app, clock, withinMs)
  }
  const announce = async () => {
    if (addressFile !== null) await writeFile(addressFile, `${url}\n`)
  }
  return { url, announce, close: (withinMs) => (closing ??= close(withinMs)) }
}
