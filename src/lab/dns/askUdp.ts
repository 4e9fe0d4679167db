// Asks a name server over UDP, and over TCP where the answer was cut off. Never keeps an answer, never rejects: who gets no
// answer is told SERVFAIL.

import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { Answer as Packed, StringAnswer } from 'dns-packet'
import { decode } from 'dns-packet'
import { readRcode, writeQuestion } from './packet.ts'
import type { Answer, Question, Reply } from './reply.ts'
import { serverFailure } from './reply.ts'

export interface Server {
  readonly host: string
  readonly port: number
}

const patienceMs = 2000
const truncatedBit = 0x02
let lastId = 0

/** One question to one server, with a socket of its own. */
export async function askUdp(server: Server, question: Question): Promise<Reply> {
  lastId = (lastId + 1) % 65_536
  const query = writeQuestion(lastId, question)
  const bytes = await overUdp(server, query)
  if (bytes === undefined) return serverFailure
  if ((bytes.readUInt8(2) & truncatedBit) === 0) return read(bytes)
  const whole = await overTcp(server, query)
  return whole === undefined ? serverFailure : read(whole)
}

async function overUdp(server: Server, query: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket('udp4')
  return await new Promise((resolve) => {
    const done = (bytes?: Buffer): void => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.close()
      resolve(bytes)
    }
    const timer = setTimeout(done, patienceMs)
    socket.once('error', () => done())
    socket.on('message', (bytes) => {
      if (bytes.length >= 12 && bytes.readUInt16BE(0) === query.readUInt16BE(0)) done(bytes)
    })
    socket.send(query, server.port, server.host)
  })
}

async function overTcp(server: Server, query: Buffer): Promise<Buffer | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(server.port, server.host)
    let got = Buffer.alloc(0)
    const done = (bytes?: Buffer): void => {
      socket.destroy()
      resolve(bytes)
    }
    socket.setTimeout(patienceMs, () => done())
    socket.once('error', () => done())
    socket.once('close', () => done())
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) done(got.subarray(2, 2 + got.readUInt16BE(0)))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    socket.write(Buffer.concat([length, query]))
  })
}

function read(bytes: Buffer): Reply {
  try {
    const packet = decode(bytes)
    return {
      rcode: readRcode(bytes),
      authoritative: packet.flag_aa,
      answers: (packet.answers ?? []).flatMap(unpacked),
      authority: (packet.authorities ?? []).flatMap(unpacked)
    }
  } catch {
    return serverFailure
  }
}

/** What a resolver for users needs: addresses, links, and the SOA record of a negative answer. */
function unpacked(one: Packed): readonly Answer[] {
  if (one.type === 'SOA') {
    const { mname, rname, serial, refresh, retry, expire, minimum } = one.data
    const data = [mname, rname, serial, refresh, retry, expire, minimum].join(' ')
    return [{ name: one.name, type: one.type, ttl: one.ttl ?? 0, data }]
  }
  return isText(one) ? [{ name: one.name, type: one.type, ttl: one.ttl ?? 0, data: one.data }] : []
}

const isText = (one: Packed): one is StringAnswer => ['A', 'AAAA', 'CNAME', 'NS', 'PTR'].includes(one.type)
