/**
 * How the page looks in hard cases: many shifts, many routes, long names, a narrow screen; and whether everybody can use it.
 */
import t from 'tap'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { ShiftView } from '../../src/core/view.ts'
import { WITH_TOKENS } from '../http/build.ts'
import { aShift, anEvent, ID } from '../http/views.ts'
import { assertQuiet, launch, NO_BROWSER, openPage } from './support/browser.ts'
import { aStage, type Stage } from './support/stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PHONE: BrowserContextOptions = { viewport: { width: 375, height: 812 }, reducedMotion: 'reduce' }
const soon = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
const AT = '2026-01-01T00:00:00.000Z'
const LONG =
  'a-migration-with-a-name-so-long-that-nobody-would-ever-say-it-aloud-and-without-a-place-to-break_1_2_3_4_5'

/** What axe finds on the page as it is now. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  })
}

/** Nothing sticks out to the side. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** 12 steps, 30 routes, long names, every verdict, findings, commands. */
function aHardShift(): ShiftView {
  const plain = aShift()
  const names = Array.from({ length: 30 }, (_, i) => (i === 7 ? LONG : `route-${i}`))
  const verdicts = ['pass', 'inconclusive', 'blind', 'hold', 'breach'] as const
  const [route] = plain.routes
  const [gate] = plain.gates
  if (!route || !gate) throw new Error('the plain shift has a route and a gate')
  return {
    ...plain,
    migration: LONG,
    explain: `baking at 10 % for 4m12s more: new fails 3.1 % of 5,321 requests on ${LONG}; then 50 %`,
    reason: `because ${LONG}`,
    attention: 'rollback_capacity',
    seenAt: soon(0),
    step: { index: 4, of: 12, percent: 10, since: soon(-60), until: soon(250), evidence: null, steppedBackTo: null },
    steps: [0.1, 0.5, 1, 2, 10, 20, 30, 40, 50, 60, 80, 100].map((percent, i) => ({
      percent,
      bakeSeconds: 600,
      approval: i === 8 ? 'other' : null
    })),
    routes: names.map((name, i) => ({
      ...route,
      name,
      type: i % 2 === 0 ? 'alb' : 'route53',
      holdSeconds: i % 2 === 0 ? null : 60,
      expectedPercent: i % 2 === 0 ? null : 9.4,
      livePercent: i === 3 ? 40 : 10,
      healthyTargets: { old: 40, new: i === 5 ? 0 : 6 }
    })),
    gates: names.flatMap((name, i) => ({ ...gate, route: name, verdict: verdicts[i % 5] ?? 'pass' })),
    findings: [
      {
        severity: 'blocker',
        code: 'new_unhealthy',
        route: LONG,
        detail: 'new has no healthy target',
        remedy: 'mend it'
      },
      { severity: 'warning', code: 'short_period', route: null, detail: 'a period is short', remedy: 'choose 60s' }
    ],
    rollback: { ...plain.rollback, commands: names.map((name) => `aws elbv2 modify-rule --rule-arn arn:aws:${name}`) }
  }
}

async function fill(stage: Stage): Promise<void> {
  const shift = aHardShift()
  stage.sluice.shifts.set(ID, shift)
  const at = soon(-100)
  const point = { gate: 'errors', unit: 'share', seconds: 10, newRequests: 100, oldRequests: 900, limit: 0.01 } as const
  stage.sluice.series = async (_id, after) => ({
    items:
      after > 0
        ? []
        : Array.from({ length: 30 }, (_, i) => ({
            ...point,
            route: LONG,
            at: soon(i * 10 - 300),
            new: 0.031,
            old: 0.002
          })),
    next: null,
    upTo: 7
  })
  stage.sluice.emit(
    ID,
    anEvent(1, { at }),
    anEvent(2, { at, type: 'weight.requested', data: { route: LONG, percent: 10 } }),
    anEvent(3, { at, type: 'weight.confirmed', data: { route: LONG, percent: 10 } }),
    anEvent(4, { at: soon(-40), type: 'weight.in_effect', data: { percent: 10, step: 4 } })
  )
}

async function shown(browser: Browser, stage: Stage, path: string, options: BrowserContextOptions) {
  const watched = await openPage(browser, stage.url, options)
  await watched.page.goto(`${stage.url}/${path}`)
  return watched
}

