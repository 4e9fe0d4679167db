import DataLoader from 'dataloader'
import pRetry from 'p-retry'
import t, { type Test } from 'tap'
import { virtualClock } from './virtual.ts'
import { patchGlobals } from './virtual/globals.ts'
import { createIncarnation } from './virtual/incarnation.ts'
import { seededRandom } from './world/random.ts'

t.test('things are done in the order of time, and of asking where they are of the same instant', async (t) => {
  const clock = virtualClock()
  const done: string[] = []
  const note = (name: string) => () => void done.push(`${name}@${clock.elapsed()}`)
  clock.at('3s', note('c'))
  clock.at('1s', note('a'))
  clock.at('3s', note('d'))
  clock.at(2000, note('b'))
  clock.at(clock.startedAt + 4000, note('e'))
  const cancel = clock.after('1s', note('never'))
  cancel()
  await clock.run('3s')
  t.same(done, ['a@1000', 'b@2000', 'c@3000', 'd@3000'])
  t.equal(clock.elapsed(), 3000)
  await clock.advance(1000)
  t.equal(done.at(-1), 'e@4000')
  t.equal(clock.pending, 0)
})

t.test('a thousand things in any order come out sorted', async (t) => {
  const clock = virtualClock()
  const random = seededRandom(7)
  const seen: number[] = []
  for (let i = 0; i < 1000; i++) clock.after(Math.floor(random() * 500), () => seen.push(clock.elapsed()))
  await clock.advance('1s')
  t.equal(seen.length, 1000)
  t.same(
    seen,
    seen.toSorted((a, b) => a - b)
  )
})

t.test('what a thing woke has settled before the next one is done', async (t) => {
  const clock = virtualClock()
  const done: string[] = []
  void (async () => {
    await clock.sleep(10)
    for (let i = 0; i < 20; i++) await Promise.resolve()
    await new Promise<void>((resolve) => process.nextTick(resolve))
    done.push(`slow@${clock.elapsed()}`)
  })()
  clock.after(10, () => done.push('next'))
  await clock.advance(10)
  t.same(done, ['slow@10', 'next'])
})

t.test('the clock never goes backwards', async (t) => {
  const clock = virtualClock()
  await clock.advance('10s')
  const seen: number[] = []
  clock.at('2s', () => seen.push(clock.elapsed()))
  await clock.run('5s')
  t.equal(clock.elapsed(), 10_000, 'running until a moment that is over changes nothing')
  t.same(seen, [], 'and does nothing that was due now')
  await clock.advance(0)
  t.same(seen, [10_000], 'what should have been done before is done now')
  await t.rejects(clock.advance(Number.NaN), /not a span/)
  t.throws(() => clock.at('soon', () => undefined), /not a span: soon/)
  t.throws(() => virtualClock(5), /Instant/)
})

t.test('time cannot be advanced from within, and a failure in it is not swallowed', async (t) => {
  const clock = virtualClock()
  clock.after(1, () => clock.advance(1))
  await t.rejects(clock.advance('1s'), /already running/)
  clock.after(1, () => {
    throw new Error('thrown')
  })
  await t.rejects(clock.advance('1s'), /thrown/)
  clock.after(1, () => Promise.reject(new Error('rejected')))
  await t.rejects(clock.advance('1s'), /rejected/)
  await clock.advance('1s')
})

t.test('sleep resolves when its time is over or its signal aborts, and never rejects', async (t) => {
  const clock = virtualClock()
  const woken: string[] = []
  const controller = new AbortController()
  void clock.sleep(5000).then(() => woken.push(`slept@${clock.elapsed()}`))
  void clock.sleep(60_000, controller.signal).then(() => woken.push(`called@${clock.elapsed()}`))
  void clock.sleep(60_000, AbortSignal.abort()).then(() => woken.push(`at once@${clock.elapsed()}`))
  void clock.sleep(0).then(() => woken.push(`zero@${clock.elapsed()}`))
  clock.at('7s', () => controller.abort())
  await clock.advance('2m')
  t.same(woken, ['at once@0', 'zero@1', 'slept@5000', 'called@7000'])
})

t.test('timeout aborts with a TimeoutError, or with the other signal, or not once it is cleared', async (t) => {
  const clock = virtualClock()
  const other = new AbortController()
  const late = clock.timeout(1000)
  const called = clock.timeout(5000, other.signal)
  const cleared = clock.timeout(1000)
  const already = clock.timeout(1000, AbortSignal.abort(new Error('before')))
  cleared.clear()
  t.match(already.signal.reason, { message: 'before' })
  clock.at('2s', () => other.abort(new Error('enough')))
  await clock.advance('1s')
  t.match(late.signal.reason, { name: 'TimeoutError' })
  t.notOk(called.signal.aborted)
  await clock.advance('10s')
  t.match(called.signal.reason, { message: 'enough' })
  t.notOk(cleared.signal.aborted)
})

