// The authoritative name server's sockets: UDP and TCP on one port of loopback. Reads, asks the authority, writes; never knows
// a record.

import type { Socket as UdpSocket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { loopback } from '../server.ts'
import type { Authority } from './authority.ts'
import type { Query } from './packet.ts'
import { formatError, readQuery, writeReply } from './packet.ts'
import type { Reply } from './reply.ts'
import { notImplemented, refused, serverFailure } from './reply.ts'

export interface DnsServer {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

const idleMs = 10_000
const attempts = 20

export async function startDnsServer(authority: Authority, port = 0): Promise<DnsServer> {
  for (let attempt = 1; ; attempt += 1) {
    const open = new Set<Socket>()
    const tcp = createServer((socket) => serveTcp(authority, socket, open))
    await listening(tcp, port)
    const bound = (tcp.address() as AddressInfo).port
    const udp = await udpOn(bound)
    if (udp === undefined) {
      // The free TCP port was somebody's UDP port.
      await closed(tcp, open)
      if (port !== 0 || attempt === attempts) throw new Error(`port ${bound} is not free for DNS over UDP`)
      continue
    }
    udp.on('message', (bytes, from) => {
      const reply = respond(authority, bytes, 'udp')
      if (reply !== undefined) udp.send(reply, from.port, from.address, () => undefined)
    })
    return {
      host: loopback,
      port: bound,
      close: async () => {
        await Promise.all([new Promise<void>((resolve) => void udp.close(() => resolve())), closed(tcp, open)])
      }
    }
  }
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function udpOn(port: number): Promise<UdpSocket | undefined> {
  const socket = createSocket('udp4')
  return await new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind(port, loopback, () => {
      socket.removeAllListeners('error')
      // An asker that has gone away is not this server's trouble.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

async function closed(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    for (const socket of open) socket.destroy()
  })
}

function serveTcp(authority: Authority, socket: Socket, open: Set<Socket>): void {
  let waiting = Buffer.alloc(0)
  open.add(socket)
  socket.once('close', () => open.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.setTimeout(idleMs, () => socket.destroy())
  socket.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      const reply = respond(authority, waiting.subarray(2, end), 'tcp')
      waiting = waiting.subarray(end)
      if (reply === undefined) return void socket.destroy()
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      socket.write(Buffer.concat([length, reply]))
    }
  })
}

function respond(authority: Authority, bytes: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
  const query = readQuery(bytes)
  if (query === undefined) return undefined
  if ('malformed' in query) return formatError(query.id)
  try {
    return writeReply(query, replyTo(authority, query), transport)
  } catch {
    return writeReply(query, serverFailure, transport)
  }
}

function replyTo(authority: Authority, query: Query): Reply {
  const { question } = query
  if (question === undefined) return notImplemented
  return question.class === 'IN' ? authority(question) : refused
}
