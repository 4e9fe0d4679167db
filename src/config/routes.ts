/**
 * A route of a checked migration document to a RouteSpec. Of a load balancer's: are the ARNs of the right kind, in one region, and
 * whose credentials read and write there. Says everything that is wrong with the route, not only the first.
 */
import type { AccountRef, AlbRouteSpec, RouteSpec, SideSpec } from '../core/migration.ts'
import { accountOf, checkExternalId, type Tell } from './accounts.ts'
import { readElbArn, type ElbArn, type ElbKind } from './arn.ts'
import { toDnsRoute } from './dnsRoutes.ts'
import { toMeasure } from './measure.ts'
import type { Path } from './path.ts'
import { complain, warn } from './problem.ts'
import type { AccountDocument, AlbRouteDocument, RouteDocument, SideDocument } from './schemas/migration.ts'

interface Found {
  readonly arn: string
  readonly parts: ElbArn
}

interface Target extends Found {
  readonly kind: 'listener' | 'rule'
}

/** What stands around a route: the migration's defaults, and the region of the daemon's settings. */
export interface Outer {
  readonly defaults: AccountDocument
  readonly region: string | null
}

/** Null where something is wrong; `tell` has heard what. `path` leads to the route. */
export function toRoute(doc: RouteDocument, outer: Outer, path: Path, tell: Tell): RouteSpec | null {
  switch (doc.type) {
    case 'alb':
      return toAlbRoute(doc, outer.defaults, path, tell)
    case 'route53':
      return toDnsRoute(doc, outer, path, tell)
  }
}

function toAlbRoute(doc: AlbRouteDocument, defaults: AccountDocument, path: Path, tell: Tell): AlbRouteSpec | null {
  const target = toTarget(doc, path, tell)
  const levels = [doc, defaults]
  const wanted = target?.parts.region ?? null
  const old = toSide(doc.old, levels, [...path, 'old'], wanted, tell)
  const fresh = toSide(doc.new, levels, [...path, 'new'], wanted, tell)
  if (doc.old.targetGroup === doc.new.targetGroup) {
    tell(complain([...path, 'new', 'targetGroup'], 'is the target group of old as well: old and new must differ'))
  }
  checkExternalId(levels, path, tell)
  if (target === null || old === null || fresh === null) return null
  checkRegion(doc, defaults, target, path, tell)
  const account = accountOf(levels, target.parts.region)
  checkAccount(account, target, path, tell)
  const { kind, arn } = target
  const { allowOwner = false } = doc
  return {
    name: doc.name,
    type: 'alb',
    key: `alb:${arn}`,
    target: { kind, arn },
    ...(allowOwner === false ? {} : { allowOwner }),
    account,
    old,
    new: fresh
  }
}

function toTarget({ listener, rule }: AlbRouteDocument, path: Path, tell: Tell): Target | null {
  if (listener !== undefined && rule !== undefined) {
    tell(complain([...path, 'rule'], 'listener and rule exclude each other: a route moves one of the two', 'key'))
    return null
  }
  if (listener === undefined && rule === undefined) {
    tell(complain([...path, 'listener'], 'is missing: a route needs a listener or a rule'))
    return null
  }
  const kind = listener === undefined ? 'rule' : 'listener'
  const found = find(listener ?? rule ?? '', kind, [...path, kind], tell)
  return found && { kind, ...found }
}

function find(arn: string, kind: ElbKind, path: Path, tell: Tell): Found | null {
  const parts = readElbArn(arn, kind)
  if (typeof parts !== 'string') return { arn, parts }
  tell(complain(path, parts))
  return null
}

/** `wanted`: the region of the load balancer, null where it is not known. */
function toSide(
  doc: SideDocument,
  outer: readonly AccountDocument[],
  path: Path,
  wanted: string | null,
  tell: Tell
): SideSpec | null {
  const found = find(doc.targetGroup, 'targetGroup', [...path, 'targetGroup'], tell)
  if (found === null) return null
  const { region } = found.parts
  const levels = [doc, ...outer]
  checkExternalId(levels, path, tell)
  if (wanted !== null && region !== wanted) {
    tell(
      complain(
        [...path, 'targetGroup'],
        `is in ${region}, but the load balancer is in ${wanted}: it forwards only within its region`
      )
    )
  }
  if (doc.region !== undefined && doc.region !== region) {
    tell(
      complain(
        [...path, 'region'],
        `is ${doc.region}, but the target group is in ${region}, where its measurements are`
      )
    )
  }
  const measure = toMeasure(doc.measure, doc.vars, path, tell)
  return {
    targetGroup: found.arn,
    vars: { ...doc.vars },
    account: accountOf(levels, region),
    ...(measure === undefined ? {} : { measure })
  }
}

/** The region that was stated for a route must be that of its ARN: one of the two is not what was meant. */
function checkRegion(doc: AlbRouteDocument, defaults: AccountDocument, target: Target, path: Path, tell: Tell): void {
  const { region } = target.parts
  const stated = doc.region ?? defaults.region
  if (stated === undefined || stated === region) return
  if (doc.region !== undefined)
    tell(complain([...path, 'region'], `is ${stated}, but its ${target.kind} is in ${region}`))
  else
    tell(
      complain(
        [...path, target.kind],
        `is in ${region}, but defaults.region is ${stated}: give the route its own region`
      )
    )
}

/** Load balancers cannot be shared between accounts, so a role of another account will not be let in. */
function checkAccount({ roleArn }: AccountRef, target: Target, path: Path, tell: Tell): void {
  const account = roleArn?.split(':')[4]
  if (account === undefined || account === target.parts.account) return
  tell(warn([...path, target.kind], `is in account ${target.parts.account}, but its role is in account ${account}`))
}
