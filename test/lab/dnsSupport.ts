// What the DNS tests of the lab share: a lab with the zone example.com, the Route 53 client of the SDK against it, and raw packets.

import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Change, ListResourceRecordSetsCommandOutput, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { ChangeResourceRecordSetsCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import type { Test } from 'tap'
import type { DnsOptions } from '../../src/lab/dns/labDns.ts'
import { exampleZone } from '../../src/lab/dns/spec.ts'
import type { LabOptions } from '../../src/lab/options.ts'
import type { Bench } from './support.ts'
import { aLab } from './support.ts'

export const HostedZoneId = exampleZone
export const record = 'api.example.com'
export const [blueHost, greenHost] = ['127.0.0.2', '127.0.0.3']

export interface DnsBench extends Bench {
  readonly route53: Route53Client
  change(...Changes: Change[]): Promise<string>
  list(
    input?: Partial<Omit<ListResourceRecordSetsCommand['input'], 'HostedZoneId'>>
  ): Promise<ListResourceRecordSetsCommandOutput>
}

/** A lab in a hurry: changes are INSYNC at once, and nobody counts requests, unless a test says so. */
export async function aDnsLab(t: Test, dns: DnsOptions = {}, options: LabOptions = {}): Promise<DnsBench> {
  const bench = await aLab(t, { ...options, dns: { insyncMs: 0, requestsPerSecond: 1e6, ...dns } })
  const route53 = new Route53Client({
    endpoint: bench.lab.endpoint,
    region: bench.lab.region,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    maxAttempts: 1
  })
  t.teardown(() => route53.destroy())
  return {
    ...bench,
    route53,
    change: async (...Changes) => {
      const { ChangeInfo } = await route53.send(
        new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } })
      )
      return ChangeInfo?.Id ?? ''
    },
    list: async (input = {}) => await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...input }))
  }
}

/** The members of the weighted group, by set identifier. */
export async function members(bench: DnsBench, type = 'A'): Promise<Readonly<Record<string, ResourceRecordSet>>> {
  const { ResourceRecordSets = [] } = await bench.list()
  const group = ResourceRecordSets.filter((one) => one.Name === `${record}.` && one.Type === type)
  return Object.fromEntries(group.map((one) => [one.SetIdentifier ?? '', one]))
}

/** `Weight` written into a member, the rest as it is. */
export const upsert = (one: ResourceRecordSet | undefined, Weight: number): Change => ({
  Action: 'UPSERT',
  ResourceRecordSet: { Name: record, Type: 'A', ...one, Weight }
})

/** One packet there and one back. */
export async function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4')
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      socket.once('message', resolve)
      socket.once('error', reject)
      socket.send(bytes, port, '127.0.0.1')
    })
  } finally {
    socket.close()
  }
}

/** Where a program is, on the PATH or where Debian keeps daemons. */
export function programAt(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** A TXT value beyond every size that fits into one datagram here. */
export const longTexts = Array.from({ length: 24 }, (_, at) => `"${String(at).padStart(2, '0')}${'x'.repeat(238)}"`)
