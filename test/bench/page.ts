/**
 * `npm run bench -- page`: what one browser tab costs the daemon while 300 shifts run, in CPU time of the daemon's process, in turns
 * with and without tabs. Exits 1 where the list, or one shift, costs 1 % of a core or more. Linux only (it reads /proc).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { stringify } from 'yaml'
import { systemClock } from '../../src/clock.ts'
import { daemonProcess } from '../../src/cli/demo/daemonProcess.ts'
import type { Shift } from '../../src/core/shift.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import { migrationObject } from '../../src/lab/migration.ts'
import type { LabSpec } from '../../src/lab/spec.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite.ts'
import { CHROMIUM, launch, openPage } from '../page/support/browser.ts'

const SHIFTS = 300
const RULES_PER_BALANCER = 100
/** The listener's own route, that is not moved. */
const UNUSED = 'unused'
/** Tabs at once, so that what one costs is not lost in the noise. */
const TABS = 8
const ROUNDS = 2
const WINDOW_MS = 20_000
const SETTLE_MS = 10_000
const LIMIT = 0.01
/** Of /proc/PID/stat, on every Linux that this runs on. */
const TICK_MS = 10
const clock = systemClock()

/** Others move the traffic: 300 shifts that all watch, judge every minute, and write nothing. */
const POLICY = `apiVersion: sluice/v1
kind: Policy
name: watch
description: watches for hours
mode: observe
steps:
  - { percent: 50, bake: 8h }
gates:
  - { name: errors, type: errorRate, max: 5%, against: none, minRequests: 1, period: 60s, delay: 60s }
onBlind: { hold: 8h, rollback: never }
`

const nameOf = (i: number) => `route-${String(i).padStart(3, '0')}`

function manyRoutes(): LabSpec {
  const names = Array.from({ length: SHIFTS }, (_, i) => nameOf(i))
  const forward = (name: string) => ({ [`old-${name}`]: 1, [`new-${name}`]: 1 })
  const balancers = Array.from({ length: SHIFTS / RULES_PER_BALANCER }, (_, n) =>
    names.slice(n * RULES_PER_BALANCER, (n + 1) * RULES_PER_BALANCER)
  )
  return {
    clusters: [
      { name: 'old', targets: 1 },
      { name: 'new', targets: 1 }
    ],
    targetGroups: [UNUSED, ...names].flatMap((route) =>
      ['old', 'new'].map((cluster) => ({ name: `${cluster}-${route}`, cluster, route }))
    ),
    loadBalancers: balancers.map((of, n) => ({
      name: `shop-${n}`,
      listeners: [
        {
          name: `${UNUSED}-${n}`,
          forward: forward(UNUSED),
          rules: of.map((name) => ({ name, paths: [`/${name}/*`], forward: forward(name) }))
        }
      ]
    }))
  }
}

/** CPU time that a process has used so far, in ms. */
function cpuMs(pid: number): number {
  const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(after[11]) + Number(after[12])) * TICK_MS
}

/** Share of a core over one window. */
async function shareOver(pid: number, ms: number): Promise<number> {
  const [began, used] = [performance.now(), cpuMs(pid)]
  await clock.sleep(ms)
  return (cpuMs(pid) - used) / (performance.now() - began)
}

interface Cost {
  readonly idle: number
  readonly mean: number
  /** Standard error of the mean of the differences. */
  readonly error: number
}

function costOf(pairs: readonly (readonly [idle: number, tab: number])[]): Cost {
  const differences = pairs.map(([idle, tab]) => tab - idle)
  const mean = differences.reduce((sum, one) => sum + one, 0) / pairs.length
  const spread = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, pairs.length - 1)
  return {
    idle: pairs.reduce((sum, [idle]) => sum + idle, 0) / pairs.length,
    mean,
    error: Math.sqrt(spread / pairs.length)
  }
}

async function openTab(browser: Browser, address: string): Promise<Page> {
  const { page } = await openPage(browser, new URL(address).origin)
  page.setDefaultTimeout(180_000)
  await page.goto(address, { waitUntil: 'commit' })
  await page.locator('.row, .answers').first().waitFor()
  return page
}

async function measure(browser: Browser, url: string, path: string, pid: number): Promise<Cost> {
  const pairs: [number, number][] = []
  for (let round = 0; round < ROUNDS; round++) {
    const idle = await shareOver(pid, WINDOW_MS)
    const tabs = await Promise.all(Array.from({ length: TABS }, async () => openTab(browser, `${url}/${path}`)))
    // Opening it is another thing: every shift is told once.
    await clock.sleep(SETTLE_MS)
    const busy = await shareOver(pid, WINDOW_MS)
    pairs.push([idle, idle + (busy - idle) / TABS])
    await Promise.all(tabs.map((page) => page.context().close()))
  }
  return costOf(pairs)
}

