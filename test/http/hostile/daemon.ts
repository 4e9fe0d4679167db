/**
 * The whole HTTP app over the real engine, a store and a router in memory: what hostile requests are sent to. Its clock moves
 * only when it is told to.
 */
import { requestDocuments } from '../../../src/config/requestDocuments.ts'
import { makeService } from '../../../src/engine/service.ts'
import { makeSupervisor } from '../../../src/engine/supervisor.ts'
import { buildApp } from '../../../src/http/app.ts'
import type { AuthConfig } from '../../../src/http/auth.ts'
import type { Observer } from '../../../src/observers/observer.ts'
import type { Prober } from '../../../src/probes/probe.ts'
import { memoryRouter, memoryWorld } from '../../../src/routers/memory.ts'
import type { Router } from '../../../src/routers/router.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { makeLogger } from '../../../src/telemetry/log.ts'
import { makeMetrics } from '../../../src/telemetry/metrics.ts'
import { makeWitness } from '../../../src/telemetry/witness.ts'
import { aMigration, anErrorRateGate, aPolicy, aRoute } from '../../support/builders.ts'
import { WITH_TOKENS } from '../build.ts'
import { handClock } from '../handClock.ts'

const MIGRATION = aMigration({ name: 'shop' })
const POLICY = aPolicy({ name: 'standard', gates: [anErrorRateGate()] })

/** Shifts that may be open: a bound on what requests that are legal leave behind. */
const OPEN_MOST = 4

export function hostileDaemon(auth: AuthConfig = WITH_TOKENS) {
  const clock = handClock()
  const lines: string[] = []
  const log = makeLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
  const metrics = makeMetrics()
  const world = memoryWorld()
  const route = aRoute()
  world.rules.set(route.key, { weights: { [route.old.targetGroup]: 1 }, stickySeconds: null, others: [] })
  for (const side of [route.old, route.new]) world.targets.set(side.targetGroup, { healthy: 10 })
  const router = memoryRouter(world, clock) as Router
  const store = memoryStore(clock)
  const probed: string[] = []
  const prober: Prober = {
    get: async (url) => {
      probed.push(url)
      return { ok: true, status: 200, ms: 1, code: '200' }
    }
  }
  const witness = makeWitness({ log, metrics, clock })
  // Without traffic, and without a memory of what it was asked.
  const observer: Observer = {
    measure: async (wanted) =>
      new Map(wanted.map(({ key }) => [key, { kind: 'series', values: new Map(), readAt: clock.now(), skewMs: 0 }]))
  }
  const supervisor = makeSupervisor({ router, observer, prober, store, clock, witness })
  let n = 0
  const sluice = makeService({
    catalogue: {
      policies: () => [{ name: 'standard', file: 'policies/standard.yaml', value: POLICY }],
      migrations: () => [{ name: 'shop', file: 'config/migrations/shop.yaml', value: MIGRATION }],
      reload: async () => ({ policies: 1, migrations: 1 })
    },
    router,
    store,
    supervisor,
    clock,
    newId: () => `shf_01K${String((n += 1)).padStart(23, '0')}`,
    maxOpen: OPEN_MOST,
    hasTokens: auth.tokens.length > 0
  })
  const app = buildApp({ sluice, auth, metrics, log, clock, ...requestDocuments({ region: 'ap-northeast-1', clock }) })
  const close = async () => {
    await supervisor.close(0)
    await app.close()
    await store.close()
  }
  return { app, clock, lines, metrics, probed, store, supervisor, close }
}

export type HostileDaemon = ReturnType<typeof hostileDaemon>
