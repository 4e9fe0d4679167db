/**
 * A route of type route53 in a checked migration document to a Route53RouteSpec: names normalised, ARNs of the right kind, and where
 * each side is measured. Says everything that is wrong with the route. Whether the records exist is for preflight to find out.
 */
import { RECORD_TYPES, type DnsSideSpec, type Route53RouteSpec } from '../core/migration.ts'
import { accountOf, checkExternalId, statedRegion, type Tell } from './accounts.ts'
import { readElbArn, type ElbArn, type ElbKind } from './arn.ts'
import { toMeasure } from './measure.ts'
import type { Path } from './path.ts'
import type { Outer } from './routes.ts'
import { complain, warn } from './problem.ts'
import type { AccountDocument, DnsRouteDocument, DnsSideDocument } from './schemas/migration.ts'

/** Null where something is wrong; `tell` has heard what. `path` leads to the route. */
export function toDnsRoute(
  doc: DnsRouteDocument,
  { defaults, region }: Outer,
  path: Path,
  tell: Tell
): Route53RouteSpec | null {
  // A load balancer's ARN says its region itself; where a side has none, and nobody says otherwise, the daemon's own counts.
  const levels = [doc, defaults, ...(region === null ? [] : [{ region }])]
  checkExternalId(levels, path, tell)
  const old = toSide(doc.old, levels, [...path, 'old'], tell)
  const fresh = toSide(doc.new, levels, [...path, 'new'], tell)
  checkSides(doc, path, tell)
  const recordTypes = RECORD_TYPES.filter((type) => doc.recordTypes.includes(type))
  if (recordTypes.includes('CNAME') && recordTypes.length > 1) {
    tell(complain([...path, 'recordTypes'], 'mixes CNAME with addresses: DNS allows no other record beside a CNAME'))
  }
  if (old === null || fresh === null) return null
  const hostedZone = doc.hostedZone.replace('/hostedzone/', '')
  const record = recordName(doc.record)
  return {
    name: doc.name,
    type: 'route53',
    key: `route53:${hostedZone}/${record}/${recordTypes.join('+')}`,
    hostedZone,
    record,
    recordTypes,
    ...(doc.allowExternalDns ? { allowExternalDns: true as const } : {}),
    // Route 53 is one for all regions; the region only says which partition's.
    account: accountOf(levels, statedRegion([doc, defaults]) ?? old.account.region),
    old,
    new: fresh
  }
}

/** `API.Example.com.` and `\052.example.com` are written in many ways, and are one name each. */
export function recordName(text: string): string {
  return text
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\\052(?=\.)/, '*')
}

function toSide(doc: DnsSideDocument, outer: readonly AccountDocument[], path: Path, tell: Tell): DnsSideSpec | null {
  const levels = [doc, ...outer]
  checkExternalId(levels, path, tell)
  const arns = [
    ...(doc.loadBalancer === undefined
      ? []
      : [find(doc.loadBalancer, balancerKind(doc), [...path, 'loadBalancer'], tell)]),
    ...(doc.targetGroups ?? []).map((arn, i) => find(arn, 'targetGroup', [...path, 'targetGroups', i], tell))
  ]
  if (arns.includes(null)) return null
  const places = new Set(arns.map((arn) => arn?.region))
  const [place] = places
  if (places.size > 1) tell(complain([...path, 'targetGroups'], 'are not all in the region of the load balancer'))
  const stated = statedRegion(levels)
  if (place !== undefined && doc.region !== undefined && doc.region !== place) {
    tell(complain([...path, 'region'], `is ${doc.region}, but its load balancer is in ${place}`))
  }
  const region = place ?? stated
  if (region === null) {
    const message =
      'is missing: where this side is measured; give the side, the route, the defaults or aws in the settings a region'
    tell(complain([...path, 'region'], message))
    return null
  }
  const account = accountOf(levels, region)
  checkAccount(account.roleArn, arns[0] ?? null, path, tell)
  const measure = toMeasure(doc.measure, doc.vars, path, tell)
  return {
    setIdentifier: doc.setIdentifier,
    loadBalancer: doc.loadBalancer ?? null,
    targetGroups: doc.targetGroups ?? null,
    vars: { ...doc.vars },
    account,
    ...(measure === undefined ? {} : { measure })
  }
}

/** A network load balancer counts no requests: only with measurements of its own can its side be judged. */
function balancerKind({ loadBalancer, measure }: DnsSideDocument): ElbKind {
  return measure !== undefined && loadBalancer?.includes(':loadbalancer/net/') ? 'networkLoadBalancer' : 'loadBalancer'
}

function find(arn: string, kind: ElbKind, path: Path, tell: Tell): ElbArn | null {
  const parts = readElbArn(arn, kind)
  if (typeof parts !== 'string') return parts
  tell(complain(path, parts))
  return null
}

/** What counts as old may not count as new as well. */
function checkSides({ old, new: fresh }: DnsRouteDocument, path: Path, tell: Tell): void {
  if (old.setIdentifier === fresh.setIdentifier) {
    tell(complain([...path, 'new', 'setIdentifier'], 'is that of old as well: old and new must differ'))
  }
  const shared = old.loadBalancer !== undefined && old.loadBalancer === fresh.loadBalancer
  if (shared && (old.targetGroups === undefined || fresh.targetGroups === undefined)) {
    const message = 'is that of old as well: give both sides their targetGroups, or their requests cannot be told apart'
    tell(complain([...path, 'new', 'loadBalancer'], message))
  }
  const both = (fresh.targetGroups ?? []).findIndex((arn) => old.targetGroups?.includes(arn))
  if (both >= 0) tell(complain([...path, 'new', 'targetGroups', both], 'is a target group of old as well'))
}

/** Load balancers cannot be shared between accounts, so a role of another account will not be let in. */
function checkAccount(roleArn: string | undefined, arn: ElbArn | null, path: Path, tell: Tell): void {
  const account = roleArn?.split(':')[4]
  if (account === undefined || arn === null || account === arn.account) return
  tell(warn([...path, 'loadBalancer'], `is in account ${arn.account}, but its role is in account ${account}`))
}
