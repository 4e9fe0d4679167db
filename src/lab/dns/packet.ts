// Questions and replies to and from the bytes of DNS packets. Never answers by itself, never throws on what a stranger sent.

import type { Answer as Packed, DecodedPacket, OptAnswer, Question as PackedQuestion } from 'dns-packet'
import { AUTHORITATIVE_ANSWER, RECURSION_DESIRED, TRUNCATED_RESPONSE, decode, encode } from 'dns-packet'
import { toWire } from './name.ts'
import { packed } from './rdata.ts'
import type { Question, Rcode, Reply } from './reply.ts'

export interface Query {
  readonly id: number
  readonly opcode: number
  readonly recursionDesired: boolean
  readonly question?: PackedQuestion
  /** What the asker can take over UDP; 512 without EDNS. */
  readonly udpSize: number
  readonly edns: boolean
  readonly ednsVersion: number
}

/** Bytes that deserve FORMERR. */
export interface Malformed {
  readonly id: number
  readonly malformed: true
}

const plainUdp = 512
/** What the name servers offer themselves; fits one frame. */
const offeredUdp = 1232
const rcodes: Readonly<Record<Rcode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5
}

/** Nothing where it deserves no answer: an answer itself, or no header. */
export function readQuery(bytes: Buffer): Query | Malformed | undefined {
  if (bytes.length < 12 || (bytes.readUInt8(2) & 0x80) !== 0) return undefined
  const id = bytes.readUInt16BE(0)
  const opcode = (bytes.readUInt8(2) >> 3) & 0x0f
  const recursionDesired = (bytes.readUInt8(2) & 1) !== 0
  const bare = { id, opcode, recursionDesired, udpSize: plainUdp, edns: false, ednsVersion: 0 }
  if (opcode !== 0) return bare
  const packet = decoded(bytes)
  const [question] = packet?.questions ?? []
  if (packet === undefined || question === undefined || packet.questions?.length !== 1) {
    return { id, malformed: true }
  }
  const opt = packet.additionals?.find((one): one is OptAnswer => one.type === 'OPT')
  return {
    ...bare,
    question,
    ...(opt === undefined
      ? {}
      : { edns: true, ednsVersion: opt.ednsVersion, udpSize: Math.min(4096, Math.max(plainUdp, opt.udpPayloadSize)) })
  }
}

function decoded(bytes: Buffer): DecodedPacket | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a reply; over UDP cut down to the question with TC set where they are too many. */
export function writeReply(query: Query, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const whole = write(query, reply, false)
  return transport === 'tcp' || whole.length <= query.udpSize ? whole : write(query, reply, true)
}

function write(query: Query, reply: Reply, truncated: boolean): Buffer {
  const badVersion = query.ednsVersion > 0
  const flags =
    (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) |
    (truncated ? TRUNCATED_RESPONSE : 0) |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (query.opcode << 11) |
    (badVersion ? 0 : rcodes[reply.rcode])
  const sent = truncated || badVersion ? { answers: [], authority: [] } : reply
  return encode({
    type: 'response',
    id: query.id,
    flags,
    questions: query.question === undefined ? [] : [query.question],
    answers: sent.answers.map(packed),
    authorities: sent.authority.map(packed),
    additionals: query.edns ? [opt(badVersion)] : []
  })
}

/** BADVERS (16) is an extended code: its upper bits stand here. */
const opt = (badVersion: boolean): Packed => ({
  type: 'OPT',
  name: '.',
  udpPayloadSize: offeredUdp,
  extendedRcode: badVersion ? 1 : 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: []
})

export const formatError = (id: number): Buffer => encode({ type: 'response', id, flags: rcodes.FORMERR })

export function writeQuestion(id: number, question: Question): Buffer {
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name: toWire(question.name), type: question.type as PackedQuestion['type'] }]
  })
}

export function readRcode(bytes: Buffer): Rcode {
  const found = Object.entries(rcodes).find(([, code]) => code === (bytes.readUInt8(3) & 0x0f))
  return (found?.[0] ?? 'SERVFAIL') as Rcode
}
