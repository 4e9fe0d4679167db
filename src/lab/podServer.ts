// One pod: a real HTTP server on loopback that answers as its cluster's behaviour says. Keeps its port over a crash, and
// never knows which target groups it is registered in.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Behaviour } from './behaviour.ts'
import { planAnswer } from './behaviour.ts'
import type { Random } from './random.ts'
import { labServer, listen, loopback, shut } from './server.ts'

export const healthPath = '/healthz'
/** The header by which a user (and the traffic generator) sees which cluster answered. */
export const clusterHeader = 'x-lab-cluster'

export interface Pod {
  readonly name: string
  readonly host: string
  readonly port: number
  up(): boolean
  /** Requests that it has and has not answered, health checks apart. */
  open(): number
  /** Pulls the plug: connections are reset, new ones refused. */
  crash(): Promise<void>
  /** Brings it back on the same port. */
  start(): Promise<void>
}

interface PodOptions {
  readonly name: string
  readonly cluster: string
  readonly behaviour: () => Behaviour
  readonly random: Random
}

export async function startPod(options: PodOptions): Promise<Pod> {
  let open = 0
  const server = labServer((request, response) => {
    if (request.url !== healthPath) {
      open += 1
      response.once('close', () => {
        open -= 1
      })
    }
    answer(options, request, response)
  })
  const port = await listen(server)
  return {
    name: options.name,
    host: loopback,
    port,
    up: () => server.listening,
    open: () => open,
    crash: async () => {
      if (server.listening) await shut(server)
    },
    start: async () => {
      if (!server.listening) await listen(server, port)
    }
  }
}

function answer(options: PodOptions, request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const path = request.url ?? '/'
  const behaviour = options.behaviour()
  const headers = { [clusterHeader]: options.cluster, 'x-lab-target': options.name, 'content-type': 'application/json' }
  const send = (status: number): void => {
    response.writeHead(status, headers)
    response.end(status === 204 || status === 304 ? undefined : `{"cluster":"${options.cluster}","status":${status}}\n`)
  }
  if (path === healthPath) {
    send(behaviour.healthy ? 200 : 503)
    return
  }
  const plan = planAnswer(behaviour, path, options.random)
  if (plan.never) return
  const timer = setTimeout(send, plan.afterMs, plan.status)
  response.once('close', () => clearTimeout(timer))
}