const shown = (share: number) => `${(100 * share).toFixed(2)} %`

const migrationOf = (lab: Lab, name: string) => migrationObject(lab, { name, routes: [name] })

/** One shift through the API, as far as it watches. */
async function startFirst(url: string): Promise<string> {
  const first = nameOf(0)
  const answer = await fetch(`${url}/v1/shifts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ migration: first, policy: 'watch', from: 'live', reason: 'bench' })
  })
  const { id } = (await answer.json()) as { id: string }
  for (;;) {
    const shift = (await (await fetch(`${url}/v1/shifts/${id}`)).json()) as { phase: string; explain: string }
    if (shift.phase === 'baking') return id
    if (shift.phase !== 'preflight') throw new Error(shift.explain)
    await clock.sleep(500)
  }
}

/**
 * The first shift once for each other route, straight into the store: their preflights would take the request budget of AWS's
 * API ten minutes, and are not what is measured.
 */
async function multiply(lab: Lab, file: string, first: string): Promise<void> {
  const store = sqliteStore(file, clock)
  const shift = await store.load(first)
  const [from] = migrationOf(lab, nameOf(0)).routes
  for (let i = 1; i < SHIFTS; i++) {
    const [to] = migrationOf(lab, nameOf(i)).routes
    if (!shift || from?.type !== 'alb' || to?.type !== 'alb') throw new Error('the first shift has a route of its own')
    const id = `shf_01K${String(i).padStart(23, '0')}`
    const pairs = [
      [first, id],
      [nameOf(0), nameOf(i)],
      [from.rule, to.rule],
      [from.old.targetGroup, to.old.targetGroup],
      [from.new.targetGroup, to.new.targetGroup]
    ]
    const text = pairs.reduce((all, [a = '', b = '']) => all.replaceAll(a, b), JSON.stringify(shift))
    const made = await store.create(JSON.parse(text) as Shift, [], [`alb:${to.rule ?? ''}`], {
      maxOpen: 1_000,
      idempotency: null
    })
    if (made.kind !== 'created') throw new Error(`shift ${i} is ${made.kind}`)
  }
  await store.close()
}

async function openShifts(url: string): Promise<number> {
  const answer = await fetch(`${url}/v1/overview`)
  const { items } = (await answer.json()) as { items: { phase: string }[] }
  return items.filter(({ phase }) => phase === 'baking').length
}

/** Prints what it costs; answers the exit code. */
export async function benchPage(): Promise<number> {
  if (CHROMIUM === null) {
    console.error('nothing was measured: there is no chromium on the PATH')
    return 1
  }
  const spec = manyRoutes()
  const lab = await startLab({ spec, rps: 60, periodMs: 60_000, metricDelayMs: 1_000, healthCheckMs: 30_000 })
  const migrations = { first: stringify(migrationOf(lab, nameOf(0))) }
  const daemon = await daemonProcess(clock, { policies: { watch: POLICY }, migrations }, lab.env, 'warn')
  const browser = await launch()
  try {
    const id = await startFirst(await daemon.start())
    await daemon.end('SIGTERM')
    await multiply(lab, join(daemon.folder, 'data/sluice.db'), id)
    const url = await daemon.start()
    await clock.sleep(WINDOW_MS)
    const open = await openShifts(url)
    if (open !== SHIFTS) throw new Error(`${open} shifts watch`)
    const pid = daemon.process().pid ?? 0
    const list = await measure(browser, url, '', pid)
    const one = await measure(browser, url, `#/shifts/${id}`, pid)
    console.log(
      `${SHIFTS} shifts run; ${ROUNDS} turns of ${WINDOW_MS / 1_000} s with and without ${TABS} tabs, CPU time of the daemon for each:`
    )
    const line = (what: string, { idle, mean, error }: Cost) =>
      console.log(
        `  ${what.padEnd(22)} ${shown(mean)} of a core more (± ${shown(error)}), beside ${shown(idle)} without it`
      )
    line('the list', list)
    line('one shift', one)
    const holds = list.mean < LIMIT && one.mean < LIMIT
    console.log(holds ? `under ${shown(LIMIT)}` : `NOT under ${shown(LIMIT)}`)
    return holds ? 0 : 1
  } finally {
    await browser.close()
    await daemon.remove()
    await lab.close()
  }
}
