/** What is told of a whole shift afterwards: the report in every format, and what was measured, page by page. */
import t from 'tap'
import { html } from '../../src/report/html.ts'
import { markdown } from '../../src/report/markdown.ts'
import type { PointView } from '../../src/core/view.ts'
import { aRig } from './rig.ts'

t.test('a shift that is rolled back: the report holds the evidence that convicted new', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  await rig.clock.advance('3m')
  rig.world.new.errorRate = 0.1
  await rig.untilEnd(id)
  const report = await rig.sluice().report(id)
  t.match(report, { outcome: 'rolled_back', rollback: { happened: true, cause: 'breach', verifiedBy: ['read_back'] } })
  t.ok(report.rollback.detectedAt !== null && report.rollback.possibleUntil !== null)
  const errors = report.evidence.filter(({ gate }) => gate === 'errors')
  t.strictSame(
    errors.map(({ step }) => step),
    [0, 1]
  )
  const [healthy, broken] = errors
  t.equal(healthy?.new, 0)
  t.ok((broken?.new ?? 0) > 0.01 && broken?.old === 0, JSON.stringify(broken))
  t.ok((healthy?.periods ?? 0) >= 5, 'every period of the bake but those that lie only in part in it')
  const sum = report.stretches.reduce((all, { seconds }) => all + seconds, 0)
  t.ok(Math.abs(sum - report.time.seconds) < 0.01, 'every second is in one stretch')
  t.equal(report.stretches.at(-1)?.stretch, 'back')
  for (const text of [markdown(report), html(report)]) {
    t.match(text, 'rolled back')
    t.match(text, 'Verified after')
    t.notMatch(text, /undefined|NaN|null/)
  }
})

t.test('a series is the same in one page and in many, and goes on where it ended', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  const sluice = rig.sluice()
  const whole = await sluice.series(id, 0, 100_000)
  t.equal(whole.next, null)
  const pieces = new Map<string, PointView>()
  for (let after = 0, more = true; more;) {
    const page = await sluice.series(id, after, 7)
    for (const point of page.items) pieces.set(`${point.gate} ${point.route} ${point.at}`, point)
    after = page.upTo
    more = page.next !== null
  }
  t.strictSame([...pieces.values()], whole.items)
  t.ok(whole.items.length > 5)
  t.ok(whole.items.every(({ newRequests }) => newRequests !== null))
  await rig.clock.advance('4m')
  const later = await sluice.series(id, whole.upTo, 100_000)
  t.ok(later.items.length >= 3 && later.items.every(({ at }) => at > (whole.items.at(-1)?.at ?? '')))
  await t.rejects(sluice.series('shf_none', 0, 1), { code: 'shift_not_found' })
})
