/**
 * On-call watches the real daemon over the lab, in a real browser: a whole shift with an approval and a daemon that is killed on
 * the way; and a breach.
 */
import t from 'tap'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { assertQuiet, launch, NO_BROWSER, openPage } from './support/browser.ts'
import { openScene, type Scene } from './support/scene.ts'

const policy = (name: string, steps: readonly string[]) => `apiVersion: sluice/v1
kind: Policy
name: ${name}
description: in seconds
steps:
${steps.map((step) => `  - ${step}`).join('\n')}
gates:
  - { name: errors, type: errorRate, max: 2%, against: old, minRequests: 10, period: 1s, delay: 2s }
alb: { settle: 1s }
onBlind: { hold: 60s, rollback: never }
converge: { deadline: 60s }
preflight: { healthyWithin: 60s }
drain: { residual: 5%, for: 1s, deadline: 10s }
rollback: { deadline: 60s }
`
const POLICIES = {
  asks: policy('asks', ['{ percent: 50, bake: 5s, approval: true }', '{ percent: 100, bake: 5s }']),
  slow: policy('slow', ['{ percent: 50, bake: 60s }', '{ percent: 100, bake: 5s }'])
}
/** A machine that stalls must not look like a broken cluster. */
const LAB = { rps: 60, healthCheckMs: 1_000, healthTimeoutMs: 20_000, targetTimeoutMs: 30_000, partialShare: 0 }

/** The seqs of the log as it stands on the page, oldest first. */
async function seqs(page: Page): Promise<readonly number[]> {
  const all = await page.locator('.log li').evaluateAll((items) => items.map((item) => Number(item.dataset['seq'])))
  return all.toReversed()
}

/** The next start listens where this one did. */
async function keepPort(scene: Scene): Promise<void> {
  const file = join(scene.daemon.folder, 'sluice.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('port: 0', `port: ${new URL(scene.url()).port}`))
}

t.test('on-call watches the lab', { skip: NO_BROWSER }, async (t) => {
  const scene = await openScene(LAB, POLICIES, { 'shop-web': ['web'], 'shop-api': ['api'] })
  t.teardown(() => scene.close())
  const browser = await launch()
  t.teardown(() => browser.close())
  await keepPort(scene)

  await t.test('a breach is seen: users are hurt, everybody goes back, by itself', async (t) => {
    const watched = await openPage(browser, scene.url())
    const { page } = watched
    const { id } = await scene.start('shop-api', 'slow', 'breach')
    await page.goto(scene.url())
    await page.getByRole('link', { name: 'shop-api' }).click()
    await page.locator('.tile', { hasText: 'Users are fine' }).waitFor()
    await page.locator('.tile', { hasText: 'every user is back within' }).waitFor()
    scene.lab.cluster('new').set({ errorRate: 0.5, onlyPath: '/api' })
    await page.locator('.log .loud', { hasText: 'breach.detected' }).waitFor()
    await page.locator('.headline .badge', { hasText: 'Rolled back' }).waitFor()
    await page.locator('.tile', { hasText: 'Nobody is on new' }).waitFor()
    t.equal((await scene.shift(id)).phase, 'rolled_back')
    t.equal(await page.getByRole('button', { name: 'Abort' }).count(), 0)
    t.match(await page.title(), /Rolled back/)
    scene.lab.cluster('new').set({ errorRate: 0, onlyPath: null })
    await assertQuiet(t, watched)
  })

  await t.test(
    'a whole shift to its end: the daemon is killed, comes back, and an approval lets it go on',
    async (t) => {
      const watched = await openPage(browser, scene.url(), {}, /ERR_|Failed to load/)
      const { page } = watched
      const { id } = await scene.start('shop-web', 'asks', 'whole')
      await page.goto(`${scene.url()}/#/shifts/${id}`)
      await page.locator('.headline .badge', { hasText: 'Baking' }).waitFor()
      await scene.daemon.end('SIGKILL')
      await page.getByText('The daemon is silent.').waitFor()
      t.equal(await page.evaluate(() => document.documentElement.dataset['stale']), 'true')
      await scene.daemon.start()
      await page.getByText('The daemon is silent.').waitFor({ state: 'detached' })

      // Where it went elsewhere, this says where and why; the page would only be without the button.
      await scene.until(id, ({ phase }) => phase === 'awaiting_approval')
      await page.getByRole('button', { name: 'Approve' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Comment').fill('looks fine')
      await dialog.getByRole('button', { name: 'Approve' }).click()
      await page.locator('.log li', { hasText: 'step 0 was approved: looks fine' }).waitFor()
      await page.locator('.headline .badge', { hasText: 'Completed' }).waitFor()
      await page.locator('.log li', { hasText: 'shift.ended' }).waitFor()
      await page.getByRole('button', { name: 'Take it back' }).waitFor()

      const events = await scene.events(id)
      const shown = await seqs(page)
      t.strictSame(
        shown,
        events.map(({ seq }) => seq),
        'the log on the page has no gap and no repeat'
      )
      t.equal(await page.locator('.rung.is-done').count(), 2)
      t.ok((await page.locator('.chart canvas').count()) >= 2)
      await assertQuiet(t, watched)
    }
  )
})
