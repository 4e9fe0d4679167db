/**
 * Whose hands what a shift writes to is in, by the tags that controllers leave (FM-12). A controller writes by itself, in the middle
 * of the night: that is refused, unless the route allows it. Whoever waits for a person is a warning. Pure.
 */
import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { ownerOf, shortName } from '../arn.ts'
import type { Facts } from './facts.ts'
import { OWNERS, type Owner } from './owners.ts'
import { shouldRead } from './unread.ts'

interface Thing {
  readonly kind: 'load balancer' | 'listener' | 'rule' | 'target group'
  readonly arn: string
}

interface Owned extends Thing {
  readonly tags: readonly Tag[]
}

export function aboutOwners(facts: Facts): readonly Finding[] {
  const findings = facts.routes.flatMap((route) => [
    ...unread(route, facts),
    ...OWNERS.flatMap((owner) => [...aboutMoved(route, facts, owner), ...aboutGroups(route, facts, owner)])
  ])
  return [...new Map(findings.map((finding) => [`${finding.route} ${finding.detail}`, finding])).values()]
}

/** What a write of weights goes to, and what that stands in. Whoever owns one of them writes all of it. */
export function movedBy({ target }: AlbRouteSpec): readonly Thing[] {
  const above = ownerOf(target.arn)
  return [
    { kind: target.kind, arn: target.arn },
    ...(target.kind === 'rule' && above ? [{ kind: 'listener' as const, arn: above.listener }] : []),
    ...(above ? [{ kind: 'load balancer' as const, arn: above.loadBalancer }] : [])
  ]
}

function groupsOf(route: AlbRouteSpec): readonly Thing[] {
  return [route.old, route.new].map(({ targetGroup: arn }) => ({ kind: 'target group', arn }))
}

function unread(route: AlbRouteSpec, facts: Facts): readonly Finding[] {
  const failed = [...movedBy(route), ...groupsOf(route)].flatMap(({ arn }) => {
    const tags = facts.tags.get(arn)
    // What does not exist is another finding's business.
    return tags instanceof AwsFailure && !tags.gone ? [tags] : []
  })
  const what = 'tags of controllers that own what is moved'
  return failed.slice(0, 1).map((failure) => shouldRead(failure, route.name, 'DescribeTags', what))
}

function aboutMoved(route: AlbRouteSpec, facts: Facts, owner: Owner): readonly Finding[] {
  const owned = ownedOf(facts, owner, movedBy(route)).filter(({ kind }) => {
    // A stack or a plan owns what it made, thing by thing; a controller everything below its load balancer.
    return owner.controller !== null || kind === route.target.kind
  })
  if (owned.length === 0) return []
  const detail = `${listedThings(owned)} in the hands of ${owner.name}${whose(owner, owned)}, which ${owner.does} (${proof(owner, owned)})`
  const allowed = allows(route, owner)
  const { controller, remedy } = owner
  if (controller === null) return [finding('warning', route.name, detail, remedy)]
  if (allowed) return [finding('warning', route.name, detail, 'allowed by `allowOwner`: expect drift')]
  return [
    finding(
      'blocker',
      route.name,
      detail,
      `${remedy}. To move it all the same: allowOwner: [${controller}] on the route`
    )
  ]
}

function allows({ allowOwner }: AlbRouteSpec, { controller }: Owner): boolean {
  if (allowOwner === undefined || controller === null) return false
  return allowOwner === true || allowOwner.includes(controller)
}

/** A target group is bound by each cluster to its own pods: that is as it should be. One that a controller made can vanish with its maker. */
function aboutGroups(route: AlbRouteSpec, facts: Facts, owner: Owner): readonly Finding[] {
  return ownedOf(facts, owner, groupsOf(route)).map((owned) => {
    const whom = `${listedThings([owned])} in the hands of ${owner.name}${whose(owner, [owned])}`
    const detail = `${whom} (${proof(owner, [owned])})`
    if (owner.doesToGroup === null) return finding('info', null, detail, 'nothing: only its targets matter to a shift')
    const does = `${whom}, which ${owner.doesToGroup} (${proof(owner, [owned])})`
    return finding('warning', null, does, 'delete no such Ingress or Service before the shift has ended')
  })
}

function ownedOf(facts: Facts, owner: Owner, things: readonly Thing[]): readonly Owned[] {
  return things.flatMap((thing) => {
    const tags = facts.tags.get(thing.arn)
    if (tags === undefined || tags instanceof AwsFailure || !tags.some((tag) => owner.owns(tag))) return []
    return [{ ...thing, tags }]
  })
}

function listedThings(owned: readonly Owned[]): string {
  const names = owned.map(({ kind, arn }) => `${kind} ${shortName(arn)}`)
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`
}

/** ` (shop-133, shop/web)`: cluster and stack, where tags tell. */
function whose({ names }: Owner, owned: readonly Owned[]): string {
  const said = names.flatMap((name) => owned.flatMap(({ tags }) => tags.find(({ Key }) => Key === name)?.Value ?? []))
  const each = [...new Set(said)]
  return each.length === 0 ? '' : ` (${each.join(', ')})`
}

function proof(owner: Owner, owned: readonly Owned[]): string {
  const tags = owned.flatMap((one) => one.tags.filter((tag) => owner.owns(tag)))
  return `tags ${[...new Set(tags.map(({ Key = '', Value = '' }) => `${Key}=${Value}`))].join(', ')}`
}

function finding(severity: Finding['severity'], route: string | null, detail: string, remedy: string): Finding {
  return { severity, code: 'owned_by', route, detail, remedy }
}