t.test('runUntil stops at the moment when it holds, and says no where it does not in time', async (t) => {
  const clock = virtualClock()
  let n = 0
  const tick = () => {
    n += 1
    clock.after('1s', tick)
  }
  clock.after('1s', tick)
  t.equal(await clock.runUntil(() => n === 90, '1h'), true)
  t.equal(clock.elapsed(), 90_000)
  t.equal(await clock.runUntil(() => Promise.resolve(n === 95), '1h'), true)
  t.equal(await clock.runUntil(() => n < 0, '1m'), false)
  t.equal(clock.elapsed(), 155_000)
})

t.test('complete gives the value of a promise that needs time, and says where it never will have one', async (t) => {
  const clock = virtualClock()
  t.equal(await clock.complete(clock.sleep(90_000).then(() => 'slept')), 'slept')
  t.equal(clock.elapsed(), 90_000)
  t.equal(await clock.complete(Promise.resolve(1)), 1)
  await t.rejects(clock.complete(Promise.reject(new Error('no'))), /^no$/)
  const before = clock.elapsed()
  await t.rejects(clock.complete(new Promise(() => undefined)), /nothing is left/)
  t.equal(clock.elapsed(), before, 'and no time is lost by it')
  await t.rejects(clock.complete(clock.sleep(10_000), '5s'), /did not settle within 5000 ms/)
})

t.test('a process with a wrong wall clock sees another time pass at the same pace', async (t) => {
  const clock = virtualClock()
  const slow = clock.skewed(-45_000)
  let at = 0
  void slow.sleep(1000).then(() => (at = slow.now()))
  await clock.advance('1s')
  t.equal(at, clock.now() - 45_000)
})

/** Jittered retries, batches and sleeps: everything that could make one run differ from the other. */
async function entangled(t: Test, seed: number): Promise<{ digest: string; trace: string[] }> {
  const clock = virtualClock()
  const random = seededRandom(seed)
  const restore = patchGlobals(clock, { random })
  t.teardown(restore)
  const trace: string[] = []
  const batches = new DataLoader<number, number>(
    async (keys) => {
      trace.push(`batch ${keys.join(',')} at ${clock.elapsed()}`)
      await clock.sleep(20 * random())
      return [...keys]
    },
    { cache: false, batchScheduleFn: (run) => setTimeout(run, 25) }
  )
  const retried = pRetry(
    async (attempt) => {
      trace.push(`attempt ${attempt} at ${clock.elapsed()}`)
      await Promise.all([batches.load(attempt), batches.load(100 + attempt)])
      if (attempt < 5) throw new Error('again')
      return attempt
    },
    { retries: 10, minTimeout: 1000, randomize: true }
  )
  const early = (async () => {
    await clock.sleep(12)
    return batches.load(7)
  })()
  t.equal(await clock.complete(retried, '1h'), 5)
  await early
  restore()
  return { digest: clock.digest(), trace }
}

t.test('p-retry and dataloader run under it, the same way every time', async (t) => {
  const [one, same, other] = [await entangled(t, 1), await entangled(t, 1), await entangled(t, 2)]
  t.same(one.trace, same.trace)
  t.equal(one.digest, same.digest)
  t.not(one.digest, other.digest)
  t.match(one.trace[1], /^batch 1,101,7 at 25$/, 'what was asked within 25 ms is one batch')
  t.equal(one.trace.filter((line) => line.startsWith('attempt')).length, 5)
})

t.test('p-retry gives up after its maxRetryTime of virtual time', async (t) => {
  const clock = virtualClock()
  t.teardown(patchGlobals(clock))
  const failing = pRetry(() => Promise.reject(new Error('down')), { minTimeout: 1000, factor: 1, maxRetryTime: 10_000 })
  await t.rejects(clock.complete(failing, '1h'), /down/)
  t.equal(clock.elapsed(), 10_000)
})

