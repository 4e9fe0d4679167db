// The users' connections of a DNS route: a real keep-alive pool for each client, thrown away when the client connects anew.
// Decides nothing: client.ts says where to.

import { Agent } from 'node:http'
import type { Client, Clients } from './client.ts'
import { unmapped } from './loadBalancers.ts'

/** A way to a load balancer for one request. */
export interface Way {
  readonly url: string
  readonly agent: Agent
  /** The name that was looked up. */
  readonly host: string
  /** The request got no answer: the connection is of no use any more. */
  failed(): void
}

export interface Pools {
  /** For the next client; nothing where the name leads nowhere. */
  reach(): Promise<Way | undefined>
  close(): void
}

interface Pool {
  readonly generation: number
  readonly agent: Agent
}

export function createPools(clients: Clients, name: string, port: () => number): Pools {
  const pools = new Map<Client, Pool>()
  const poolFor = (client: Client, generation: number): Agent => {
    const known = pools.get(client)
    if (known !== undefined && known.generation >= generation) return known.agent
    if (known !== undefined) retire(known.agent)
    const agent = new Agent({ keepAlive: true })
    pools.set(client, { generation, agent })
    return agent
  }
  return {
    reach: async () => {
      const client = clients.next()
      const connection = await client.connect(name)
      if (connection === undefined) return undefined
      return {
        url: `http://${unmapped(connection.address)}:${port()}`,
        agent: poolFor(client, connection.generation),
        host: name,
        failed: () => client.drop(name)
      }
    },
    close: () => {
      for (const { agent } of pools.values()) agent.destroy()
    }
  }
}

/** What is under way ends; nothing is used again. */
function retire(agent: Agent): void {
  agent.maxFreeSockets = 0
  for (const sockets of Object.values(agent.freeSockets)) sockets?.forEach((socket) => socket.destroy())
}