t.test('looks', { skip: NO_BROWSER }, async (t) => {
  const browser = await launch()
  t.teardown(() => browser.close())

  await t.test('300 shifts: those that need a person first, and each is found by its name', async (t) => {
    const stage = await aStage(t)
    for (let i = 0; i < 300; i++) {
      const id = `shf_${String(i).padStart(26, '0')}`
      const halted = i === 123 ? ({ phase: 'halted', attention: 'drift' } as const) : {}
      const ended = i % 3 === 2 ? ({ phase: 'completed', outcome: 'completed', endedAt: soon(-i) } as const) : {}
      stage.sluice.shifts.set(id, aShift({ id, migration: `service-${i}`, ...ended, ...halted }))
    }
    const watched = await shown(browser, stage, '', {})
    const { page } = watched
    await page.getByText('200 active shifts, 1 of them needs a person; 100 ended ones').waitFor()
    t.equal(await page.locator('.row .title').first().innerText(), 'service-123')
    t.ok((await page.locator('.row').count()) < 100, 'not everything is drawn at once')
    await page.getByRole('searchbox').fill('service-77')
    await page.getByText('1 active shift;').or(page.getByText('0 active shifts; 1 ended one')).waitFor()
    t.strictSame(await page.locator('.row .title').allInnerTexts(), ['service-77'])
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Show 160 more shifts' }).click()
    t.equal(await page.locator('section').first().locator('.row').count(), 200)
    const older = aShift({ id: 'shf_older', migration: 'older', outcome: 'completed', phase: 'completed', endedAt: AT })
    stage.sluice.list = async ({ cursor }) => {
      const known = [...stage.sluice.shifts.values()].filter(({ outcome }) => outcome !== null)
      return cursor === null ? { items: known.slice(0, 50), next: 'p2' } : { items: [older], next: null }
    }
    await page.getByRole('button', { name: 'Show 60 more shifts' }).click()
    await page.getByRole('button', { name: 'Show older' }).click()
    await page.getByText('101 ended ones').waitFor()
    t.equal(await page.locator('.row .title').last().innerText(), 'older', 'the list is read on until one is new')
    t.equal(await page.getByRole('button', { name: 'Show older' }).count(), 0, 'there is no older one')
    await assertQuiet(t, watched)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`everybody can use it, ${colorScheme}: list, shift, question`, async (t) => {
      const stage = await aStage(t)
      await fill(stage)
      stage.sluice.shifts.set(
        'shf_x',
        aShift({ id: 'shf_x', phase: 'rolled_back', outcome: 'rolled_back', endedAt: soon(-9) })
      )
      stage.sluice.stopNow = { action: 'hold', reason: 'incident', actor: 'lead', at: Date.now() }
      const watched = await shown(browser, stage, '', { colorScheme, reducedMotion: 'reduce' })
      const { page } = watched
      await page.locator('.row').nth(1).waitFor()
      t.equal(await page.evaluate(() => document.documentElement.dataset['theme']), colorScheme)
      t.strictSame(await violations(page), [])
      await page.goto(`${stage.url}/#/shifts/${ID}`)
      await page.locator('.withtool select').selectOption(LONG)
      await page.locator('.chart canvas').nth(1).waitFor()
      await page.locator('.log li').nth(3).waitFor()
      t.strictSame(await violations(page), [])
      await page.getByRole('button', { name: 'Abort' }).click()
      await page.getByRole('dialog').waitFor()
      t.strictSame(await violations(page), [])
      await page.goto(`${stage.url}/#/shifts/shf_x`)
      await page.getByRole('region', { name: 'Report' }).waitFor()
      t.strictSame(await violations(page), [])
      await assertQuiet(t, watched)
    })
  }

  await t.test(
    '375 px wide: nothing sticks out, with 12 steps, 30 routes and long names; the theme can be chosen',
    async (t) => {
      const stage = await aStage(t)
      await fill(stage)
      const watched = await shown(browser, stage, '', PHONE)
      const { page } = watched
      await page.locator('.row').first().waitFor()
      t.equal(await overflow(page), 0, 'the list')
      await page.goto(`${stage.url}/#/shifts/${ID}`)
      await page.locator('.withtool select').selectOption(LONG)
      await page.locator('.chart canvas').nth(1).waitFor()
      t.equal(await overflow(page), 0, 'the shift')
      t.equal(await page.locator('.rung').count(), 12)
      t.equal(await page.getByRole('group', { name: 'Routes, table' }).locator('tbody tr').count(), 30)
      const stopAt = await page.getByRole('button', { name: 'Abort' }).boundingBox()
      t.ok(stopAt && stopAt.height >= 38, 'a thumb can press it')
      await page.getByRole('button', { name: /^Colours: system/ }).click()
      await page.getByRole('button', { name: /^Colours: light/ }).click()
      t.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark')
      await page.getByRole('button', { name: 'Abort' }).click()
      await page.getByRole('dialog').waitFor()
      t.equal(await overflow(page), 0, 'the question')
      t.strictSame(await violations(page), [])
      await assertQuiet(t, watched)
    }
  )

  await t.test('the sign-in can be used by everybody', async (t) => {
    const stage = await aStage(t, WITH_TOKENS)
    const watched = await openPage(browser, stage.url, { colorScheme: 'dark' }, /401/)
    await watched.page.goto(stage.url)
    await watched.page.getByLabel('Token').waitFor()
    t.strictSame(await violations(watched.page), [])
    await assertQuiet(t, watched)
  })
})
