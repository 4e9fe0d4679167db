// The users: an open-loop generator that sends at its rate whether or not answers come, over keep-alive connections, some of
// them keeping cookies, some of them by way of DNS. It only sends and records; it never slows down out of pity.

import { Agent, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Way } from './dns/pools.ts'
import { clusterHeader } from './podServer.ts'
import type { TrafficRecord } from './trafficRecord.ts'
import { createTrafficRecord } from './trafficRecord.ts'

export interface TrafficRoute {
  readonly name: string
  readonly path: string
}

export interface TrafficOptions {
  /** The base URL of a listener, without a path. */
  readonly url: () => string
  readonly routes: readonly TrafficRoute[]
  /** Routes that begin with a name instead of `url`: where the next request goes; nothing where the name leads nowhere. */
  readonly ways?: Readonly<Record<string, () => Promise<Way | undefined>>>
  readonly rps: number
  /** So many users keep their cookies and take turns; 0 = every request is a stranger's. */
  readonly users: number
  readonly timeoutMs: number
}

export interface Traffic {
  readonly record: TrafficRecord
  rps(): number
  setRps(rps: number): void
  setUsers(users: number): void
  /** Sends one request now and tells what came back; recorded like the others. */
  sendOne(path?: string, user?: number): Promise<{ readonly status: number; readonly side: string }>
  close(): void
}

const tickMs = 10
/** Beyond this many open requests users are turned away: recorded as errors without an answer. */
const mostOpen = 2000

type Jar = Map<string, string>

export function startTraffic(options: TrafficOptions): Traffic {
  const record = createTrafficRecord()
  const agent = new Agent({ keepAlive: true, maxSockets: mostOpen })
  const jars = new Map<number, Jar>()
  let rps = options.rps
  let users = options.users
  let sent = 0
  let owed = 0
  let last = performance.now()

  const sendOne: Traffic['sendOne'] = async (path, user) => {
    const route = routeFor(options.routes, path, sent)
    const jar = user === undefined ? undefined : jarFor(jars, user)
    const at = Date.now()
    const startedAt = performance.now()
    const answer = await send(options, route, agent, jar)
    record.add({ at, route: route.name, path: route.path, ms: performance.now() - startedAt, ...answer })
    return answer
  }
  let open = 0
  const sendNext = (): void => {
    const user = users > 0 ? sent % users : undefined
    sent += 1
    if (open >= mostOpen) {
      record.add({ at: Date.now(), route: 'none', path: '', side: 'none', status: 0, ms: 0 })
      return
    }
    open += 1
    void sendOne(undefined, user).finally(() => {
      open -= 1
    })
  }
  const timer = setInterval(() => {
    const now = performance.now()
    // After a stall of the process at most one second's worth is made up for.
    owed = Math.min(owed + ((now - last) * rps) / 1000, Math.max(rps, 1))
    last = now
    for (; owed >= 1; owed -= 1) sendNext()
  }, tickMs)

  return {
    record,
    rps: () => rps,
    setRps: (next) => {
      if (!(next >= 0 && next <= 5000)) throw new Error(`rps: ${next} is not between 0 and 5000`)
      rps = next
    },
    setUsers: (next) => {
      users = next
      jars.clear()
    },
    sendOne,
    close: () => {
      clearInterval(timer)
      agent.destroy()
    }
  }
}

function routeFor(routes: readonly TrafficRoute[], path: string | undefined, turn: number): TrafficRoute {
  const known = path === undefined ? routes[turn % routes.length] : routes.find((route) => route.path === path)
  return known ?? { name: 'other', path: path ?? '/' }
}

function jarFor(jars: Map<number, Jar>, user: number): Jar {
  const jar = jars.get(user) ?? new Map<string, string>()
  jars.set(user, jar)
  return jar
}

interface Got {
  readonly status: number
  readonly side: string
}

const nothing: Got = { status: 0, side: 'none' }

async function send(options: TrafficOptions, route: TrafficRoute, agent: Agent, jar: Jar | undefined): Promise<Got> {
  const { timeoutMs, ways = {} } = options
  const find = ways[route.name]
  if (find === undefined) return await exchange({ url: new URL(route.path, options.url()), agent, jar, timeoutMs })
  const way = await find()
  if (way === undefined) return nothing
  const { host } = way
  const got = await exchange({ url: new URL(route.path, way.url), agent: way.agent, jar, timeoutMs, host })
  if (got.status === 0) way.failed()
  return got
}

interface Exchange {
  readonly url: URL
  readonly agent: Agent
  readonly jar: Jar | undefined
  readonly timeoutMs: number
  /** The name that was looked up, where the URL has the address. */
  readonly host?: string
}

async function exchange({ url, agent, jar, timeoutMs, host }: Exchange): Promise<Got> {
  return await new Promise<Got>((resolve) => {
    const cookie = jar === undefined ? '' : [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie === '' ? {} : { cookie }), ...(host === undefined ? {} : { host }) }
    const asked = httpRequest(url, { agent, headers }, (response) => {
      keepCookies(response, jar)
      const side = response.headers[clusterHeader]
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, side: typeof side === 'string' ? side : 'none' })
      )
      response.on('error', () => resolve(nothing))
      response.resume()
    })
    asked.setTimeout(timeoutMs, () => asked.destroy(new Error('no answer in time')))
    asked.on('error', () => resolve(nothing))
    asked.end()
  })
}

function keepCookies(response: IncomingMessage, jar: Jar | undefined): void {
  for (const line of jar === undefined ? [] : (response.headers['set-cookie'] ?? [])) {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    jar?.set(pair.slice(0, at), pair.slice(at + 1))
  }
}
