/**
 * The courier takes the outbox to its targets: at least once, in order, each target at its own pace, nothing given up in silence.
 */
import t, { type Test } from 'tap'
import { startCourier, type Outcome } from '../../src/engine/courier.ts'
import { waitAfter } from '../../src/engine/courierRound.ts'
import type { Delivery, Notifier } from '../../src/notifiers/notifier.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Store } from '../../src/stores/store.ts'
import { ShiftError } from '../../src/errors.ts'
import { aNotice } from '../support/builders.ts'
import { virtualClock, type VirtualClock } from '../support/virtual.ts'

const MINUTE = 60_000
const DAY = 86_400_000

interface Desk {
  readonly clock: VirtualClock
  readonly store: Store
  /** `target id` of what arrived, in order, with when. */
  readonly arrived: { readonly at: number; readonly to: string; readonly id: string }[]
  readonly told: { readonly target: string; readonly outcome: Outcome; readonly detail: string }[]
  readonly failures: unknown[]
  leads: boolean
  post(to: string, ...ids: readonly string[]): Promise<void>
  counted(outcome: Outcome, target?: string): number
  ring(): void
  close(): Promise<void>
}

type Answer = (id: string, at: number) => Delivery | Promise<Delivery>

const SENT: Delivery = { kind: 'sent' }
const DOWN: Delivery = { kind: 'retry', detail: 'HTTP 503' }
const NO: Delivery = { kind: 'refused', detail: 'HTTP 400' }

function aDesk(t: Test, answers: Readonly<Record<string, Answer>>, over?: (store: Store) => Store): Desk {
  const clock = virtualClock()
  const store = memoryStore(clock)
  const arrived: Desk['arrived'] = []
  const told: Desk['told'] = []
  const failures: unknown[] = []
  const desk = { leads: true }
  const notifiers = Object.entries(answers).map(([name, answer]): Notifier => {
    return {
      name,
      send: async ({ id }) => {
        const delivery = await answer(id, clock.now())
        if (delivery.kind === 'sent') arrived.push({ at: clock.elapsed(), to: name, id })
        return delivery
      }
    }
  })
  const courier = startCourier({
    store: over?.(store) ?? store,
    notifiers,
    clock,
    mayDeliver: () => desk.leads,
    told: (target, outcome, _, detail) => told.push({ target, outcome, detail }),
    failed: (err) => failures.push(err)
  })
  const close = () => clock.complete(courier.close(1_000))
  t.teardown(close)
  return Object.assign(desk, {
    clock,
    store,
    arrived,
    told,
    failures,
    post: async (to: string, ...ids: readonly string[]) => {
      await store.notify(ids.map((id, i) => aNotice({ id, to, at: clock.now() + i })))
      courier.ring()
    },
    counted: (outcome: Outcome, target?: string) =>
      told.filter((one) => one.outcome === outcome && one.target === (target ?? one.target)).length,
    ring: () => courier.ring(),
    close
  })
}

void t.test('what is in the outbox arrives at once, in order, and leaves it', async (t) => {
  const desk = aDesk(t, { oncall: () => SENT, chat: () => SENT })
  await desk.clock.advance('1s')
  await desk.post('oncall', 'a', 'b')
  await desk.post('chat', 'c')
  await desk.clock.advance(100)
  t.same(
    desk.arrived.filter(({ to }) => to === 'oncall').map(({ id }) => id),
    ['a', 'b']
  )
  t.equal(desk.counted('sent', 'chat'), 1)
  t.same(await desk.store.noticeTargets(), [])
})

void t.test('what another process saved is found without a ring, within seconds', async (t) => {
  const desk = aDesk(t, { oncall: () => SENT })
  await desk.clock.advance('1m')
  await desk.store.notify([aNotice({ id: 'x' })])
  await desk.clock.advance('5s')
  t.match(desk.arrived, [{ id: 'x' }])
})

void t.test('a dead target is asked at growing waits, and holds back no other', async (t) => {
  const asked: number[] = []
  let up = false
  const desk = aDesk(t, {
    dead: (_, at) => {
      asked.push(at)
      return up ? SENT : DOWN
    },
    oncall: () => SENT
  })
  await desk.post('dead', 'd1', 'd2', 'd3')
  await desk.post('oncall', 'a')
  await desk.clock.advance(10)
  t.match(desk.arrived, [{ to: 'oncall', id: 'a' }])
  await desk.clock.advance('1h')
  const waits = asked.map((at, i) => at - (asked[i - 1] ?? at)).slice(1)
  t.same(waits.slice(0, 5), [1_000, 2_000, 4_000, 8_000, 16_000])
  t.ok(
    waits.every((wait) => wait <= 5 * MINUTE),
    'at least every five minutes'
  )
  t.ok(asked.length < 25, `${asked.length} calls in an hour, not one for each notice and wait`)
  up = true
  await desk.clock.advance('5m')
  t.same(
    desk.arrived.slice(1).map(({ id }) => id),
    ['d1', 'd2', 'd3'],
    'and all of it arrives, in order, once it is back'
  )
})