t.test('the patched globals tell virtual time, and the real ones are back afterwards', async (t) => {
  const real = [setTimeout, setInterval, clearTimeout, clearInterval, Date, Math.random]
  const clock = virtualClock(Date.UTC(2030, 5, 1))
  const timer = setTimeout(() => t.fail('a real timer that was cleared'), 1)
  const restore = patchGlobals(clock, { random: () => 0.5 })
  t.throws(() => patchGlobals(clock), /already/)
  clearTimeout(timer)
  const seen: string[] = []
  const beat = setInterval((name: string) => seen.push(name), 1000, 'beat')
  setTimeout(() => seen.push('too long is at once'), 2 ** 31)
  const refreshed = setTimeout(() => seen.push('refreshed'), 1500)
  clock.at('1s', () => refreshed.refresh())
  clock.at('3500ms', () => clearInterval(beat))
  const cleared = setTimeout(() => seen.push('cleared'), 10)
  clearTimeout(cleared)
  clearTimeout(undefined)
  await clock.advance('10s')
  t.same(seen, ['too long is at once', 'beat', 'beat', 'refreshed', 'beat'])
  t.equal(Date.now(), clock.now())
  t.equal(new Date().toISOString(), '2030-06-01T00:00:10.000Z')
  t.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z')
  t.ok(new Date() instanceof Date)
  t.equal(performance.now(), 10_000)
  t.equal(Math.random(), 0.5)
  restore()
  restore()
  t.strictSame([setTimeout, setInterval, clearTimeout, clearInterval, Date, Math.random], real)
  t.ok(Date.now() < Date.UTC(2030, 0) || Date.now() > Date.UTC(2030, 11), 'not the virtual time any more')
  t.not(performance.now(), 10_000)
})

interface Port {
  write(value: number): Promise<string>
  pure(value: number): number
}

t.test('a dead incarnation gets no answer, and what it asks for is not done', async (t) => {
  const clock = virtualClock()
  const written: number[] = []
  const port: Port = {
    write: async (value) => {
      written.push(value)
      await clock.sleep(100)
      return `wrote ${value}`
    },
    pure: (value) => value + 1
  }
  const traceOf = async (crashAt: number) => {
    written.length = 0
    const trace: string[] = []
    const life = createIncarnation({ crashAt, onDeath: () => trace.push('died') })
    const own = life.guard(port, { pure: ['pure'] })
    void (async () => {
      try {
        for (const value of [1, 2]) trace.push(await own.write(own.pure(value)))
      } finally {
        trace.push('finally')
      }
    })()
    await clock.advance('1s')
    return { trace, written: [...written], points: life.points, alive: life.alive }
  }
  t.same(await traceOf(1), { trace: ['died'], written: [], points: 1, alive: false }, 'before the first effect')
  t.same(await traceOf(2), { trace: ['died'], written: [2], points: 2, alive: false }, 'after it')
  t.same(await traceOf(3), { trace: ['wrote 2', 'died'], written: [2], points: 3, alive: false })
  t.same(await traceOf(5), { trace: ['wrote 2', 'wrote 3', 'finally'], written: [2, 3], points: 4, alive: true })
})

t.test('a dead incarnation sleeps for ever and its timeouts never fire', async (t) => {
  const clock = virtualClock()
  const life = createIncarnation()
  const own = life.clock(clock)
  const woken: string[] = []
  void own.sleep(1000).then(() => woken.push('first'))
  void own.sleep(3000).then(() => woken.push('second'))
  const early = own.timeout(1000)
  const late = own.timeout(3000)
  const stopped = own.timeout(1000)
  stopped.clear()
  clock.at('2s', () => life.kill())
  await clock.advance('10s')
  t.same(woken, ['first'])
  t.match(early.signal.reason, { name: 'TimeoutError' })
  t.notOk(late.signal.aborted)
  t.notOk(stopped.signal.aborted)
  t.equal(own.now(), clock.now())
})

t.test('a frozen incarnation gets its answers when it goes on, a killed one never', async (t) => {
  const clock = virtualClock()
  const life = createIncarnation()
  const own = life.clock(clock)
  const seen: string[] = []
  const rejecting = life.guard({ fail: () => Promise.reject(new Error('no')) })
  life.freeze()
  void own.sleep(1000).then(() => seen.push(`slept@${clock.elapsed()}`))
  rejecting.fail().catch(() => seen.push(`failed@${clock.elapsed()}`))
  clock.at('30s', () => life.thaw())
  await clock.advance('1m')
  t.same(seen.toSorted(), ['failed@30000', 'slept@30000'])
  void own.sleep(1000).then(() => seen.push('too late'))
  life.freeze()
  await clock.advance('10s')
  life.kill()
  life.thaw()
  await clock.advance('10s')
  t.equal(seen.length, 2)
})
