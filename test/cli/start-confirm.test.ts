/** Before a start a person is shown what it will do, and asked; a script never is. */
import t from 'tap'
import { policyDocument } from '../../src/http/catalogueDocuments.ts'
import { previewLines, type Document } from '../../src/cli/startPreview.ts'
import { aPolicy, aStep, MINUTE } from '../support/builders.ts'
import { START } from './support/clock.ts'
import { fakeDaemon, json, problem } from './support/daemon.ts'
import { sluice } from './support/sluice.ts'
import { aShift } from './support/views.ts'

const POLICY: Document = policyDocument(
  aPolicy({
    description: 'for most',
    steps: [
      aStep({ percent: 10, bakeMs: 5 * MINUTE }),
      aStep({ percent: 500, bakeMs: 90 * MINUTE, approval: { by: 'anyone', expiresMs: MINUTE } }),
      aStep({ percent: 1000, bakeMs: 30 * MINUTE })
    ]
  })
)
const MIGRATION: Document = {
  name: 'shop',
  description: 'EKS 1.34',
  routes: [
    { name: 'web', type: 'alb' },
    { name: 'api', type: 'route53' }
  ],
  gates: [{ name: 'own' }]
}
const NOTHING = { routes: undefined, toPercent: undefined, from: undefined, url: 'http://d/' }
const preview = (change: object = {}) =>
  previewLines({ migration: MIGRATION, policy: POLICY, ...NOTHING, ...change }, START)

function catalogue(more: Parameters<typeof fakeDaemon>[1] = {}) {
  return {
    'GET /v1/migrations/shop': json({ name: 'shop', file: 'f', document: MIGRATION }),
    'GET /v1/policies/standard': json({ name: 'standard', file: 'f', document: POLICY }),
    'POST /v1/shifts': json(aShift(), 201),
    ...more
  }
}

t.test('what moves, how, when at the earliest, and how it comes back', async (t) => {
  t.strictSame(preview(), [
    'About to start a shift on http://d/',
    '  migration  shop: EKS 1.34',
    '  policy     standard: for most',
    '  routes     web (alb)',
    '             api (route53)',
    '  steps      at the earliest, UTC',
    '             10:05:00Z     1 % for 5m',
    '             10:10:00Z    50 % for 1h30m, then a person must approve',
    '             11:40:00Z   100 % for 30m',
    '             12:10:00Z  done',
    '  gates      errors, own',
    '  rollback   by itself on a breach, to 0 %; at any time: sluice abort'
  ])
})

t.test('only the routes and steps that are asked for', async (t) => {
  const some = preview({ routes: ['api'], toPercent: 20, from: 'live' }).join('\n')
  t.match(some, 'routes     api (route53)')
  t.notMatch(some, 'web')
  t.match(some, 'from what is live, at the earliest')
  t.match(some, / 20 % for 1h30m/)
  t.notMatch(some, '100 %')
  t.match(some, 'done at 20 %')
})

t.test('what is unusual is said: no gate, no rollback, nothing written, a ladder that is not known yet', async (t) => {
  const policy = { ...POLICY, gates: 'none', onBreach: 'hold', steps: undefined }
  const odd = preview({ policy, migration: { ...MIGRATION, gates: [] } }).join('\n')
  t.match(odd, 'NONE: nothing is judged')
  t.match(odd, 'not by itself: a breach holds')
  t.match(odd, 'worked out in preflight')
  t.match(preview({ policy: { ...POLICY, mode: 'observe' } }).join('\n'), 'never writes')
  t.match(preview({ policy: { ...POLICY, rollback: { to: 'start' } } }).join('\n'), 'to what is live now')
})

t.test('no starts nothing; yes starts what was shown', async (t) => {
  const daemon = await fakeDaemon(t, catalogue())
  const asked: string[] = []
  const answer = (yes: boolean) => async (question: string) => (asked.push(question), yes)
  const no = await sluice(['start', 'shop', 'standard'], { url: daemon.url, confirm: answer(false) })
  t.match(no, { code: 1, out: '' })
  t.match(no.err, /steps .*[^]*nothing was started\n$/)
  t.notOk(daemon.asked.some(({ method }) => method === 'POST'))
  const yes = await sluice(['start', 'shop', 'standard'], { url: daemon.url, confirm: answer(true) })
  t.match(yes, { code: 0, out: /started/ })
  t.strictSame(asked, ['Start it?', 'Start it?'])
})

t.test('--yes, --json and scripts are not asked, and nothing more is read', async (t) => {
  const daemon = await fakeDaemon(t, catalogue())
  const never = async () => {
    throw new Error('asked')
  }
  for (const [flags, setup] of [
    [['--yes'], { confirm: never }],
    [['--json'], { confirm: never }],
    [[], {}]
  ] as const) {
    const ran = await sluice(['start', 'shop', 'standard', ...flags], { url: daemon.url, ...setup })
    t.equal(ran.code, 0)
  }
  t.notOk(daemon.asked.some(({ path }) => path.includes('policies')))
})

t.test('a name that there is not is told before anything is asked', async (t) => {
  const missing = { 'GET /v1/policies/standard': problem(404, 'policy_not_found', 'there is no policy standard') }
  const daemon = await fakeDaemon(t, catalogue(missing))
  const ran = await sluice(['start', 'shop', 'standard'], { url: daemon.url, confirm: async () => true })
  t.match(ran, { code: 1, err: /there is no policy standard/ })
})
