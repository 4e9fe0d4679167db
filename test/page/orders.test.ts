/**
 * What people do on the page, in a real browser, over shifts made by hand.
 */
import t from 'tap'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { ShiftError } from '../../src/errors.ts'
import { TOKENS, WITH_TOKENS } from '../http/build.ts'
import { aShift, anEvent, ID } from '../http/views.ts'
import { assertQuiet, launch, NO_BROWSER, openPage } from './support/browser.ts'
import { aStage, type Stage } from './support/stage.ts'

const soon = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
const bakes = (over: Parameters<typeof aShift>[0] = {}) =>
  aShift({
    step: { index: 1, of: 4, percent: 10, since: soon(-60), until: soon(540), evidence: null, steppedBackTo: null },
    seenAt: soon(0),
    ...over
  })

t.test('orders on the page', { skip: NO_BROWSER }, async (t) => {
  const browser = await launch()
  t.teardown(() => browser.close())
  const shown = async (stage: Stage, path = `#/shifts/${ID}`, expected?: RegExp) => {
    const watched = await openPage(browser, stage.url, {}, expected)
    await watched.page.goto(`${stage.url}/${path}`)
    return watched
  }
  const signIn = async (page: Page, token: string) => {
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  await t.test('an abort by mouse says what will happen, and is done once', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await shown(stage)
    const { page } = watched
    await page.getByRole('button', { name: 'Abort' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByText('Route web goes back to 0 %; 90 % of users are back within 10 s, the rest within 60 s.')
      .waitFor()
    t.strictSame(stage.sluice.ordered, [], 'nothing is ordered before the answer')
    await dialog.getByLabel('Reason').fill('checkout looks wrong')
    await dialog.getByRole('button', { name: 'Abort: take everybody back' }).click()
    await dialog.waitFor({ state: 'detached' })
    t.match(stage.sluice.ordered, [
      { id: ID, actor: 'anonymous', order: { verb: 'abort', reason: 'checkout looks wrong', force: false } }
    ])
    t.equal(stage.sluice.ordered.length, 1)
    await assertQuiet(t, watched)
  })

  await t.test('an abort by keyboard alone, from the list; Escape changes nothing', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await shown(stage, '')
    const { page } = watched
    await page.getByRole('button', { name: 'Abort shop' }).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
    for (let i = 0; i < 30 && (await focused()) !== 'Abort shop'; i++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.strictSame(stage.sluice.ordered, [])
    t.equal(await focused(), 'Abort shop', 'the keyboard is where it was')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.match(stage.sluice.ordered, [{ id: ID, order: { verb: 'abort', force: false } }])
    await assertQuiet(t, watched)
  })

  await t.test('the red button is on every view, is told everywhere, and is lifted', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await shown(stage, '')
    const { page } = watched
    await page.getByRole('button', { name: 'Abort shop' }).waitFor()
    await page.goto(`${stage.url}/#/shifts/${ID}`)
    await page.getByRole('button', { name: 'Stop everything' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 open shift.').waitFor()
    await dialog.getByRole('button', { name: 'Stop everything' }).click()
    await dialog.getByText('say why').waitFor()
    t.equal(stage.sluice.stopNow, null, 'not without a reason')
    await dialog.getByLabel('Roll back').check()
    await dialog.getByLabel('Reason').fill('incident 4711')
    await dialog.getByRole('button', { name: 'Stop everything' }).click()
    await page.getByText('Everything is stopped.', { exact: true }).first().waitFor()
    t.match(stage.sluice.stopNow, { action: 'rollback', reason: 'incident 4711', actor: 'anonymous' })
    t.equal(await page.getByRole('button', { name: 'Advance' }).count(), 0, 'what is forbidden is not offered')
    await page.getByRole('link', { name: 'All shifts' }).click()
    await page.getByText('incident 4711').waitFor()
    await page.getByRole('button', { name: 'Lift it' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Lift it' }).click()
    await page.getByText('incident 4711').waitFor({ state: 'detached' })
    t.equal(stage.sluice.stopNow, null)
    await assertQuiet(t, watched)
  })

  await t.test('the red button before the list has come: it can be pressed, and counts nothing', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await openPage(browser, stage.url)
    const { page } = watched
    await page.route('**/v1/overview', () => undefined)
    await page.goto(stage.url)
    await page.getByRole('button', { name: 'Stop everything' }).click()
    await page.getByRole('dialog').getByText('Every open shift; the list of them has not come yet.').waitFor()
    await assertQuiet(t, watched)
  })

  await t.test('a viewer signs in, sees everything, and can order nothing', async (t) => {
    const stage = await aStage(t, WITH_TOKENS)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await shown(stage, `#/shifts/${ID}`, /401/)
    const { page } = watched
    await signIn(page, 'no such token')
    await page.getByText('That token is not known here.').waitFor()
    await signIn(page, TOKENS.viewer)
    await page.getByText('grafana is a viewer and may only look.').waitFor()
    await page.getByText('Users are fine').waitFor()
    for (const name of ['Abort', 'Pause', 'Advance', 'Release', 'Stop everything']) {
      t.equal(await page.getByRole('button', { name }).count(), 0, name)
    }
    t.notMatch(watched.requests.join('\n'), /CANARY|token=/, 'no address holds the token')
    t.equal(await page.evaluate(() => localStorage.getItem('sluice-token')), null)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    t.equal(await page.evaluate(() => sessionStorage.getItem('sluice-token')), null)
    await assertQuiet(t, watched)
  })

  await t.test(
    'the report of an ended shift: as a file, and as Markdown in the clipboard or else as a file',
    async (t) => {
      const stage = await aStage(t, WITH_TOKENS)
      stage.sluice.shifts.set(ID, bakes({ phase: 'rolled_back', outcome: 'rolled_back', endedAt: soon(-9) }))
      const watched = await shown(stage, `#/shifts/${ID}`, /401/)
      const { page } = watched
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await signIn(page, TOKENS.viewer)
      const report = page.getByRole('region', { name: 'Report' })
      const status = report.getByRole('status')
      const saved = async (button: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          report.getByRole('button', { name: button }).click()
        ])
        return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
      }
      const file = await saved('Download the report (HTML)')
      t.equal(file.name, `sluice-shop-${ID}.html`)
      t.match(file.text, /^<!doctype html>[\s\S]*<style>[\s\S]*<\/html>\s*$/i)
      await status.getByText(`Saved as sluice-shop-${ID}.html.`).waitFor()
      await report.getByRole('button', { name: 'Copy the report as Markdown' }).click()
      await status.getByText('Copied.').waitFor()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      t.match(copied, /^# Traffic shift/)
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
      t.strictSame(await saved('Copy the report as Markdown'), { name: `sluice-shop-${ID}.md`, text: copied })
      await status.getByText('The browser did not allow it').waitFor()
      await assertQuiet(t, watched)
    }
  )

  await t.test('an operator approves with a comment; a step that moved is refused in words', async (t) => {
    const stage = await aStage(t, WITH_TOKENS)
    stage.sluice.shifts.set(ID, bakes({ phase: 'awaiting_approval', attention: 'approval' }))
    const watched = await shown(stage, `#/shifts/${ID}`, /401|409/)
    const { page } = watched
    await signIn(page, TOKENS.operator)
    await page.getByRole('button', { name: 'Approve' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('New goes to 50 %.').waitFor()
    await dialog.getByLabel('Comment').fill('dashboards look fine')
    let moved = true
    const before = stage.sluice.order.bind(stage.sluice)
    stage.sluice.order = async (...given) => {
      if (!moved) return before(...given)
      moved = false
      throw new ShiftError('step_moved', 'step 1 was meant, the shift is at step 2')
    }
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await dialog.getByText('step 1 was meant, the shift is at step 2').waitFor()
    t.strictSame(stage.sluice.ordered, [])
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await dialog.waitFor({ state: 'detached' })
    t.match(stage.sluice.ordered.at(-1), {
      actor: 'oncall',
      order: { verb: 'approve', step: 1, comment: 'dashboards look fine' }
    })
    await assertQuiet(t, watched)
  })

  await t.test('a drift is adopted or overwritten, and the log says who did what', async (t) => {
    const stage = await aStage(t)
    const [route] = aShift().routes
    const drifted = bakes({
      phase: 'halted',
      attention: 'drift',
      drifted: true,
      routes: route ? [{ ...route, livePercent: 40 }] : []
    })
    stage.sluice.shifts.set(ID, drifted)
    const watched = await shown(stage)
    const { page } = watched
    await page.getByRole('button', { name: 'Overwrite it' }).click()
    await page.getByText('What somebody else set (web has 40 %) is written over: 1 route to 10 %.').waitFor()
    await page.getByRole('button', { name: 'Change nothing' }).click()
    await page.getByRole('button', { name: 'Adopt what is live' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Adopt it and go on' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.match(stage.sluice.ordered, [{ order: { verb: 'resume', drift: 'adopt' } }])
    stage.sluice.emit(ID, anEvent(1, { type: 'shift.resumed', actor: 'alice', explain: 'resumed with drift adopt' }))
    await page.locator('.log .person', { hasText: 'alice' }).waitFor()
    await assertQuiet(t, watched)
  })

  await t.test('who does not lead says so, and what is silent never looks fresh', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    stage.sluice.healthNow = { ...stage.sluice.healthNow, leader: false }
    const watched = await shown(stage, '', /ERR_|Failed to load/)
    const { page } = watched
    await page.getByText('This daemon does not lead.').waitFor()
    t.equal(await page.evaluate(() => document.documentElement.dataset['stale']), 'false')
    await stage.close()
    await page.getByText('The daemon is silent.').waitFor()
    t.equal(await page.evaluate(() => document.documentElement.dataset['stale']), 'true')
    t.match(await page.locator('main').evaluate((main) => getComputedStyle(main).filter), /grayscale/)
    t.match(await page.locator('.pulse').innerText(), /silent for \d+s/)
    await assertQuiet(t, watched)
  })

  await t.test('a proxy that answers in the place of a daemon that starts again ends nothing', async (t) => {
    const stage = await aStage(t)
    stage.sluice.shifts.set(ID, bakes())
    const watched = await shown(stage, '', /ERR_|Failed to load/)
    const { page } = watched
    await page.getByRole('button', { name: 'Abort shop' }).waitFor()
    let refused = 0
    await page.route('**/v1/**', (route) => {
      refused += 1
      // A page of its own, under any status. A reload gives up what is on its way.
      const status = [404, 403, 200][refused % 3] ?? 404
      return route.fulfill({ status, contentType: 'text/html', body: '<p>nobody' }).catch(() => undefined)
    })
    await page.goto(`${stage.url}/#/shifts/${ID}`)
    await page.reload()
    while (refused < 9) await page.waitForResponse('**/v1/**')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.locator('.headline .badge', { hasText: 'Baking' }).waitFor()
    await page.getByRole('button', { name: 'Abort' }).waitFor()
    stage.sluice.emit(ID, anEvent(1, { type: 'shift.resumed', actor: 'alice', explain: 'resumed' }))
    await page.locator('.log .person', { hasText: 'alice' }).waitFor()
    await assertQuiet(t, watched)
  })
})