void t.test('a ring does not shorten the wait of a dead target', async (t) => {
  let asked = 0
  const desk = aDesk(t, {
    dead: () => {
      asked += 1
      return DOWN
    }
  })
  await desk.post('dead', 'd')
  await desk.clock.advance('20s')
  const before = asked
  for (let i = 0; i < 50; i++) {
    desk.ring()
    await desk.clock.advance(100)
  }
  t.ok(asked - before <= 1, `${asked - before} calls in 5 s of ringing`)
})

void t.test('a target that says when to come back is believed, within five minutes', async (t) => {
  const asked: number[] = []
  const desk = aDesk(t, {
    slow: (_, at) => {
      asked.push(at)
      return asked.length === 1 ? { ...DOWN, afterMs: 40_000 } : { ...DOWN, afterMs: DAY }
    }
  })
  await desk.post('slow', 's')
  await desk.clock.advance('20m')
  t.same(asked.map((at, i) => at - (asked[i - 1] ?? at)).slice(1, 4), [40_000, 5 * MINUTE, 5 * MINUTE], 'not a day')
})

void t.test('a notice that is refused is set aside alone, and tried again', async (t) => {
  let odd = true
  const desk = aDesk(t, { oncall: (id) => (id === 'odd' && odd ? NO : SENT) })
  await desk.post('oncall', 'odd', 'b', 'c')
  await desk.clock.advance(10)
  t.same(
    desk.arrived.map(({ id }) => id),
    ['b', 'c']
  )
  await desk.clock.advance('1m')
  t.ok(desk.counted('refused') >= 3)
  odd = false
  await desk.clock.advance('5m')
  t.equal(desk.arrived.at(-1)?.id, 'odd')
  t.same(await desk.store.noticeTargets(), [])
})

void t.test('a notice on which its target fails again and again holds back none of the others', async (t) => {
  let broken = true
  const desk = aDesk(t, { oncall: (id) => (id === 'odd' && broken ? DOWN : SENT) })
  await desk.post('oncall', 'odd', 'b', 'c')
  await desk.clock.advance('20s')
  t.same(
    desk.arrived.map(({ id }) => id),
    ['b', 'c']
  )
  await desk.clock.advance('2h')
  const asked = desk.counted('retry') + desk.counted('refused')
  t.ok(asked > 20 && asked < 50, `${asked} attempts in two hours`)
  await desk.post('oncall', 'd')
  await desk.clock.advance(10)
  t.equal(desk.arrived.at(-1)?.id, 'd', 'nor those that come later, by a second')
  broken = false
  await desk.clock.advance('5m')
  t.equal(desk.arrived.at(-1)?.id, 'odd')
  t.same(await desk.store.noticeTargets(), [])
})

void t.test('a hundred notices that are refused hold back none that is newer', async (t) => {
  const desk = aDesk(t, { oncall: (id) => (id.startsWith('odd') ? NO : SENT) })
  await desk.post('oncall', ...Array.from({ length: 100 }, (_, i) => `odd${i}`))
  await desk.clock.advance('10m')
  await desk.post('oncall', 'new')
  await desk.clock.advance('1s')
  t.match(desk.arrived, [{ id: 'new' }])
})

for (const [what, answer] of [
  ['dead', DOWN],
  ['refusing', NO]
] as const) {
  void t.test(`what a ${what} target has not taken for a day is given up, and that is said`, async (t) => {
    const desk = aDesk(t, { oncall: () => answer })
    await desk.post('oncall', 'a', 'b')
    await desk.clock.advance(DAY - 10 * MINUTE)
    t.equal(desk.counted('given_up'), 0)
    t.equal((await desk.store.notices('oncall', 10)).length, 2)
    await desk.clock.advance('1h')
    t.equal(desk.counted('given_up', 'oncall'), 2)
    t.match(desk.told.at(-1)?.detail, /HTTP/)
    t.same(await desk.store.noticeTargets(), [])
  })
}

