// The few lines every HTTP server of the lab shares. Never listens anywhere but on loopback.

import { gunzipSync } from 'node:zlib'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const loopback = '127.0.0.1'

/** A server whose idle connections stay open: a keep-alive connection closed between two requests would look like a 502 of the cluster. */
export function labServer(handler: RequestListener): Server {
  const server = createServer(handler)
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  return server
}

export async function listen(server: Server, port = 0, host = loopback): Promise<number> {
  if (!host.startsWith('127.')) throw new Error(`the lab listens on loopback only, not on ${host}`)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

/** Ends the server and every connection at once: the lab goes down like a pulled plug, not like a graceful daemon. */
export async function shut(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  // SDKs compress what they report to CloudWatch from 10 kB on.
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body, null, 2)}\n`)
}
