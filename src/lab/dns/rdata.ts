// Record data between Route 53's way of writing values and the packets' members. Pure.

import type { Answer as Packed } from 'dns-packet'
import { toWire } from './name.ts'
import type { Answer } from './reply.ts'

/** A record ready to be put into a packet. */
export function packed({ name, type, ttl, data }: Answer): Packed {
  const head = { name: toWire(name) || '.', ttl, class: 'IN' } as const
  switch (type) {
    case 'A':
    case 'AAAA':
      return { ...head, type, data }
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { ...head, type, data: toWire(data) }
    case 'TXT':
      return { ...head, type, data: [...texts(data)] }
    case 'MX': {
      const [preference = '0', exchange = ''] = words(data)
      return { ...head, type, data: { preference: Number(preference), exchange: toWire(exchange) } }
    }
    case 'SRV': {
      const [priority, weight, port, target = ''] = words(data)
      const numbers = { priority: Number(priority), weight: Number(weight), port: Number(port) }
      return { ...head, type, data: { ...numbers, target: toWire(target) } }
    }
    case 'CAA': {
      const [flags, tag = 'issue', ...value] = words(data)
      const kind = tag === 'iodef' || tag === 'issuewild' ? tag : 'issue'
      return { ...head, type, data: { flags: Number(flags), tag: kind, value: texts(value.join(' '))[0] ?? '' } }
    }
    case 'SOA': {
      const [mname = '', rname = '', serial, refresh, retry, expire, minimum] = words(data)
      const names = { mname: toWire(mname), rname: toWire(rname) }
      const times = { refresh: Number(refresh), retry: Number(retry), expire: Number(expire), minimum: Number(minimum) }
      return { ...head, type, data: { ...names, serial: Number(serial), ...times } }
    }
    default:
      throw new Error(`no way to write a record of type ${type}`)
  }
}

const words = (data: string): readonly string[] => data.trim().split(/\s+/)

/** The character strings of a TXT value, without their quotation marks and escapes. */
function texts(data: string): readonly string[] {
  const quoted = data.match(/"([^"\\]|\\.)*"/g)
  return (quoted ?? [`"${data}"`]).map((one) =>
    one
      .slice(1, -1)
      .replaceAll(/\\([0-3][0-7]{2}|.)/g, (_, char: string) =>
        char.length === 3 ? String.fromCodePoint(Number.parseInt(char, 8)) : char
      )
  )
}
