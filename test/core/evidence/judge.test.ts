/** `sluice judge`: text, standard input, knobs, and every kind of wrong input. The numbers: golden.test.ts. */
import t, { type Test } from 'tap'
import type { Io } from '../../../src/cli/io.ts'
import { run } from '../../../src/cli/program.ts'
import { systemClock } from '../../../src/clock.ts'
import { sluice } from '../../cli/support/sluice.ts'
import { textOf } from '../../house/files.ts'

const BASELINE = Array.from({ length: 30 }, () => [30_000, 60])
const INPUT = {
  theta: 0.01,
  profile: 'robust',
  plan: { percents: [25, 100], bakeMinutes: 5 },
  baseline: BASELINE,
  buckets: [
    { n1: 7500, e1: 15, n0: 22_500, e0: 45, percent: 25, first: true },
    { n1: 7500, e1: 46, n0: 22_500, e0: 45, percent: 25 },
    { n1: 7500, e1: 900, n0: 22_500, e0: 45, percent: 25, first: false }
  ]
}

async function judged(t: Test, input: unknown, ...options: string[]) {
  const folder = t.testdir({ 'counts.json': typeof input === 'string' ? input : JSON.stringify(input) })
  return sluice(['judge', `${folder}/counts.json`, ...options])
}

t.test('text: a line a bucket, - where nothing is asked for, and each change in words', async (t) => {
  const { code, out } = await judged(t, INPUT)
  t.equal(code, 0)
  const lines = out.split('\n')
  t.match(
    lines[0],
    /^bucket +percent +new +old +lnRelative +lnAbsolute +amber +frozenAmber +shared +clear +rollback +back +verdict$/
  )
  t.match(lines[1], / - +wait$/)
  t.match(lines[2], / 2\.69 +stepBack$/)
  t.match(lines[3], / rollback$/)
  t.match(out, 'bucket 1: stepBack: amber: 46 errors where 15 were expected; 25 % -> 2.7 %, re-testing')
  t.match(out, /bucket 2: rollback: new fails .* by chance at most once in [\d,]+ healthy shifts/)
})

