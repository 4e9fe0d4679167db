/**
 * The router of records over the simulated world, in virtual time.
 */
import type { Urgency } from '../../../src/core/call.ts'
import type { Route53RouteSpec } from '../../../src/core/migration.ts'
import type { Reading, Unreadable, WriteOutcome } from '../../../src/core/observation.ts'
import type { Finding, Want } from '../../../src/core/shift.ts'
import { makeAws } from '../../../src/aws/aws.ts'
import { route53Router, type Route53Deps } from '../../../src/routers/route53/route53.ts'
import type { Change, Router } from '../../../src/routers/router.ts'
import { virtualClock, type Span, type VirtualClock } from '../../support/virtual.ts'
import type { RouteOptions, WorldOptions } from '../../support/world/spec.ts'
import { makeWorld, type World } from '../../support/world/world.ts'
import { aCall, aWant } from '../contract.ts'

export interface Writing {
  readonly expect?: Change['expect']
  readonly urgency?: Urgency
  readonly ms?: number
  readonly origin?: string | null
  readonly swap?: boolean
  readonly signal?: AbortSignal
}

export interface DnsRig {
  readonly clock: VirtualClock
  readonly world: World
  readonly router: Router<Route53RouteSpec>
  spec(name?: string): Route53RouteSpec
  read(name?: string, changeId?: string): Promise<Reading | Unreadable | undefined>
  /** Starts a write; time must pass for it to end. */
  begin(name: string, to: Want, more?: Writing): Promise<WriteOutcome | undefined>
  write(name: string, to: Want, more?: Writing): Promise<WriteOutcome | undefined>
  inspect(name?: string): Promise<readonly Finding[]>
  codes(name?: string): Promise<readonly string[]>
  /** Input of every ChangeResourceRecordSets that was sent: `DELETE blue 100`. */
  readonly batches: readonly (readonly string[])[]
  quiet(span?: Span): Promise<void>
}

export const BACK = aWant({ old: 100, new: 0 })
export const TEN = aWant({ old: 90, new: 10 })
export const START: Change['expect'] = { share: { old: 100, new: 0 }, attached: true }

interface Batch {
  readonly ChangeBatch?: {
    readonly Changes?: readonly {
      readonly Action?: string
      readonly ResourceRecordSet?: { readonly SetIdentifier?: string; readonly Weight?: number; readonly Name?: string }
    }[]
  }
}

export function dnsRig(
  routes: readonly RouteOptions[] = [{ name: 'api', kind: 'dns' }],
  options: Partial<WorldOptions> = {},
  deps: Partial<Route53Deps> = {}
): DnsRig {
  const clock = virtualClock()
  const world = makeWorld({ clock, rps: 0, dns: { busy: 0 }, ...options, routes })
  const aws = makeAws({ clock, region: world.region, clientFor: world.client })
  const router = route53Router({ aws, clock, random: () => 1, ...deps })
  const batches: string[][] = []
  const seen = new Set<number>()
  world.watch((call) => {
    if (call.operation !== 'ChangeResourceRecordSets' || seen.has(call.n)) return
    seen.add(call.n)
    const { ChangeBatch } = call.input as Batch
    const named = routes.length > 1
    batches.push(
      (ChangeBatch?.Changes ?? []).map(({ Action, ResourceRecordSet: set }) =>
        [Action, ...(named ? [set?.Name?.split('.')[0]] : []), set?.SetIdentifier, set?.Weight].join(' ')
      )
    )
  })
  const spec = (name = routes[0]?.name ?? '') => world.name(name).spec
  const begin: DnsRig['begin'] = async (name, to, more = {}) => {
    const { expect = START, urgency = expect === 'any' ? 'rollback' : 'forward', ms = 20_000, origin = null } = more
    const swap = more.swap === undefined ? {} : { swap: more.swap }
    const call = { ...aCall(clock.now(), urgency, ms), ...(more.signal ? { signal: more.signal } : {}) }
    const outcomes = await router.write([{ route: spec(name), to, expect, origin, ...swap, n: 1 }], call)
    return outcomes.get(spec(name).key)
  }
  const inspect = async (name?: string) =>
    clock.complete(router.inspect([spec(name)], aCall(clock.now(), 'observe', 60_000)))
  return {
    clock,
    world,
    router,
    spec,
    begin,
    write: (name, to, more) => clock.complete(begin(name, to, more)),
    read: async (name, changeId) => {
      const { key } = spec(name)
      const changes = new Map(changeId === undefined ? [] : [[key, changeId]])
      const call = aCall(clock.now(), 'observe')
      return (await clock.complete(router.read([spec(name)], call, changes))).get(key)
    },
    inspect,
    codes: async (name) => (await inspect(name)).map(({ severity, code }) => `${severity} ${code}`),
    batches,
    quiet: (span = '2s') => clock.advance(span)
  }
}
