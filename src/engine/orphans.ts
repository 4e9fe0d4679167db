/**
 * Known routes strictly between 0 and 100 % that no open shift watches, and that no shift left so on purpose: the tool's disk was
 * lost, or somebody else began (FM-45). Found and told; never touched.
 */
import type { Call } from '../core/call.ts'
import type { Migration, RouteSpec } from '../core/migration.ts'
import { sameShare, type Share } from '../core/share.ts'
import { isEnded } from '../core/shift.ts'
import type { Router } from '../routers/router.ts'
import type { Store } from '../stores/store.ts'

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
