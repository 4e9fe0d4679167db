import t from 'tap'
import { countQueries, type CountId } from '../../src/core/gates/counts.ts'
import type { RouteSpec } from '../../src/core/migration.ts'
import type { MeterReading } from '../../src/core/observation.ts'
import type { MeterState, Shift } from '../../src/core/shift.ts'
import type { Instant } from '../../src/core/time.ts'
import { makeMeters } from '../../src/engine/meters.ts'
import { memoryObserver } from '../../src/observers/memory.ts'
import { aCall } from '../observers/support.ts'
import { setClock } from '../support/setClock.ts'
import { aMeterState, aRoute, aShift, MINUTE, SECOND, T0 } from '../support/builders.ts'

const WEB = 'web/60000/120000'

/** A shift with one meter of the route `web`, judged up to T0, over a source that is set by hand. */
function aBench(fields: Partial<MeterState> = {}, shiftFields: Partial<Shift> = {}) {
  const clock = setClock()
  const observer = memoryObserver({ clock })
  const bench = {
    clock,
    observer,
    meters: makeMeters({ observer, clock }),
    shift: aShift({ meters: [aMeterState({ judgedTo: T0, ...fields })], ...shiftFields } as Parameters<
      typeof aShift
    >[0]),
    /** As after a restart: what the daemon knew beside the shift is gone. */
    restart() {
      bench.meters = makeMeters({ observer, clock })
    },
    put(start: Instant, counts: Partial<Record<CountId, number | null>>, route: RouteSpec = aRoute()) {
      for (const { id, query } of countQueries(route)) {
        const value = counts[id]
        if (value !== undefined) observer.put(query, start, value)
      }
    },
    async readAt(now: Instant) {
      clock.set(now)
      return bench.meters.read(bench.shift, now, aCall())
    },
    /** Moves judgedTo to the end of what was delivered, as the core does. */
    judge(readings: readonly MeterReading[]) {
      const meters = bench.shift.meters.map((meter) => {
        const last = readings.find((reading) => reading.meter === meter.key)?.periods.at(-1)
        return last ? { ...meter, judgedTo: last.start + meter.periodMs } : meter
      })
      bench.shift = { ...bench.shift, meters }
    }
  }
  // Somebody is always there: silence is a case of its own.
  for (let start = T0 - 10 * MINUTE; start < T0 + 240 * MINUTE; start += 10 * SECOND) {
    for (const route of bench.shift.routeSpecs) bench.put(start, { 'old.requests': 1 }, route)
  }
  return bench
}

const startsOf = (readings: readonly MeterReading[], key = WEB): readonly number[] =>
  readings.find(({ meter }) => meter === key)?.periods.map(({ start }) => (start - T0) / MINUTE) ?? []

t.test(
  'FM-24: a period is not delivered before its end and the delay, even where it does not change any more',
  async (t) => {
    const bench = aBench()
    bench.put(T0, { 'new.requests': 100, 'new.c2xx': 100 })
    for (const seconds of [0, 30, 59, 60, 90, 149, 150, 179]) {
      t.same(startsOf(await bench.readAt(T0 + seconds * SECOND)), [], `${seconds} s`)
    }
    const [reading] = await bench.readAt(T0 + 180 * SECOND)
    t.match(reading, {
      meter: WEB,
      unusable: null,
      periods: [{ start: T0, new: { requests: 100, codes: { c2xx: 100, c5xx: null } } }]
    })
  }
)

t.test('FM-24: a period that still grows is not delivered before two reads, half a period apart, agree', async (t) => {
  const bench = aBench()
  bench.put(T0, { 'new.requests': 50, 'new.c2xx': 50 })
  await bench.readAt(T0 + 150 * SECOND)
  bench.put(T0, { 'new.c5xx': 20, 'new.requests': 70 })
  t.same(startsOf(await bench.readAt(T0 + 180 * SECOND)), [], 'the late errors were seen')
  t.same(startsOf(await bench.readAt(T0 + 209 * SECOND)), [], 'not half a period after it changed')
  const [reading] = await bench.readAt(T0 + 210 * SECOND)
  t.match(reading?.periods, [{ start: T0, new: { requests: 70, codes: { c2xx: 50, c5xx: 20 } } }])
})

