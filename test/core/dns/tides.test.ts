import t from 'tap'
import { inSync, withTide } from '../../../src/core/dns/tides.ts'
import type { Tide } from '../../../src/core/shift.ts'

const MINUTE = 60_000
const taken = (to: number, since: number | null) => ({ from: 0, to, since, holdMs: MINUTE })

t.test('each change begins where the one before it led, and is noted once', async (t) => {
  const one = withTide([], taken(0.1, 1000))
  t.strictSame(one, [{ since: 1000, at: null, from: 0, to: 0.1, holdMs: MINUTE }])
  t.equal(withTide(one, taken(0.1, 6000)), one, 'the same batch sent again is no new change')
  t.match(withTide(one, taken(0.5, 9000))[1], { from: 0.1, to: 0.5 })
  t.strictSame(withTide([], taken(0, 1000)), [], 'nothing moves')
  t.notOk('since' in (withTide([], taken(0.1, null))[0] ?? {}))
})

t.test('INSYNC of the newest is INSYNC of what was sent before it, after as long a time', async (t) => {
  const both = withTide(withTide([], taken(0.5, 0)), taken(0, 10_000))
  t.strictSame(
    inSync(both, 40_000).map(({ at }) => at),
    [30_000, 40_000]
  )
  const done = inSync(both, 40_000)
  t.equal(inSync(done, 50_000), done, 'and is told once')
})

t.test('an endless shift does not remember endlessly, and still adds up', async (t) => {
  let tides: readonly Tide[] = []
  for (let i = 1; i <= 100; i += 1) tides = inSync(withTide(tides, taken((i % 7) / 10, i * MINUTE)), i * MINUTE + 1)
  t.ok(tides.length <= 24)
  t.ok(tides.every((tide, i) => i === 0 || tide.from === tides[i - 1]?.to))
})
