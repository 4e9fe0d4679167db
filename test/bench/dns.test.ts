/** What `npm run bench -- dns` claims of the model, on one run of it; and its arithmetic. */
import t from 'tap'
import { apart, LIMIT, together } from './dns/figures.ts'
import { liveThrough, type Moment } from './dns/shift.ts'

const moment = (atMs: number, expected: number, users: number): Moment => ({
  atMs,
  expected,
  users,
  observed: null,
  when: 'baking 50 %',
  asked: 0.5
})

t.test('how far two shares are apart, at any moment and over windows', async (t) => {
  const moments = [
    [0, 0.5, 0.54],
    [5_000, 0.5, 0.46],
    [10_000, 0.5, 0.5],
    [15_000, 0.5, 0.5]
  ] as const
  const noted = moments.map(([at, expected, users]) => moment(at, expected, users))
  const single = apart(noted)
  t.ok(Math.abs(single.worst - 4) < 1e-9)
  t.equal(single.beyond, 2)
  t.ok(Math.abs(single.sigmas - 4 / 1.5811) < 0.01, 'a thousand draws at 50 %')
  t.ok(apart(noted, 10_000).worst < 1e-9, 'what is too much and too little in one window makes up for each other')
  t.equal(apart(noted, 10_000, 5_000).windows, 3)
  const both = together([single, apart(noted, 10_000)])
  t.match(both, { windows: 6, beyond: 2, worst: single.worst })
})

t.test(
  'over a whole shift and its rollback expected and real share stay within the claim, PENDING included',
  async (t) => {
    const moments = await liveThrough({ seed: 1, even: true, spread: 1 })
    const { worst, when } = apart(moments)
    t.ok(worst <= LIMIT, `${worst.toFixed(2)} points: ${when}`)
    t.ok(
      moments.some(({ when: phase }) => phase === 'draining 100 %'),
      'it went all the way'
    )
    const last = moments.at(-1)
    t.equal(last?.when, 'rolling_back 0 %')
    t.ok((last?.users ?? 1) < 0.01, 'and all the way back')
  }
)