t.test('FM-24: a period that is silent at the end of the delay has one period more to speak', async (t) => {
  const bench = aBench()
  bench.put(T0, { 'old.requests': null })
  await bench.readAt(T0 + 150 * SECOND)
  t.same(startsOf(await bench.readAt(T0 + 180 * SECOND)), [], 'silence may be lateness')
  bench.put(T0, { 'new.requests': 100, 'new.c5xx': 40 })
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 180 * SECOND), T0 + 210 * SECOND)
  await bench.readAt(T0 + 210 * SECOND)
  const [reading] = await bench.readAt(T0 + 240 * SECOND)
  t.match(reading?.periods[0], { start: T0, new: { requests: 100, codes: { c5xx: 40 } } })
  const silent = aBench()
  silent.put(T0, { 'old.requests': null })
  for (const seconds of [150, 180, 210]) t.same(startsOf(await silent.readAt(T0 + seconds * SECOND)), [])
  t.same(startsOf(await silent.readAt(T0 + 240 * SECOND)), [0, 1], 'and is handed out as silent then')
})

t.test('a value that disappears is a change as well', async (t) => {
  const bench = aBench()
  bench.put(T0, { 'new.requests': 50, 'new.c5xx': 20 })
  await bench.readAt(T0 + 150 * SECOND)
  bench.put(T0, { 'new.c5xx': null })
  t.same(startsOf(await bench.readAt(T0 + 180 * SECOND)), [])
})

t.test('the wake times lead from read to read to the first instant at which a period is mature', async (t) => {
  const bench = aBench()
  t.equal(bench.meters.nextReadAt(bench.shift, T0), T0 + 150 * SECOND, 'half a period before the delay is over')
  await bench.readAt(T0 + 150 * SECOND)
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 150 * SECOND), T0 + 180 * SECOND)
  const readings = await bench.readAt(T0 + 180 * SECOND)
  t.same(startsOf(readings), [0])
  bench.judge(readings)
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 180 * SECOND), T0 + 210 * SECOND, 'the next period')
  t.equal(bench.observer.calls.length, 2)
})

t.test('between the wake times nothing is asked', async (t) => {
  const bench = aBench()
  for (let seconds = 0; seconds < 150; seconds += 5) await bench.readAt(T0 + seconds * SECOND)
  t.equal(bench.observer.calls.length, 0)
  for (let seconds = 150; seconds < 180; seconds += 5) await bench.readAt(T0 + seconds * SECOND)
  t.equal(bench.observer.calls.length, 1)
})

t.test(
  'a whole hour driven by the wake times alone: every period once, in order, at its first possible instant',
  async (t) => {
    const bench = aBench()
    const seen: { readonly period: number; readonly at: Instant }[] = []
    let now = T0
    while (now < T0 + 60 * MINUTE) {
      const readings = await bench.readAt(now)
      for (const period of startsOf(readings)) seen.push({ period, at: now })
      bench.judge(readings)
      const next = bench.meters.nextReadAt(bench.shift, now)
      if (next === null || next <= now) throw new Error(`woken at ${next} while it is ${now}`)
      now = next
    }
    t.same(
      seen,
      Array.from({ length: 57 }, (_, i) => ({ period: i, at: T0 + (i + 3) * MINUTE }))
    )
  }
)

t.test('what was not judged is delivered again: a decision that could not be saved, or a restart', async (t) => {
  const bench = aBench()
  await bench.readAt(T0 + 150 * SECOND)
  t.same(startsOf(await bench.readAt(T0 + 180 * SECOND)), [0])
  t.same(startsOf(await bench.readAt(T0 + 181 * SECOND)), [0])
  t.ok((bench.meters.nextReadAt(bench.shift, T0 + 181 * SECOND) ?? 0) > T0 + 181 * SECOND, 'but nobody is woken for it')
  bench.restart()
  t.same(startsOf(await bench.readAt(T0 + 190 * SECOND)), [], 'two reads are needed anew')
  t.same(startsOf(await bench.readAt(T0 + 220 * SECOND)), [0])
})

t.test('periods that began before judgedTo are never delivered', async (t) => {
  const bench = aBench({ judgedTo: T0 + 20 * SECOND })
  await bench.readAt(T0 + 5 * MINUTE)
  t.same(startsOf(await bench.readAt(T0 + 6 * MINUTE)), [1, 2])
})

