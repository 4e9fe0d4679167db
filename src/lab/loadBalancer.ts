// The load balancer's data plane: a real HTTP reverse proxy per listener that follows the rules in effect, request by
// request, and has every outcome counted. Never reads what the API tells: weights reach it only after the propagation delay.

import type { Agent, IncomingMessage, Server, ServerResponse } from 'node:http'
import { forwardOf } from './action.ts'
import { passOn } from './proxy.ts'
import type { Random } from './random.ts'
import type { Recorder } from './requestMetrics.ts'
import { drawGroup, routingAction, ruleFor } from './routing.ts'
import { labServer, listen, shut } from './server.ts'
import { stickyHeaders, stuckTo } from './stickiness.ts'
import type { TargetGroup } from './targetGroup.ts'
import { usableTargets } from './targetGroup.ts'
import type { Listener, LoadBalancer, World } from './world.ts'

export interface DataPlane {
  readonly world: World
  readonly record: Recorder
  readonly random: Random
  readonly agent: Agent
  /** After so long without an answer the target is given up with 504. */
  readonly targetTimeoutMs: number
}

/** Starts every listener of the load balancer; the answer stops them. */
export async function startLoadBalancer(loadBalancer: LoadBalancer, plane: DataPlane): Promise<() => Promise<void>> {
  const servers: Server[] = []
  for (const listener of loadBalancer.listeners) {
    const turns = new Map<string, number>()
    const server = labServer((request, response) => route({ loadBalancer, listener, plane, turns }, request, response))
    listener.port = await listen(server, listener.port, loadBalancer.host)
    servers.push(server)
  }
  return async () => {
    await Promise.all(servers.map(shut))
  }
}

interface At {
  readonly loadBalancer: LoadBalancer
  readonly listener: Listener
  readonly plane: DataPlane
  /** Round robin: how often each group has been used here. */
  readonly turns: Map<string, number>
}

function route(at: At, request: IncomingMessage, response: ServerResponse): void {
  const { plane, loadBalancer } = at
  const actions = plane.world.inEffect(ruleFor(at.listener, request.url ?? '/'))
  const forward = forwardOf(actions)
  if (forward === undefined) {
    answerFixed(at, routingAction(actions)?.settings?.['FixedResponseConfig'], response)
    return
  }
  const now = Date.now()
  const arn = stuckTo(forward, request.headers.cookie, now) ?? drawGroup(forward, plane.random)
  const group = arn === undefined ? undefined : plane.world.targetGroup(arn)
  const target = group && nextTarget(at.turns, group)
  if (group === undefined || target === undefined) {
    plane.record(loadBalancer, { elbStatus: 503 })
    elbAnswer(response, 503)
    return
  }
  const cookies = stickyHeaders(forward, group.arn, now)
  const passage = { pod: target, cookies, agent: plane.agent, timeoutMs: plane.targetTimeoutMs, elbAnswer }
  passOn(request, response, passage, (outcome) => plane.record(loadBalancer, { ...outcome, group }))
}

function nextTarget(turns: Map<string, number>, group: TargetGroup) {
  const usable = usableTargets(group)
  const turn = turns.get(group.arn) ?? 0
  turns.set(group.arn, turn + 1)
  return usable[turn % usable.length]?.pod
}

function answerFixed(at: At, config: unknown, response: ServerResponse): void {
  const fixed = typeof config === 'object' && config !== null ? (config as Readonly<Record<string, unknown>>) : {}
  const status = Number(fixed['StatusCode'] ?? 501)
  at.plane.record(at.loadBalancer, status >= 500 ? { elbStatus: status } : {})
  elbAnswer(response, status)
}

const titles: Readonly<Record<number, string>> = {
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out'
}

/** What a user sees when the load balancer answers by itself: no cluster header, AWS's server name. */
function elbAnswer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return
  const title = titles[status] ?? String(status)
  response.writeHead(status, { server: 'awselb/2.0', 'content-type': 'text/html' })
  response.end(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`
  )
}
