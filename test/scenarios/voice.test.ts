/**
 * Whole shifts that are told of: what arrives, what a dead target does (nothing), and what a crash loses (nothing).
 */
import t, { type Test } from 'tap'
import type { Clock } from '../../src/clock.ts'
import type { Notice } from '../../src/core/notice.ts'
import { isToldUnasked } from '../../src/core/notify/audience.ts'
import type { Delivery, Notifier } from '../../src/notifiers/notifier.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Store } from '../../src/stores/store.ts'
import { aProductionPolicy, aRig } from './rig.ts'

const MINUTE = 60_000

function target(name: string, answer: () => Promise<Delivery> = async () => ({ kind: 'sent' })) {
  const got: Notice[] = []
  const notifier: Notifier = {
    name,
    send: async (notice) => {
      const delivery = await answer()
      if (delivery.kind === 'sent') got.push(notice)
      return delivery
    }
  }
  return { got, notifier }
}

/** A shift that breaches at 50 %, with these targets; its log with the instants. */
async function badShift(t: Test, notifiers: readonly Notifier[]) {
  const rig = await aRig(t, { rps: 50, notifiers })
  rig.world.new.errorRate = ({ elapsedMs }) => (elapsedMs > 25 * MINUTE ? 0.2 : 0)
  const { id } = await rig.start(
    aProductionPolicy({ rollback: { to: 'zero', deadlineMs: 10 * MINUTE, stickiness: 'release', shape: 'direct' } })
  )
  const end = await rig.untilEnd(id)
  await rig.clock.advance('1m')
  const events = await rig.events(id)
  const written = rig.world.log.map(({ split }) => `${split?.old}:${split?.new}`)
  rig.end()
  return { id, end, events, log: events.map(({ at, type }) => `${at} ${type}`), written }
}

void t.test('a dead target delays no decision, not by a millisecond, and holds back no other target', async (t) => {
  const alone = await badShift(t, [])
  const oncall = target('oncall')
  const dead = target('dead', () => new Promise(() => undefined))
  const refusing = target('refusing', async () => ({ kind: 'refused', detail: 'HTTP 400' }))
  const told = await badShift(t, [dead.notifier, refusing.notifier, oncall.notifier])
  t.equal(alone.end.phase.kind, 'rolled_back')
  t.same(told.log, alone.log, 'every event at the very same instant')
  t.same(told.written, alone.written)
  const due = told.events.filter(({ type, page }) => isToldUnasked(type, page)).map(({ type }) => type)
  t.same(
    oncall.got.map(({ event }) => event),
    due,
    'and whoever answers is told everything, in order'
  )
  t.same(dead.got, [])
})

void t.test('a breach arrives with its numbers, and what happens by itself', async (t) => {
  const oncall = target('oncall')
  const { id } = await badShift(t, [oncall.notifier])
  const breach = oncall.got.find(({ event }) => event === 'breach.detected')
  t.equal(breach?.page, true)
  t.match(breach?.evidence.join('\n'), /gate errors on web is breached: \d+(\.\d+)? % of [\d,]+ requests to new failed/)
  t.match(breach?.todo.join('\n'), `sluice watch ${id}`)
  t.match(oncall.got.map(({ event }) => event).slice(-4), [
    'breach.detected',
    'rollback.started',
    'rollback.confirmed',
    'shift.ended'
  ])
})

/** Dies in the very moment in which the n-th decision that somebody must know of is on disk; false where there is none. */
async function diesAfterSave(t: Test, n: number): Promise<boolean> {
  const oncall = target('oncall')
  let told = 0
  const dying = (clock: Clock): Store => {
    const inner = memoryStore(clock)
    const save: Store['save'] = async (next, ifVersion, with_) => {
      const saved = await inner.save(next, ifVersion, with_)
      if (with_.events.some(({ type, page }) => isToldUnasked(type, page)) && (told += 1) === n) rig.kill()
      return saved
    }
    return { ...inner, save }
  }
  const rig = await aRig(t, { rps: 50, notifiers: [oncall.notifier], store: dying })
  rig.world.new.errorRate = ({ elapsedMs }) => (elapsedMs > 10 * MINUTE ? 0.2 : 0)
  const { id } = await rig.start()
  const died = await rig.clock.runUntil(() => !rig.alive(), '40m')
  if (died) {
    await rig.clock.advance('7s')
    await rig.restart()
  }
  await rig.untilEnd(id)
  await rig.clock.advance('1m')
  const due = (await rig.events(id)).filter(({ type, page }) => isToldUnasked(type, page))
  const lost = due.filter(({ seq }) => !oncall.got.some(({ about }) => about?.seq === seq))
  t.same(
    lost.map(({ type }) => type),
    [],
    `died after decision ${n}: ${oncall.got.length} messages of ${due.length} events`
  )
  t.same(await rig.store.noticeTargets(), [])
  rig.end()
  return died
}

void t.test('a decision that is on disk is told, also where the process dies in that very moment', async (t) => {
  let deaths = 0
  while (await diesAfterSave(t, deaths + 1)) deaths += 1
  t.ok(deaths >= 3, `${deaths} deaths`)
})

void t.test('the red button is told when it is pressed and when it is lifted, with by whom', async (t) => {
  const oncall = target('oncall')
  const rig = await aRig(t, { notifiers: [oncall.notifier] })
  await rig.clock.complete(rig.sluice().setStop('hold', 'network down', 'boss'))
  await rig.clock.complete(rig.sluice().liftStop('oncall'))
  await rig.clock.complete(rig.sluice().liftStop('oncall'))
  await rig.clock.advance('1s')
  t.match(oncall.got, [
    { event: 'stop.set', page: true, about: null, evidence: [/^boss pressed it at .+: network down$/, /paused/] },
    { event: 'stop.lifted', page: false, evidence: [/^oncall lifted it; boss had pressed it \(hold\)/] }
  ])
  t.equal(oncall.got.length, 2, 'lifting what is not pressed is no news')
})

void t.test(
  'FM-12: a shift on a controller-owned rule is refused with the remedy, unless the route allows it',
  async (t) => {
    const tags = { 'elbv2.k8s.aws/cluster': 'shop-133', 'ingress.k8s.aws/stack': 'shop/web' }
    const oncall = target('oncall')
    const rig = await aRig(t, { routes: [{ name: 'web', tags }], notifiers: [oncall.notifier] })
    const { id } = await rig.start()
    const refused = await rig.untilEnd(id, '20m')
    t.equal(refused.phase.kind, 'refused')
    t.equal(rig.world.log.length, 0, 'nothing was written')
    t.match(refused.findings, [{ severity: 'blocker', code: 'owned_by', remedy: /TargetGroupBinding/ }])
    await rig.clock.advance('1s')
    t.match(oncall.got.find(({ event }) => event === 'preflight.refused')?.todo.join(' '), /TargetGroupBinding/)
    const migration = rig.world.migration()
    const routes = migration.routes.map((route) =>
      route.type === 'alb' ? { ...route, allowOwner: ['aws-load-balancer-controller'] as const } : route
    )
    const again = await rig.start(aProductionPolicy(), {}, { ...migration, routes })
    const running = await rig.untilPhase(again.id, 'baking', '30m')
    t.match(running.findings, [{ severity: 'warning', code: 'owned_by' }])
  }
)
