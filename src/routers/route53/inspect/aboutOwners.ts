/**
 * Who else writes these records, or keeps everybody from writing them: external-dns (FM-16), protections. Pure.
 */
import type { RecordType, Route53RouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { plainName, type RecordSet } from '../records.ts'
import type { Facts } from './facts.ts'
import { blocker, couldRead, shouldRead, warning } from './finding.ts'

/** Where external-dns keeps its TXT records: `a-NAME` since 0.12, the name itself before; aliases were `cname-` until 0.18. */
const PREFIXES: Readonly<Record<RecordType, readonly string[]>> = {
  A: ['a-', 'cname-'],
  AAAA: ['aaaa-'],
  CNAME: ['cname-']
}

/** Names beside the record's own. https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/ */
export function ownerNames({ record, recordTypes }: Route53RouteSpec): readonly string[] {
  const prefixes = new Set(recordTypes.flatMap((type) => PREFIXES[type]))
  return [...prefixes].map((prefix) => prefix + record)
}

export function aboutOwners(facts: Facts): readonly Finding[] {
  return [...externalDns(facts), ...protections(facts)]
}

function externalDns({ route, sets, owners }: Facts): readonly Finding[] {
  const failed = owners.find((one) => one instanceof AwsFailure)
  const unread =
    failed instanceof AwsFailure
      ? [shouldRead(failed, route.name, 'route53:ListResourceRecordSets', "external-dns' records of ownership")]
      : []
  const all = [sets, ...owners].flatMap((one) => (one instanceof AwsFailure ? [] : one))
  const words = all.filter((set) => concerns(route, set)).flatMap(ownerWords)
  const [proof] = words
  if (proof === undefined) return unread
  const detail = `external-dns owns these records (${proof}) and writes their weights back within about a minute`
  const finding = route.allowExternalDns
    ? warning('external_dns', route.name, detail, 'allowed by `allowExternalDns: true`: expect drift')
    : blocker(
        'external_dns',
        route.name,
        detail,
        'take the record out of its hands (remove the hostname annotation under policy upsert-only, or filter it out), or set `allowExternalDns: true` on the route'
      )
  return [...unread, finding]
}

/** Of a weighted record each member has a TXT record of its own: a third one's owner is none of ours. */
function concerns(route: Route53RouteSpec, set: RecordSet): boolean {
  const own = [undefined, route.old.setIdentifier, route.new.setIdentifier]
  return set.Type === 'TXT' && own.includes(set.SetIdentifier)
}

function ownerWords(set: RecordSet): readonly string[] {
  return (set.ResourceRecords ?? []).flatMap(({ Value }) => {
    if (Value === undefined || !Value.includes('heritage=external-dns')) return []
    const owner = /external-dns\/owner=([^,"]+)/.exec(Value)?.[1]
    return [`${plainName(set.Name ?? '')} TXT${owner === undefined ? '' : `, owner ${owner}`}`]
  })
}

function protections({ route, protections: found }: Facts): readonly Finding[] {
  if (found instanceof AwsFailure) {
    return [couldRead(found, route.name, 'route53:ListResourceRecordSetProtections', 'protections of the records')]
  }
  const types: readonly (string | undefined)[] = route.recordTypes
  return found
    .filter(({ RecordName, RecordType }) => plainName(RecordName ?? '') === route.record && types.includes(RecordType))
    .map(({ RecordType, Comment }) => {
      const why = Comment === undefined || Comment === '' ? '' : `: ${Comment}`
      const detail = `${RecordType} ${route.record} is protected, so that Route 53 refuses every change${why}`
      return blocker('protected', route.name, detail, 'delete the protection for the time of the shift')
    })
}