t.test('a meter that is not judged yet is neither read nor waited for', async (t) => {
  const bench = aBench({ judgedTo: null })
  t.same(await bench.readAt(T0 + 60 * MINUTE), [])
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 60 * MINUTE), null)
  t.equal(bench.observer.calls.length, 0)
})

t.test('a younger period waits for an older one that still changes, and nobody is woken in vain', async (t) => {
  const bench = aBench()
  await bench.readAt(T0 + 210 * SECOND)
  bench.put(T0, { 'new.requests': 9 })
  const now = T0 + 240 * SECOND
  t.same(startsOf(await bench.readAt(now)), [], 'the second is mature, the first is not')
  t.equal(bench.meters.nextReadAt(bench.shift, now), now + 30 * SECOND)
  t.same(startsOf(await bench.readAt(now + 30 * SECOND)), [0, 1])
})

t.test('FM-36: a failed read is blind and loses nothing', async (t) => {
  const bench = aBench()
  bench.put(T0, { 'new.requests': 100, 'new.c2xx': 100 })
  await bench.readAt(T0 + 150 * SECOND)
  bench.observer.fail('ThrottlingException')
  let now = T0 + 180 * SECOND
  t.match(await bench.readAt(now), [{ meter: WEB, periods: [], unusable: 'ThrottlingException' }])
  t.match(await bench.readAt(now + SECOND), [{ unusable: 'ThrottlingException' }], 'and stays so until it is read')
  const waits: number[] = []
  for (let i = 0; i < 5; i += 1) {
    const next = bench.meters.nextReadAt(bench.shift, now) ?? 0
    waits.push((next - now) / SECOND)
    now = next
    await bench.readAt(now)
  }
  t.same(waits, [5, 10, 20, 30, 30], 'it is tried again soon, then less often')
  bench.observer.fail(null)
  t.same(startsOf(await bench.readAt(bench.meters.nextReadAt(bench.shift, now) ?? 0)), [0])
})

t.test('an observer that throws makes its meters unusable, and is not asked again at once', async (t) => {
  const clock = setClock(T0 + 150 * SECOND)
  const thrown: unknown[] = []
  const observer = { measure: () => Promise.reject(new TypeError('a bug')) }
  const meters = makeMeters({ observer, clock, failed: (err) => thrown.push(err) })
  const { shift } = aBench()
  t.match(await meters.read(shift, clock.now(), aCall()), [{ meter: WEB, periods: [], unusable: 'ObserverFailed' }])
  t.match(thrown, [{ message: 'a bug' }])
  t.equal(meters.nextReadAt(shift, clock.now()), clock.now() + 5 * SECOND)
})

t.test('one unusable series makes its meter unusable, and no other', async (t) => {
  const api = aRoute({ name: 'api' })
  const bench = aBench(
    {},
    {
      routeSpecs: [aRoute(), api],
      meters: [aMeterState({ judgedTo: T0 }), aMeterState({ route: 'api', judgedTo: T0 })]
    }
  )
  bench.observer.fail('InternalError', ({ query }) => query.dimensions['TargetGroup']?.includes('api-134') ?? false)
  await bench.readAt(T0 + 150 * SECOND)
  const readings = await bench.readAt(T0 + 180 * SECOND)
  t.match(readings, [
    { meter: WEB, unusable: null, periods: [{ start: T0 }] },
    { meter: 'api/60000/120000', unusable: 'InternalError', periods: [] }
  ])
  t.equal(bench.observer.calls.length, 2, 'one call for all meters')
})

t.test('routes with the same target groups are one measurement', async (t) => {
  const web = aRoute()
  const twin = { ...aRoute({ name: 'twin' }), target: web.target, old: web.old, new: web.new }
  const bench = aBench(
    {},
    {
      routeSpecs: [web, twin],
      meters: [
        aMeterState({ judgedTo: T0 }),
        aMeterState({ route: 'twin', judgedTo: T0 }),
        aMeterState({ delayMs: 150 * SECOND, judgedTo: T0 })
      ]
    }
  )
  bench.put(T0, { 'new.requests': 7 })
  await bench.readAt(T0 + 200 * SECOND)
  t.equal(bench.observer.calls[0]?.length, 14, 'each count is asked once')
  t.equal(new Set(bench.observer.calls[0]?.map(({ key }) => key)).size, 14)
  const readings = await bench.readAt(T0 + 230 * SECOND)
  t.same(
    readings.map(({ periods }) => periods.map((period) => period.new.requests)),
    [[7], [7], [7]]
  )
})