void t.test('a notice that is old when the daemon starts is still tried before it is given up', async (t) => {
  const desk = aDesk(t, { oncall: () => SENT })
  await desk.store.notify([aNotice({ id: 'old', at: desk.clock.now() - 3 * DAY })])
  await desk.clock.advance('10s')
  t.match(desk.arrived, [{ id: 'old' }])
})

void t.test('whoever does not lead delivers nothing, and takes up the outbox when it leads', async (t) => {
  const desk = aDesk(t, { oncall: () => SENT })
  desk.leads = false
  await desk.clock.advance('6s')
  await desk.post('oncall', 'a')
  await desk.clock.advance('1m')
  t.same(desk.arrived, [])
  desk.leads = true
  await desk.clock.advance('5s')
  t.match(desk.arrived, [{ id: 'a' }])
})

void t.test(
  'a notifier that throws or never answers is a target that is down; nothing of what it threw is told',
  async (t) => {
    const desk = aDesk(t, {
      thrower: () => Promise.reject(new TypeError('cannot reach https://hooks.example.com/SECRET')),
      hanger: () => new Promise<Delivery>(() => undefined),
      oncall: () => SENT
    })
    await desk.post('thrower', 'a')
    await desk.post('hanger', 'b')
    await desk.post('oncall', 'c')
    await desk.clock.advance('11s')
    t.ok(desk.counted('retry', 'thrower') >= 1)
    t.equal(desk.counted('retry', 'hanger'), 1)
    t.match(desk.told.find(({ target }) => target === 'hanger')?.detail, 'no answer within 10 s')
    t.equal(desk.counted('sent', 'oncall'), 1)
    t.notMatch(JSON.stringify(desk.told), 'SECRET')
    t.equal((await desk.store.notices('hanger', 10)).length, 1)
  }
)

void t.test('a store that fails is told, and waited for', async (t) => {
  let broken = true
  const desk = aDesk(t, { oncall: () => SENT }, (store) => ({
    ...store,
    notices: async (to, limit) => {
      if (broken) throw new ShiftError('store_unavailable', 'no')
      return store.notices(to, limit)
    }
  }))
  await desk.post('oncall', 'a')
  await desk.clock.advance('1m')
  t.ok(desk.failures.length >= 5)
  broken = false
  await desk.clock.advance('6s')
  t.match(desk.arrived, [{ id: 'a' }])
})

void t.test('a notice that arrived and could not be marked is sent again', async (t) => {
  let broken = true
  const desk = aDesk(t, { oncall: () => SENT }, (store) => ({
    ...store,
    delivered: async (ids) => {
      if (broken) throw new ShiftError('store_unavailable', 'no')
      return store.delivered(ids)
    }
  }))
  await desk.post('oncall', 'a')
  await desk.clock.advance('1s')
  broken = false
  await desk.clock.advance('10s')
  t.same(
    desk.arrived.map(({ id }) => id),
    ['a', 'a']
  )
  t.same(await desk.store.noticeTargets(), [])
})

void t.test(
  'notices for a target that is not configured any more are said, kept for a day, and given up aloud',
  async (t) => {
    const desk = aDesk(t, { oncall: () => SENT })
    await desk.store.notify([aNotice({ id: 'x', to: 'gone', at: desk.clock.now() })])
    await desk.clock.advance('30m')
    t.equal(desk.counted('unknown_target', 'gone'), 1)
    t.equal((await desk.store.notices('gone', 10)).length, 1)
    await desk.clock.advance(DAY)
    t.equal(desk.counted('given_up', 'gone'), 1)
    t.same(await desk.store.noticeTargets(), [])
  }
)

void t.test('closing ends a delivery that is under way, and keeps its notice', async (t) => {
  const desk = aDesk(t, { oncall: () => new Promise<Delivery>(() => undefined) })
  await desk.post('oncall', 'a')
  await desk.clock.advance(100)
  await desk.close()
  t.equal((await desk.store.notices('oncall', 10)).length, 1)
  t.equal(desk.counted('retry'), 0, 'its end is nobody’s failure')
})

void t.test('many notices arrive in one go', async (t) => {
  const desk = aDesk(t, { oncall: () => SENT })
  await desk.post('oncall', ...Array.from({ length: 180 }, (_, i) => `n${String(i).padStart(3, '0')}`))
  await desk.clock.advance(100)
  t.equal(desk.arrived.length, 180)
  t.equal(waitAfter(1), 1_000)
  t.equal(waitAfter(1_000), 5 * MINUTE)
})
