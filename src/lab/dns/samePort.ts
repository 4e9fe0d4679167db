// Starts load balancers whose names are in DNS on one port that is free on every one of their addresses: an address record has
// no room for a port. Never listens anywhere but on loopback.

import type { LoadBalancer } from '../world.ts'

const attempts = 20

type Start = (loadBalancer: LoadBalancer) => Promise<() => Promise<void>>

/** The first gets any port, the others must get the same; where one of them cannot, all begin again with another. */
export async function startOnOnePort(list: readonly LoadBalancer[], start: Start): Promise<() => Promise<void>> {
  const listeners = list.flatMap((one) => one.listeners.slice(0, 1))
  // A spec that names its ports has chosen.
  const free = listeners.filter((one) => one.port === 0)
  for (let attempt = 1; ; attempt += 1) {
    const stops: (() => Promise<void>)[] = []
    const stop = async (): Promise<void> => {
      await Promise.all(stops.map((one) => one()))
    }
    try {
      for (const one of list) {
        stops.push(await start(one))
        for (const other of free) other.port = listeners[0]?.port ?? 0
      }
      return stop
    } catch (error) {
      await stop()
      for (const one of free) one.port = 0
      if (attempt === attempts || codeOf(error) !== 'EADDRINUSE') throw explained(error, list)
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Not every system has all of 127.0.0.0/8 on its loopback interface. */
function explained(error: unknown, list: readonly LoadBalancer[]): unknown {
  if (codeOf(error) !== 'EADDRNOTAVAIL') return error
  const hosts = list.map((one) => one.host)
  return new Error(
    `the lab's DNS needs the loopback addresses ${hosts.join(' and ')}; on macOS: ifconfig lo0 alias ADDRESS`
  )
}
