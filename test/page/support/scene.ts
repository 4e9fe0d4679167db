/**
 * The real daemon as a process, over a lab with users: shifts in seconds where production's take hours.
 */
import { stringify } from 'yaml'
import { systemClock } from '../../../src/clock.ts'
import { daemonProcess, type DaemonProcess } from '../../../src/cli/demo/daemonProcess.ts'
import type { EventView, ShiftView } from '../../../src/core/view.ts'
import { startLab, type Lab } from '../../../src/lab/lab.ts'
import { migrationObject } from '../../../src/lab/migration.ts'
import type { LabOptions } from '../../../src/lab/options.ts'

const LOOK_MS = 50
const PATIENCE_MS = 90_000
const clock = systemClock()

export interface Scene {
  readonly lab: Lab
  readonly daemon: DaemonProcess
  url(): string
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>
  start(migration: string, policy: string, reason: string): Promise<ShiftView>
  shift(id: string): Promise<ShiftView>
  events(id: string): Promise<readonly EventView[]>
  /** Waits until the shift is so, and gives it. */
  until(id: string, isSo: (shift: ShiftView) => boolean): Promise<ShiftView>
  /** A moment, for whoever looks again and again. */
  pause(): Promise<void>
  close(): Promise<void>
}

/** @param policies YAML by name. @param routes the routes of each migration. */
export async function openScene(
  options: LabOptions,
  policies: Readonly<Record<string, string>>,
  routes: Readonly<Record<string, readonly string[]>>
): Promise<Scene> {
  const lab = await startLab(options)
  const migrations = Object.fromEntries(
    Object.entries(routes).map(([name, of]) => [name, stringify(migrationObject(lab, { name, routes: of }))])
  )
  const daemon = await daemonProcess(clock, { policies, migrations }, lab.env)
  const close = async () => {
    await daemon.remove()
    await lab.close()
  }
  try {
    await daemon.start()
  } catch (err) {
    await close()
    throw err
  }
  return { lab, daemon, url: () => daemon.url(), ...asking(daemon), pause: () => clock.sleep(LOOK_MS), close }
}

function asking(daemon: DaemonProcess): Pick<Scene, 'ask' | 'start' | 'shift' | 'events' | 'until'> {
  const ask = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${daemon.url()}${path}`, { method, ...sent })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const shift = (id: string) => ask<ShiftView>('GET', `/v1/shifts/${id}`)
  return {
    ask,
    shift,
    start: (migration, policy, reason) => ask<ShiftView>('POST', '/v1/shifts', { migration, policy, reason }),
    events: async (id) => (await ask<{ items: EventView[] }>('GET', `/v1/shifts/${id}/events`)).items,
    until: async (id, isSo) => {
      const end = clock.now() + PATIENCE_MS
      for (;;) {
        const now = await shift(id)
        if (isSo(now)) return now
        if (clock.now() > end || now.outcome !== null) throw new Error(`it is ${now.phase}: ${now.explain}`)
        await clock.sleep(LOOK_MS)
      }
    }
  }
}
