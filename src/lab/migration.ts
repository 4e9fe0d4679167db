// The migration file that fits a lab, in the form of the daemon's YAML. Only names and ARNs: it starts nothing and knows no
// code of the daemon.

import { stringify } from 'yaml'
import type { DnsRouteSpec, DnsSideSpec } from './dns/spec.ts'
import type { LabArns } from './names.ts'
import type { World } from './world.ts'

/** What of a lab a migration is made of; a `Lab` is one. */
export interface Migratable {
  readonly region: string
  readonly arns: LabArns
  readonly world: World
  readonly dns?: { readonly routes: readonly DnsRouteSpec[] }
}

export interface MigrationChoice {
  readonly name?: string
  /** The clusters of the two sides; `old` and `new` if absent. */
  readonly old?: string
  readonly new?: string
  /** Routes by name; all that have both sides if absent. */
  readonly routes?: readonly string[]
}

interface Side {
  readonly targetGroup: string
  readonly vars: { readonly cluster: string }
}

export interface LabAlbRoute {
  readonly name: string
  readonly type: 'alb'
  readonly listener?: string
  readonly rule?: string
  readonly old: Side
  readonly new: Side
}

interface DnsSide {
  readonly setIdentifier: string
  readonly loadBalancer: string
  readonly vars: { readonly cluster: string }
}

export interface LabDnsRoute {
  readonly name: string
  readonly type: 'route53'
  readonly hostedZone: string
  readonly record: string
  readonly recordTypes: readonly string[]
  readonly old: DnsSide
  readonly new: DnsSide
}

export type LabRoute = LabAlbRoute | LabDnsRoute

export interface LabMigration {
  readonly apiVersion: 'sluice/v1'
  readonly kind: 'Migration'
  readonly name: string
  readonly description: string
  readonly versions: { readonly from: string; readonly to: string }
  readonly defaults: { readonly region: string }
  readonly routes: readonly LabRoute[]
}

export function migrationObject(lab: Migratable, choice: MigrationChoice = {}): LabMigration {
  const sideOf = (route: string, cluster: string): Side | undefined => {
    const group = lab.world.targetGroups.find((one) => one.route === route && one.cluster === cluster)
    return group && { targetGroup: group.arn, vars: { cluster } }
  }
  const routes = lab.world.listeners().flatMap((listener) =>
    [listener.defaultRule, ...listener.rules].flatMap((rule): readonly LabAlbRoute[] => {
      const before = sideOf(rule.name, choice.old ?? 'old')
      const after = sideOf(rule.name, choice.new ?? 'new')
      if (before === undefined || after === undefined) return []
      const where = rule.priority === 'default' ? { listener: listener.arn } : { rule: rule.arn }
      return [{ name: rule.name, type: 'alb', ...where, old: before, new: after }]
    })
  )
  return {
    apiVersion: 'sluice/v1',
    kind: 'Migration',
    name: choice.name ?? 'shop-lab',
    description: 'the shop in the lab, from the old cluster to the new one',
    versions: { from: '1.33', to: '1.34' },
    defaults: { region: lab.region },
    routes: [...routes, ...dnsRoutes(lab, choice)].filter((route) => choice.routes?.includes(route.name) ?? true)
  }
}

function dnsRoutes(lab: Migratable, choice: MigrationChoice): readonly LabDnsRoute[] {
  const sideOf = ({ setIdentifier, loadBalancer, cluster }: DnsSideSpec): DnsSide => ({
    setIdentifier,
    loadBalancer: lab.arns.loadBalancer(loadBalancer),
    vars: { cluster }
  })
  return (lab.dns?.routes ?? []).flatMap((route): readonly LabDnsRoute[] => {
    const { name, hostedZone, record, recordTypes } = route
    const of = (cluster: string) => [route.old, route.new].find((side) => side.cluster === cluster)
    const [before, after] = [of(choice.old ?? 'old'), of(choice.new ?? 'new')]
    if (before === undefined || after === undefined) return []
    const sides = { old: sideOf(before), new: sideOf(after) }
    return [{ name, type: 'route53', hostedZone, record, recordTypes, ...sides }]
  })
}

export function migrationYaml(lab: Migratable, choice: MigrationChoice = {}): string {
  return stringify(migrationObject(lab, choice), { lineWidth: 0 })
}