t.test('meters of other accounts, periods and delays are asked for what they need', async (t) => {
  const short = { periodMs: 10 * SECOND, delayMs: 20 * SECOND, judgedTo: T0 }
  const bench = aBench(short)
  t.equal(bench.meters.nextReadAt(bench.shift, T0), T0 + 25 * SECOND)
  await bench.readAt(T0 + 25 * SECOND)
  t.match(bench.observer.calls[0]?.[0], { periodMs: 10 * SECOND, from: T0, to: T0 + 10 * SECOND })
  const readings = await bench.readAt(T0 + 30 * SECOND)
  t.same(
    readings[0]?.periods.map(({ start }) => start),
    [T0]
  )
})

t.test('where the delay is shorter than half a period, it takes half a period after the end', async (t) => {
  const bench = aBench({ periodMs: 5 * MINUTE, delayMs: MINUTE, judgedTo: T0 })
  t.equal(bench.meters.nextReadAt(bench.shift, T0), T0 + 5 * MINUTE)
  await bench.readAt(T0 + 5 * MINUTE)
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 5 * MINUTE), T0 + 7.5 * MINUTE)
  t.match(await bench.readAt(T0 + 7.5 * MINUTE), [{ periods: [{ start: T0 }] }])
})

t.test("maturity is by the source's clock", async (t) => {
  const slow = aBench()
  slow.observer.skew(-20 * SECOND)
  await slow.readAt(T0 + 150 * SECOND)
  t.same(startsOf(await slow.readAt(T0 + 180 * SECOND)), [], 'it is 160 s after T0 there')
  t.equal(slow.meters.nextReadAt(slow.shift, T0 + 180 * SECOND), T0 + 200 * SECOND)
  const calls = slow.observer.calls.length
  t.same(startsOf(await slow.readAt(T0 + 200 * SECOND)), [0])
  t.equal(slow.observer.calls.length, calls, 'the reads agree already')

  const fast = aBench()
  fast.observer.skew(20 * SECOND)
  await fast.readAt(T0 + 150 * SECOND)
  t.equal(fast.meters.nextReadAt(fast.shift, T0 + 150 * SECOND), T0 + 180 * SECOND, 'two reads are half a period apart')

  const noisy = aBench()
  noisy.observer.skew(-1400)
  await noisy.readAt(T0 + 150 * SECOND)
  t.same(startsOf(await noisy.readAt(T0 + 180 * SECOND)), [0], 'a date header has whole seconds')
})

t.test('clocks that differ by more than 30 s are blind', async (t) => {
  for (const [skew, expected] of [
    [30_001, 'clock_skew'],
    [-30_001, 'clock_skew'],
    [30_000, null]
  ] as const) {
    const bench = aBench()
    bench.observer.skew(skew)
    await bench.readAt(T0 + 150 * SECOND)
    t.match(await bench.readAt(T0 + 240 * SECOND), [{ unusable: expected }], `${skew} ms`)
  }
})

t.test('a `now` ahead of the clock, as after another leader, ripens nothing early', async (t) => {
  const bench = aBench()
  bench.clock.set(T0 + 100 * SECOND)
  t.same(startsOf(await bench.meters.read(bench.shift, T0 + 180 * SECOND, aCall())), [])
  t.equal(bench.observer.calls.length, 0)
  t.equal(bench.meters.nextReadAt(bench.shift, T0 + 180 * SECOND), T0 + 230 * SECOND)
})

t.test('a clock that goes backwards over a restart delivers nothing early and stops nothing', async (t) => {
  const bench = aBench()
  await bench.readAt(T0 + 150 * SECOND)
  bench.restart()
  t.same(await bench.readAt(T0 - 60 * SECOND), [{ meter: WEB, periods: [], unusable: null }])
  t.equal(bench.meters.nextReadAt(bench.shift, T0 - 60 * SECOND), T0 + 150 * SECOND)
})

t.test('FM-26: after a long outage only the newest 60 periods are read', async (t) => {
  const bench = aBench()
  const now = T0 + 200 * MINUTE
  await bench.readAt(now)
  t.match(bench.observer.calls[0]?.[0], { from: T0 + 138 * MINUTE, to: T0 + 198 * MINUTE })
  const starts = startsOf(await bench.readAt(now + 30 * SECOND))
  t.equal(starts[0], 139)
  t.equal(starts.at(-1), 197)
  t.equal(starts.length, 59)
})

