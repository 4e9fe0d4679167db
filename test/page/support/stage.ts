/**
 * The daemon's HTTP face over shifts made by hand, listening on loopback: for states that are hard to reach.
 */
import type { Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import type { AuthConfig } from '../../../src/http/auth.ts'
import { buildApp } from '../../../src/http/app.ts'
import { makeLogger } from '../../../src/telemetry/log.ts'
import { makeMetrics } from '../../../src/telemetry/metrics.ts'
import { fakeSluice, type FakeSluice } from '../../http/fakeSluice.ts'
import { MIGRATION, POLICY } from '../../http/views.ts'

export interface Stage {
  readonly url: string
  readonly sluice: FakeSluice
  close(): Promise<void>
}

export async function openStage(auth: AuthConfig = { tokens: [], metrics: 'open' }): Promise<Stage> {
  const sluice = fakeSluice()
  const app = buildApp({
    sluice,
    clock: systemClock(),
    log: makeLogger({ level: 'silent' }),
    metrics: makeMetrics(),
    auth,
    validate: async () => ({ errors: [], warnings: [], names: [] }),
    parseInline: { migration: () => MIGRATION, policy: () => POLICY }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, sluice, close: () => app.close() }
}

export async function aStage(t: Test, auth?: AuthConfig): Promise<Stage> {
  const stage = await openStage(auth)
  t.teardown(() => stage.close())
  return stage
}
