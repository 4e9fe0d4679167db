/**
 * `npm run screenshots`: the pictures of README and docs, of the real daemon over the lab. Needs Debian's `chromium`.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { ShiftView } from '../../src/core/view.ts'
import { CHROMIUM, launch, openPage } from './support/browser.ts'
import { openScene, type Scene } from './support/scene.ts'

const FOLDER = join(import.meta.dirname, '../../docs/pictures')
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 860 } }
const TALL: BrowserContextOptions = { viewport: { width: 1280, height: 1180 } }
const PHONE: BrowserContextOptions = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 1.5, isMobile: true }

const COMMON = `
converge: { deadline: 30s }
preflight: { healthyWithin: 30s }
rollback: { deadline: 60s }
`
const POLICIES = {
  standard: `apiVersion: sluice/v1
kind: Policy
name: standard
description: standard, in seconds
steps:
  - { percent: 35, bake: 9s }
  - { percent: 50, bake: 45s, approval: true }
  - { percent: 100, bake: 20s }
gates:
  - { name: errors, type: errorRate, max: 2%, against: old, minRequests: 20, period: 1s, delay: 2s }
  - { name: latency, type: latency, percentile: p50, max: 500ms, action: hold, minRequests: 10, period: 1s, delay: 2s }
  - { name: targets, type: targetHealth, minHealthyRatio: 0.6, every: 1s, for: 3s }
alb: { settle: 1s }
${COMMON}`,
  'standard-dns': `apiVersion: sluice/v1
kind: Policy
name: standard-dns
description: standard for records, in seconds
steps:
  - { percent: 20, bake: 12s }
  - { percent: 50, bake: 30s }
  - { percent: 100, bake: 20s }
gates:
  - { name: errors, type: errorRate, max: 2%, against: old, minRequests: 20, period: 1s, delay: 2s }
dns: { staleFactor: 2, ttlFloor: 5s }
${COMMON}`
}

const OPTIONS = {
  rps: 240,
  // A machine that stalls must not look like a broken cluster.
  healthCheckMs: 1_000,
  healthTimeoutMs: 20_000,
  targetTimeoutMs: 30_000,
  dns: {
    aliasTtlSeconds: 5,
    resolvers: { count: 200, minTtl: { share: 0.08, seconds: [6, 14] }, hold: { share: 0.02, seconds: 40 } },
    clients: { keepMs: 500 }
  }
} as const

interface Shot {
  readonly name: string
  readonly theme: 'light' | 'dark'
  readonly options: BrowserContextOptions
  readonly path: string
  readonly before?: (page: Page) => Promise<void>
}

/** Waits for what makes the picture, then takes it. */
async function shoot(browser: Browser, scene: Scene, shot: Shot): Promise<void> {
  const { page, complaints } = await openPage(browser, scene.url(), { colorScheme: shot.theme, ...shot.options })
  await page.goto(`${scene.url()}/${shot.path}`)
  await page.locator('.answers, .row').first().waitFor()
  if (shot.path !== '') await page.locator('.chart').nth(1).waitFor()
  await shot.before?.(page).catch(async (err: unknown) => {
    throw new Error(`no picture ${shot.name}: the page says ${await page.locator('main').innerText()}`, { cause: err })
  })
  const file = join(FOLDER, `${shot.name}.png`)
  await page.screenshot({ path: file, animations: 'disabled' })
  if (complaints.length > 0) throw new Error(`the console complains: ${complaints.join('; ')}`)
  console.log(`made docs/pictures/${shot.name}.png`)
  await page.context().close()
}

const at = (id: string) => `#/shifts/${id}`
const bakesAt = (percent: number) => (shift: ShiftView) => shift.phase === 'baking' && shift.percent === percent

async function pictures(browser: Browser, scene: Scene): Promise<void> {
  const { lab } = scene
  lab.cluster('old').set({ latencyMs: 18, jitterMs: 20, errorRate: 0.001 })
  lab.cluster('new').set({ latencyMs: 14, jitterMs: 20, errorRate: 0.001 })
  // So that there is a baseline.
  while (lab.traffic.record.all().length < 2_000) await scene.pause()
  const web = await scene.start('shop-web', 'standard', 'EKS 1.34, CHG-1207')
  const dns = await scene.start('shop-dns', 'standard-dns', 'EKS 1.34, CHG-1207')
  await scene.until(web.id, (shift) => bakesAt(50)(shift) && shift.gates.every(({ verdict }) => verdict === 'pass'))
  await shoot(browser, scene, { name: 'page', theme: 'light', options: TALL, path: at(web.id) })
  await shoot(browser, scene, {
    name: 'page-abort',
    theme: 'light',
    options: DESK,
    path: at(web.id),
    before: async (page) => {
      await page.getByRole('button', { name: 'Abort' }).click()
      await page.getByRole('dialog').waitFor()
    }
  })
  await scene.until(dns.id, bakesAt(50))
  lab.cluster('new').set({ latencyMs: 14, jitterMs: 20, errorRate: 0.2, onlyPath: '/dns' })
  await scene.until(dns.id, ({ phase }) => phase === 'rolling_back')
  const inTail = (page: Page) => page.locator('.tile', { hasText: 'in effect in' }).waitFor()
  await shoot(browser, scene, { name: 'page-breach', theme: 'dark', options: DESK, path: at(dns.id), before: inTail })
  await shoot(browser, scene, { name: 'page-phone', theme: 'dark', options: PHONE, path: at(dns.id) })
  await shoot(browser, scene, {
    name: 'page-list',
    theme: 'light',
    options: { viewport: { width: 1280, height: 420 } },
    path: ''
  })
}

async function main(): Promise<number> {
  if (CHROMIUM === null) {
    console.error('no picture was made: there is no chromium on the PATH')
    return 1
  }
  await mkdir(FOLDER, { recursive: true })
  const scene = await openScene(OPTIONS, POLICIES, { 'shop-web': ['web', 'api'], 'shop-dns': ['api-dns'] })
  const browser = await launch()
  try {
    await pictures(browser, scene)
    return 0
  } finally {
    await browser.close()
    await scene.close()
  }
}

process.exitCode = await main()
