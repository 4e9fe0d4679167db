// The lab's own HTTP API, for a person or a script while it runs: what there is, and what shall go wrong now. Not an AWS API,
// and not the daemon's.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlRoutes } from './controlRoutes.ts'
import type { Controlled } from './controlRoutes.ts'
import { dnsRoutes } from './dns/control.ts'
import { labServer, listen, loopback, readBody, sendJson, shut } from './server.ts'

const routes = { ...controlRoutes, ...dnsRoutes }

export interface Control {
  readonly url: string
  close(): Promise<void>
}

export async function startControl(lab: Controlled, port: number): Promise<Control> {
  const server = labServer((request, response) => void serve(lab, request, response))
  const bound = await listen(server, port)
  return { url: `http://${loopback}:${bound}`, close: () => shut(server) }
}

async function serve(lab: Controlled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://lab')
    const [root, resource = '', name = '', verb = ''] = url.pathname.split('/').slice(1).map(decodeURIComponent)
    const method = request.method ?? 'GET'
    const found =
      root === 'lab' ? routes[`${method} ${[resource, name && ':name', verb].filter(Boolean).join('/')}`] : undefined
    if (found === undefined) {
      sendJson(response, 404, { error: `no ${method} ${url.pathname}`, known: Object.keys(routes).map(shown) })
      return
    }
    const body = await readBody(request)
    const input: unknown = body === '' ? {} : JSON.parse(body)
    if (typeof input !== 'object' || input === null) throw new Error('the body must be a JSON object')
    const answer = await found(lab, {
      name,
      query: url.searchParams,
      input: input as Readonly<Record<string, unknown>>
    })
    sendJson(response, 200, answer)
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) })
  }
}

const shown = (key: string): string => key.replace(' ', ' /lab/').replace(/\/$/, '')
