/**
 * Known routes strictly between 0 and 100 % that no open shift watches, and that no shift left so on purpose: the tool's disk was
 * lost, or somebody else began (FM-45). Found and told, each once while it stays so; never touched.
 */
import type { Call } from '../core/call.ts'
import type { Migration, RouteSpec } from '../core/migration.ts'
import { sameShare, type Share } from '../core/share.ts'
import { orphanTidings } from '../core/notify/tidings.ts'
import { isEnded } from '../core/shift.ts'
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Router } from '../routers/router.ts'
import type { Store } from '../stores/store.ts'
import type { Catalogue } from './sluice.ts'
import { SILENT, tellAll, type Voice } from './voice.ts'
import type { Witness } from './witness.ts'

const EVERY_MS: Ms = 10 * 60_000
const CALL_MS: Ms = 20_000
/** A replica that follows may lead at any time. */
const FOLLOWER_MS: Ms = 15_000

export interface OrphanDeps {
  readonly router: Router
  readonly store: Store
  readonly catalogue: Catalogue
  readonly witness: Witness
  readonly clock: Clock
  /** Who is told; nobody where it is left out. */
  readonly voice?: Voice | undefined
  /** Of several replicas the one that leads looks. */
  readonly leads?: () => boolean
}

/** At start, and now and then, until `signal` aborts (CONTRACT 5.3). */
export async function watchOrphans(deps: OrphanDeps, signal: AbortSignal): Promise<void> {
  const { clock, catalogue, witness, store, voice = SILENT, leads = () => true } = deps
  let told: readonly string[] = []
  while (!signal.aborted) {
    if (!leads()) {
      await clock.sleep(FOLLOWER_MS, signal)
      continue
    }
    try {
      const migrations = catalogue.migrations().map(({ value }) => value)
      const call = { urgency: 'observe', deadlineAt: clock.now() + CALL_MS, signal } as const
      const names = await findOrphans(deps, migrations, call)
      if (signal.aborted) return
      witness.orphans(names)
      const fresh = names.filter((name) => !told.includes(name))
      if (fresh.length > 0) await tellAll(voice, store, orphanTidings(fresh, clock.now()))
      told = names
    } catch (err) {
      if (!signal.aborted) witness.failed('orphans', null, err)
    }
    await clock.sleep(EVERY_MS, signal)
  }
}

/** `migration/route` of each orphan. Routes that cannot be read are not claimed to be orphans. */
export async function findOrphans(
  deps: { readonly router: Router; readonly store: Store },
  migrations: readonly Migration[],
  call: Call
): Promise<readonly string[]> {
  const known = migrations.flatMap((migration) => migration.routes.map((route) => ({ migration, route })))
  const byKey = new Map(known.map((entry) => [entry.route.key, entry]))
  const readings = await deps.router.read(
    [...byKey.values()].map(({ route }) => route),
    call
  )
  const watched = await watchedKeys(deps.store)
  const orphans: string[] = []
  for (const { migration, route } of byKey.values()) {
    const reading = readings.get(route.key)
    if (reading?.kind !== 'reading' || !isBetween(reading.share) || watched.has(route.key)) continue
    if (!(await wasLeftSo(deps.store, route, reading.share))) orphans.push(`${migration.name}/${route.name}`)
  }
  return orphans
}

function isBetween(share: Share): boolean {
  return share.new > 0 && share.old > 0
}

async function watchedKeys(store: Store): Promise<ReadonlySet<string>> {
  const open = await Promise.all((await store.open()).map((id) => store.load(id)))
  return new Set(open.flatMap((shift) => (shift ? shift.routes.map((route) => route.key) : [])))
}

async function wasLeftSo(store: Store, route: RouteSpec, live: Share): Promise<boolean> {
  const last = await store.lastHolder(route.key)
  if (!last || !isEnded(last.phase)) return false
  if (last.phase.kind !== 'completed' && last.phase.kind !== 'released') return false
  return last.routes.some((state) => state.key === route.key && sameShare(state.want.share, live))
}
