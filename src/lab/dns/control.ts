// The DNS part of the control API: what is written, what is served, who resolves what; and records that somebody else changes.
// Reads its input by hand and names what is wrong.

import type { ControlRoute } from '../controlRoutes.ts'
import { normalise } from './name.ts'
import type { RecordOverwrite } from './foreignWriter.ts'
import { zoneOf } from './foreignWriter.ts'
import { readKnobs } from './knobs.ts'
import type { LabDns } from './labDns.ts'

type Input = Readonly<Record<string, unknown>>

const isWeights = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && Object.values(value).every(Number.isInteger)
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const checks: Readonly<Record<keyof RecordOverwrite, (value: unknown) => boolean>> = {
  weights: isWeights,
  ttl: Number.isInteger,
  types: isTexts,
  remove: isTexts
}

function readOverwrite(input: Input): RecordOverwrite {
  for (const [key, value] of Object.entries(input)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof RecordOverwrite] : undefined
    if (check === undefined) throw new Error(`unknown setting ${key}; known: ${Object.keys(checks).join(', ')}`)
    if (!check(value)) throw new Error(`${key}: ${JSON.stringify(value)} is not allowed`)
  }
  if (Object.keys(input).length === 0) throw new Error('weights: { "set identifier": weight, … } is needed')
  return input
}

const kinds = (dns: LabDns) => ({
  count: dns.resolvers.all.length,
  effective: dns.resolvers.effective,
  ...Object.fromEntries(
    ['honest', 'minTtl', 'hold'].map((kind) => [kind, dns.resolvers.all.filter((one) => one.kind === kind).length])
  )
})

export const dnsRoutes: Readonly<Record<string, ControlRoute>> = {
  'GET dns': ({ dns }) => {
    const now = Date.now()
    return {
      server: { host: dns.host, port: dns.port, try: `dig @${dns.host} -p ${dns.port} ${dns.routes[0]?.record ?? ''}` },
      knobs: dns.knobs,
      zones: dns.zones.all.map((zone) => ({
        id: zone.id,
        name: zone.name,
        isPrivate: zone.isPrivate,
        records: zone.records()
      })),
      changes: dns.zones
        .changes()
        .slice(-50)
        .map((one) => ({ ...one, status: now >= one.insyncAt ? 'INSYNC' : 'PENDING' })),
      routes: dns.routes,
      resolvers: kinds(dns),
      clients: dns.clients.all.length
    }
  },
  'POST dns': ({ dns }, { input }) => {
    const { keepMs, ...knobs } = input
    if (keepMs !== undefined && !(typeof keepMs === 'number' && keepMs >= 0))
      throw new Error('keepMs: milliseconds are needed')
    Object.assign(dns.knobs, readKnobs(knobs))
    if (typeof keepMs === 'number') dns.clients.setKeepMs(keepMs)
    return dns.knobs
  },
  'GET records': ({ dns }) => Object.fromEntries(dns.zones.all.map((zone) => [zone.name.slice(0, -1), zone.records()])),
  'GET records/:name': ({ dns }, { name }) =>
    zoneOf(dns.zones, name)
      .records()
      .filter((one) => one.name === normalise(name)),
  'POST records/:name': ({ dns }, { name, input }) => dns.overwrite(name, readOverwrite(input)),
  'POST health-checks/:name': ({ dns }, { name, input }) => {
    if (typeof input['healthy'] !== 'boolean') throw new Error('healthy: true or false is needed')
    dns.healthChecks.set(name, input['healthy'])
    return Object.fromEntries(dns.healthChecks)
  }
}