t.test('FM-27: the window that is asked for covers every period that is not judged, however late it is', async (t) => {
  const bench = aBench({ delayMs: 10 * MINUTE })
  await bench.readAt(T0 + 10.5 * MINUTE)
  t.match(bench.observer.calls[0]?.[0], { from: T0, to: T0 + MINUTE })
  await bench.readAt(T0 + 11.5 * MINUTE)
  t.match(bench.observer.calls[1]?.[0], { from: T0, to: T0 + 2 * MINUTE })
  t.same(startsOf(await bench.readAt(T0 + 12 * MINUTE), 'web/60000/600000'), [0, 1])
})

t.test('a period that is revised for more than ten periods is unusable, and usable once it rests', async (t) => {
  const bench = aBench()
  let now = T0 + 150 * SECOND
  let requests = 1
  const read = async () => {
    const [reading] = await bench.readAt(now)
    const next = bench.meters.nextReadAt(bench.shift, now) ?? 0
    if (next <= now) throw new Error('woken in vain')
    return { reading, next }
  }
  while (now <= T0 + 12 * MINUTE) {
    bench.put(T0, { 'new.requests': (requests += 1) })
    const { reading, next } = await read()
    t.match(reading, { periods: [], unusable: null }, `${(now - T0) / SECOND} s`)
    now = next
  }
  let last: MeterReading | undefined
  while (now <= T0 + 14 * MINUTE) {
    bench.put(T0, { 'new.requests': (requests += 1) })
    const { reading, next } = await read()
    last = reading
    now = next
  }
  t.match(last, { unusable: 'still_revised', periods: [] })
  const { reading } = await read()
  t.equal(reading?.unusable, null)
  t.equal(reading?.periods[0]?.new.requests, requests)
})

t.test('the baseline is the 30 newest periods that are older than the delay', async (t) => {
  const bench = aBench({ judgedTo: null })
  const now = T0 + 10 * SECOND
  bench.clock.set(now)
  bench.put(T0 - 3 * MINUTE, { 'lb.requests': 100, 'lb.e502': 2 })
  bench.put(T0 - 2 * MINUTE, { 'lb.requests': 999 })
  const { baseline, unread, forbidden } = await bench.meters.baseline(bench.shift, now, aCall())
  t.same({ unread, forbidden }, { unread: [], forbidden: [] })
  t.equal(baseline[WEB]?.length, 30)
  t.equal(baseline[WEB]?.[0]?.start, T0 - 32 * MINUTE)
  t.match(baseline[WEB]?.at(-1), { start: T0 - 3 * MINUTE, lb: { requests: 100, e502: 2, e503: null } })
})

t.test('the baseline of a meter of short periods is read in minutes, in which evidence is booked', async (t) => {
  const bench = aBench({ periodMs: 10 * SECOND, delayMs: 20 * SECOND })
  const now = T0 + 25 * SECOND
  bench.clock.set(now)
  const { baseline } = await bench.meters.baseline(bench.shift, now, aCall())
  const [key = ''] = Object.keys(baseline)
  t.equal(baseline[key]?.length, 30)
  t.equal(baseline[key]?.[0]?.start, T0 - 30 * MINUTE)
  t.equal(bench.observer.calls[0]?.[0]?.periodMs, MINUTE)
})

t.test('what could not be read for the baseline is named, and what may not be read is told apart', async (t) => {
  const api = aRoute({ name: 'api' })
  const meters = [aMeterState(), aMeterState({ route: 'api' })]
  const bench = aBench({}, { routeSpecs: [aRoute(), api], meters })
  bench.observer.fail('ThrottlingException', ({ query }) => query.dimensions['TargetGroup']?.includes('api') ?? false)
  const some = await bench.meters.baseline(bench.shift, T0, aCall())
  t.same(some.unread, ['api/60000/120000: ThrottlingException'])
  t.same(Object.keys(some.baseline), [WEB])
  bench.observer.fail('Forbidden')
  const none = await bench.meters.baseline(bench.shift, T0, aCall())
  t.same(none, { baseline: {}, unread: [], forbidden: [WEB, 'api/60000/120000'] })
})
