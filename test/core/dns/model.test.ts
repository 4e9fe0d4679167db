import t from 'tap'
import fc from 'fast-check'
import { expectedShare, longestPending, movedAfter, timeToMove, USUAL_PENDING_MS } from '../../../src/core/dns/model.ts'
import type { Tide } from '../../../src/core/shift.ts'

const SECOND = 1000
const MINUTE = 60_000
const HOLD = MINUTE

const tide = (fields: Partial<Tide> = {}): Tide => ({ since: 0, at: 0, from: 0, to: 1, holdMs: HOLD, ...fields })
const close = (a: number | null, b: number, by = 0.001): boolean => a !== null && Math.abs(a - b) <= by

t.test('the published points: a TTL of 20 s, 91.5 % after 60 s, 2.2 % left after 15 min', async (t) => {
  t.ok(close(movedAfter(60 * SECOND, HOLD), 0.915))
  t.ok(close(1 - movedAfter(15 * MINUTE, HOLD), 0.022))
  t.equal(movedAfter(0, HOLD), 0)
  t.equal(movedAfter(-5, HOLD), 0)
})

t.test('the time until a share has moved is the inverse of the share moved after a time', async (t) => {
  for (const share of [0.1, 0.5, 0.9, 0.95, 0.98]) t.ok(close(movedAfter(timeToMove(share, HOLD), HOLD), share))
})

t.test('while name servers learn one after another, those who ask them move one after another', async (t) => {
  const learning = tide({ since: 0, at: 30 * SECOND })
  // The mean over the instants at which a server may have learned it, by brute force.
  const mean = (at: number): number => {
    let sum = 0
    for (let learned = 50; learned < 30 * SECOND; learned += 100) sum += movedAfter(at - learned, HOLD)
    return sum / 300
  }
  for (const at of [5, 15, 29, 30, 45, 75, 90, 600].map((s) => s * SECOND)) {
    t.ok(close(expectedShare([learning], at), mean(at)), `${at}: ${expectedShare([learning], at)} and ${mean(at)}`)
  }
  t.equal(expectedShare([learning], -SECOND), 0)
})

t.test('PENDING: as long as the changes before it took, and never as if all servers had it', async (t) => {
  const pending = tide({ since: 100 * MINUTE, at: null, from: 1, to: 0 })
  const at = 100 * MINUTE + 20 * SECOND
  const before = tide({ since: 0, at: 30 * SECOND })
  const known = expectedShare(
    [before, { ...pending, at: pending.since === undefined ? null : pending.since + 30 * SECOND }],
    at
  )
  t.equal(expectedShare([before, pending], at), known, 'it learned 30 s from the first')
  const usual = expectedShare([{ ...pending, at: 100 * MINUTE + USUAL_PENDING_MS }], at)
  t.equal(expectedShare([pending], at), usual, 'without a change before it: as AWS says')
  const long = 100 * MINUTE + 10 * MINUTE
  const still = expectedShare([pending], long) ?? 0
  t.ok(still > expectedShare([{ ...pending, at: 101 * MINUTE }], long)!, 'still PENDING after 10 min: not all have it')
})

t.test('a change that is undone while PENDING: both are on their way', async (t) => {
  const up = tide({ since: 0, at: null, from: 0.1, to: 0.5 })
  const back = tide({ since: 10 * SECOND, at: null, from: 0.5, to: 0 })
  const peak = expectedShare([up, back], 15 * SECOND) ?? 0
  t.ok(peak > 0.1, 'some have followed the first')
  t.ok(peak < 0.2, 'nobody is where the first would have led')
  t.ok(
    (expectedShare(
      [
        { ...up, at: MINUTE },
        { ...back, at: MINUTE }
      ],
      30 * MINUTE
    ) ?? 1) < 0.01
  )
})

t.test(
  'expected is between what was and what shall be, never goes back, and never ahead of the submission',
  async () => {
    fc.assert(
      fc.property(
        fc.nat(300_000),
        fc.nat(1_800_000),
        fc.nat(60_000),
        fc.boolean(),
        (pendingMs, at, later, isPending) => {
          const one = tide({ since: 0, at: isPending ? null : pendingMs, from: 0.2, to: 0.7 })
          const [first, second] = [expectedShare([one], at) ?? NaN, expectedShare([one], at + later) ?? NaN]
          return first >= 0.2 - 1e-9 && second <= 0.7 + 1e-9 && (isPending || second >= first - 1e-9)
        }
      ),
      { numRuns: 300 }
    )
  }
)

t.test('a tide of which only INSYNC is known begins there', async (t) => {
  const { since: _since, ...bare } = tide({ at: MINUTE })
  t.equal(expectedShare([bare], 90 * SECOND), movedAfter(30 * SECOND, HOLD))
  t.equal(expectedShare([], 5), null)
})

t.test('how long PENDING may last: at least as long as it was ever seen to', async (t) => {
  t.equal(longestPending([]), USUAL_PENDING_MS)
  t.equal(longestPending([tide({ at: 20 * SECOND })]), USUAL_PENDING_MS, 'a rollback is not promised sooner')
  t.equal(longestPending([tide({ at: 200 * SECOND }), tide({ at: 30 * SECOND })]), 200 * SECOND)
})
