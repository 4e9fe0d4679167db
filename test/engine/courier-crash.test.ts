/**
 * A thousand crashes at random calls of store and targets: what was decided is told at least once, and nothing that was not decided
 * is told at all.
 */
import t from 'tap'
import { startCourier } from '../../src/engine/courier.ts'
import { tellOf, type Voice } from '../../src/engine/voice.ts'
import type { Witness } from '../../src/engine/witness.ts'
import type { Clock } from '../../src/clock.ts'
import type { Notice } from '../../src/core/notice.ts'
import type { Notifier } from '../../src/notifiers/notifier.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Store } from '../../src/stores/store.ts'
import { anEvent, anObservation, aShift } from '../support/builders.ts'
import { createIncarnation } from '../support/virtual/incarnation.ts'
import { virtualClock } from '../support/virtual.ts'
import { streamOf } from '../support/world/random.ts'

const CRASHES = 1_000
const TARGETS = ['oncall', 'chat', 'flaky']
const ID = aShift().id

const WITNESS: Witness = {
  decided: () => undefined,
  observed: () => undefined,
  wrote: () => undefined,
  failed: (what, _, err) => {
    throw new Error(`${what} failed`, { cause: err })
  },
  broke: () => undefined,
  orphans: () => undefined
}

/** The store as the world sees it: what was really kept is remembered, whether or not the process lived to hear of it. */
function remembering(store: Store, kept: Set<string>): Store {
  const keep = (notices: readonly Notice[]) => notices.forEach(({ id }) => kept.add(id))
  return {
    ...store,
    save: async (next, ifVersion, with_) => {
      const saved = await store.save(next, ifVersion, with_)
      if (saved === 'saved') keep(with_.notices)
      return saved
    },
    notify: async (notices) => {
      await store.notify(notices)
      keep(notices)
    }
  }
}

/** As a loop does: each decision is saved with the notices of its events. */
async function decideOn(store: Store, clock: Clock, voice: Voice, random: () => number): Promise<never> {
  for (;;) {
    const shift = await store.load(ID)
    if (!shift) throw new Error('the shift is lost')
    const next = { ...shift, version: shift.version + 1, seq: shift.seq + 1, updatedAt: clock.now() }
    const type = random() < 0.5 ? 'shift.halted' : 'shift.reminder'
    const events = [anEvent({ seq: next.seq, at: clock.now(), type, page: true })]
    const notices = tellOf(voice, next, events, WITNESS)
    await store.save(next, shift.version, { events, consumed: [], seen: anObservation(), notices })
    voice.ring()
    await clock.sleep(200 + random() * 3_000)
  }
}

void t.test(`${CRASHES} crashes: each notice arrives once or more, never zero times`, async (t) => {
  const clock = virtualClock()
  const random = streamOf(20_261_122, 'courier')
  const kept = new Set<string>()
  const arrivals = new Map<string, number>()
  const store = remembering(memoryStore(clock), kept)
  await store.create(aShift({ version: 1, seq: 0 }), [], ['route'], { maxOpen: 1, idempotency: null })
  let calm = false

  const notifiers = TARGETS.map((name): Notifier => {
    return {
      name,
      send: async ({ id, to }) => {
        await clock.sleep(random() * 50)
        if (to !== name) throw new Error(`${id} is not for ${name}`)
        const luck = calm ? 1 : random()
        if (name === 'flaky' && luck < 0.3) return { kind: 'retry', detail: 'HTTP 503' }
        if (name === 'flaky' && luck < 0.4) return { kind: 'refused', detail: 'HTTP 400' }
        arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
        // It arrived, and the answer is lost.
        if (luck < 0.5) return { kind: 'retry', detail: 'ECONNRESET' }
        return { kind: 'sent' }
      }
    }
  })

  const live = () => {
    const incarnation = createIncarnation()
    const own = incarnation.clock(clock)
    const guarded = incarnation.guard(store)
    const courier = startCourier({
      store: guarded,
      notifiers: notifiers.map((one) => incarnation.guard(one)),
      clock: own,
      mayDeliver: () => true,
      told: () => undefined,
      failed: (err) => t.fail('nothing fails here but processes', { err })
    })
    const voice: Voice = {
      audiences: TARGETS.map((name) => ({ name, events: null })),
      ring: () => courier.ring()
    }
    void decideOn(guarded, own, voice, random)
    return incarnation
  }

  for (let crash = 0; crash < CRASHES; crash++) {
    const life = live()
    life.dieIn(1 + Math.floor(random() * 45))
    const died = await clock.runUntil(() => !life.alive, '10m')
    if (!died) t.fail('it was to die')
    await clock.advance(random() * 2_000)
  }
  calm = true
  const last = live()
  await clock.advance('20s')
  const lost = [...kept].filter((id) => !arrivals.has(id))
  await clock.runUntil(async () => (await store.noticeTargets()).length === 0, '2h')
  last.kill()

  const never = [...kept].filter((id) => !arrivals.has(id))
  t.same(never, [], 'none is lost')
  t.same(
    [...arrivals.keys()].filter((id) => !kept.has(id)),
    [],
    'and none is invented'
  )
  const repeats = [...arrivals.values()].filter((times) => times > 1).length
  t.ok(repeats > 50, `${repeats} of ${kept.size} arrived more than once: the crashes hit where it hurts`)
  t.ok(kept.size > 1_000, `${kept.size} notices, ${lost.length} of them not yet there 20 s after the last crash`)
})
