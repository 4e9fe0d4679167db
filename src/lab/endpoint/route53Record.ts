// A resource record set between Route 53's XML and the lab's noun. Pure; refuses what the lab does not keep rather than losing it.

import type { ChangeAction, RecordChange } from '../dns/changes.ts'
import { normalise } from '../dns/name.ts'
import type { RecordSet } from '../dns/recordSet.ts'
import type { XmlInput, XmlTree } from './restXml.ts'
import { fields, list, text } from './restXml.ts'
import { AwsError } from './service.ts'

const invalid = (message: string): AwsError => new AwsError('InvalidInput', message)
const notKept = ['GeoLocation', 'GeoProximityLocation', 'CidrRoutingConfig']

export function describeRecord(one: RecordSet): XmlTree {
  return {
    Name: one.name,
    Type: one.type,
    SetIdentifier: one.setIdentifier,
    Weight: one.weight,
    Region: one.region,
    Failover: one.failover,
    MultiValueAnswer: one.multiValueAnswer,
    TTL: one.ttl,
    ResourceRecords: one.values && { ResourceRecord: one.values.map((Value) => ({ Value })) },
    AliasTarget: one.alias && {
      HostedZoneId: one.alias.hostedZoneId,
      DNSName: one.alias.dnsName,
      EvaluateTargetHealth: one.alias.evaluateTargetHealth
    },
    HealthCheckId: one.healthCheckId,
    TrafficPolicyInstanceId: one.trafficPolicyInstanceId
  }
}

export function readChange(input: XmlInput): RecordChange {
  const action = text(input, 'Action') ?? ''
  if (!isAction(action)) throw invalid(`Invalid XML ; enumeration value '${action}' of Action is not permitted`)
  return { action, record: readRecord(fields(input['ResourceRecordSet'])) }
}

const isAction = (action: string): action is ChangeAction => ['CREATE', 'DELETE', 'UPSERT'].includes(action)

function readRecord(input: XmlInput): RecordSet {
  const name = text(input, 'Name')
  const type = text(input, 'Type')
  if (name === undefined || name === '' || type === undefined)
    throw invalid('Invalid request: Name and Type are needed')
  const foreign = notKept.find((key) => input[key] !== undefined)
  if (foreign !== undefined) throw invalid(`Invalid request: the lab keeps no ${foreign}`)
  return defined({
    name: normalise(name),
    type,
    setIdentifier: text(input, 'SetIdentifier'),
    weight: integer(input, 'Weight'),
    region: text(input, 'Region'),
    failover: text(input, 'Failover'),
    multiValueAnswer: text(input, 'MultiValueAnswer') === 'true' ? true : undefined,
    ttl: integer(input, 'TTL'),
    values: readValues(input['ResourceRecords']),
    alias: readAlias(input['AliasTarget']),
    healthCheckId: text(input, 'HealthCheckId'),
    trafficPolicyInstanceId: text(input, 'TrafficPolicyInstanceId')
  })
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

/** Without the keys that have no value: records are compared key by key. */
function defined(record: Loose<Required<RecordSet>> & Pick<RecordSet, 'name' | 'type'>): RecordSet {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as unknown as RecordSet
}

function integer(input: XmlInput, key: string): number | undefined {
  const raw = text(input, key)
  if (raw === undefined) return undefined
  if (!/^-?\d+$/.test(raw)) throw invalid(`Invalid XML ; '${raw}' of ${key} is not a number`)
  return Number(raw)
}

function readValues(input: unknown): readonly string[] | undefined {
  if (input === undefined) return undefined
  return list(fields(input)['ResourceRecord']).map((one) => text(one, 'Value') ?? '')
}

function readAlias(input: unknown): RecordSet['alias'] {
  if (input === undefined) return undefined
  const target = fields(input)
  const hostedZoneId = text(target, 'HostedZoneId')
  const dnsName = text(target, 'DNSName')
  const evaluate = text(target, 'EvaluateTargetHealth')
  if (hostedZoneId === undefined || dnsName === undefined || (evaluate !== 'true' && evaluate !== 'false')) {
    throw invalid('Invalid request: an AliasTarget needs HostedZoneId, DNSName and EvaluateTargetHealth')
  }
  return { hostedZoneId, dnsName: normalise(dnsName), evaluateTargetHealth: evaluate === 'true' }
}