t.test('the counts in docs/gating.md are judged as the page says', async (t) => {
  const page = textOf('docs/gating.md')
  const [, counts = ''] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? []
  const [, said = ''] = /rolls back: `([^`]+)`/.exec(page) ?? []
  const { out } = await judged(t, counts)
  t.match(out, /^bucket 0: wait: .*\nbucket 1: hold: .*\nbucket 2: rollback: /m)
  t.ok(said !== '' && out.includes(said), said)
})

t.test('- reads standard input', async (t) => {
  let out = ''
  const io: Io = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => t.fail(text) },
    stdin: (async function* () {
      yield new TextEncoder().encode(JSON.stringify(INPUT).slice(0, 100))
      yield new TextEncoder().encode(JSON.stringify(INPUT).slice(100))
    })(),
    env: {},
    fetch: globalThis.fetch,
    clock: systemClock(),
    exit: () => t.fail(),
    suspend: () => t.fail(),
    onSignal: () => () => {}
  }
  t.equal(await run(['judge', '-', '--json'], io), 0)
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.strictSame(
    lines.map(({ verdict, back }) => [verdict, back === null ? null : Number(back.toFixed(2))]),
    [
      ['wait', null],
      ['stepBack', 2.69],
      ['rollback', 0.1]
    ]
  )
})

t.test('profile and knobs change what they name; no bucket is no line', async (t) => {
  const first = async (change: object) => {
    const { out, code } = await judged(t, { ...INPUT, ...change }, '--json')
    t.equal(code, 0)
    return out.split('\n').map((line) => (line === '' ? null : JSON.parse(line)))
  }
  const [, robust] = await first({})
  const [, fast] = await first({ profile: 'fast' })
  t.ok(fast.lnRelative > robust.lnRelative)
  t.equal((await first({ profile: undefined }))[1].lnRelative, robust.lnRelative)
  t.equal((await first({ tolerance: 1 }))[1].lnRelative, fast.lnRelative)
  t.ok(Math.abs((await first({ stepBackBudget: 5 }))[1].back * 2 - robust.back) < 1e-9)
  t.equal((await first({ alpha: { relative: 1e-99, absolute: 1e-99 } }))[2].verdict, 'stepBack')
  t.equal((await first({ theta: 0.001 }))[0].shared, true)
  t.strictSame(await first({ buckets: [] }), [null])
  t.equal((await first({ plan: { percents: [25, 100], bakeMinutes: 1 } }))[0].verdict, 'advance')
})

t.test('what is wrong is one error with its place, and exit code 2', async (t) => {
  const bucket = INPUT.buckets[0]
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    ['{"theta": 0.01,}', /not JSON: .*/],
    ['[]', /: an object with theta, profile/],
    [{ ...INPUT, theta: 0 }, /: theta: a number above 0 and at most 1, not 0$/],
    [{ ...INPUT, theta: undefined }, /: theta: .* not nothing$/],
    [{ ...INPUT, profile: 'quick' }, /: profile: robust or fast, not "quick"$/],
    [{ ...INPUT, extra: 1 }, /: extra: no such key/],
    [{ ...INPUT, plan: { percents: [], bakeMinutes: 5 } }, /: plan\.percents: a list of at least 1, not \[\]$/],
    [{ ...INPUT, plan: { percents: [1, 101], bakeMinutes: 5 } }, /: plan\.percents\[1\]: .* not 101$/],
    [{ ...INPUT, plan: { percents: [1], bakeMinutes: '5m' } }, /: plan\.bakeMinutes: .* not "5m"$/],
    [{ ...INPUT, plan: { percents: [1], bakeMinutes: 5, bake: 5 } }, /: plan\.bake: no such key/],
    [{ ...INPUT, baseline: {} }, /: baseline: a list, not \{\}$/],
    [{ ...INPUT, baseline: [[10, 11]] }, /: baseline\[0\]\[1\]: at most its 10 requests, not 11$/],
    [{ ...INPUT, baseline: [[10, 1, 2]] }, /: baseline\[0\]: \[requests, errors\], not \[10,1,2\]$/],
    [
      { ...INPUT, buckets: [bucket, { ...bucket, e1: 1.5 }] },
      /: buckets\[1\]\.e1: a whole number of at least 0, not 1\.5$/
    ],
    [{ ...INPUT, buckets: [{ ...bucket, n0: null }] }, /: buckets\[0\]\.n0: .* not null$/],
    [{ ...INPUT, buckets: [{ ...bucket, percent: -1 }] }, /: buckets\[0\]\.percent: a number from 0 to 100, not -1$/],
    [{ ...INPUT, buckets: [{ ...bucket, first: 1 }] }, /: buckets\[0\]\.first: true or false, not 1$/],
    [{ ...INPUT, buckets: [{ ...bucket, weight: 1 }] }, /: buckets\[0\]\.weight: no such key/],
    [{ ...INPUT, tolerance: 0.5 }, /: tolerance: .* not 0\.5$/],
    [{ ...INPUT, alpha: { relative: 0.1, absolute: 1 } }, /: alpha\.absolute: .* not 1$/],
    [{ ...INPUT, stepBackBudget: 0 }, /: stepBackBudget: .* not 0$/]
  ]
  for (const [input, message] of wrong) {
    const { code, out, err } = await judged(t, input)
    t.equal(code, 2)
    t.equal(out, '')
    t.match(err.trimEnd(), message)
    t.equal(err.trimEnd().split('\n').length, 1)
  }
  t.match(await sluice(['judge', '/nowhere/counts.json']), { code: 2, err: /counts\.json: cannot be read: / })
  t.match(await sluice(['judge']), { code: 2 })
  const { err } = await judged(t, { ...INPUT, theta: 2 }, '--json')
  t.match(JSON.parse(err), { code: 'usage', detail: /theta/ })
})
