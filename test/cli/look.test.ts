/** The commands that only look: list, status, events, report, undo. */
import t from 'tap'
import { fakeDaemon, json, stream, type Reply } from './support/daemon.ts'
import { NO_ROLLBACK } from '../support/reportView.ts'
import { sluice } from './support/sluice.ts'
import { aReport, aShift, anEnded, anEvent, COMMAND, endEvent, ID } from './support/views.ts'

const ONE = `GET /v1/shifts/${ID}`
const LIST = 'GET /v1/shifts'
const EVENTS = `GET /v1/shifts/${ID}/events`

t.test('list: a table, newest first as the API gives it, 0 % and all', async (t) => {
  const items = [aShift({ attention: 'drift', phase: 'halted' }), anEnded('rolled_back', { id: 'shf_2', percent: 0 })]
  const daemon = await fakeDaemon(t, { [LIST]: json({ items, next: 'abc' }) })
  const { code, out, err } = await sluice(['list'], { url: daemon.url })
  t.equal(code, 0)
  t.equal(
    out,
    [
      'ID                              MIGRATION     POLICY    PHASE           PERCENT  STARTED               BY',
      `${ID}  shop-eks-134  standard  halted (drift)     10 %  2026-03-01 09:50:00Z  oncall`,
      'shf_2                           shop-eks-134  standard  rolled_back         0 %  2026-03-01 09:50:00Z  oncall',
      ''
    ].join('\n')
  )
  t.equal(err, 'there are more: --cursor abc\n')
})

t.test('list: --phase, --migration, --limit and --cursor reach the API', async (t) => {
  const daemon = await fakeDaemon(t, { [LIST]: json({ items: [], next: null }) })
  const line = ['list', '--phase', 'baking', 'halted', '--migration', 'm', '--limit', '5', '--cursor', 'c']
  const { err } = await sluice(line, { url: daemon.url })
  t.equal(daemon.asked[0]?.path, '/v1/shifts?phase=baking%2Chalted&migration=m&limit=5&cursor=c')
  t.equal(err, 'no shifts\n')
  t.equal((await sluice(['list', '--phase', 'resting'], { url: daemon.url })).code, 2)
  t.equal((await sluice(['list', '--limit', '0'], { url: daemon.url })).code, 2)
})

t.test('--json prints the API’s JSON exactly', async (t) => {
  const text = '{ "id": "x",  "phase":"baking", "explain": "é", "items": [], "next": null, "serviceImpact": 1 }'
  const reply: Reply = { body: text }
  const daemon = await fakeDaemon(t, { [LIST]: reply, [ONE]: reply, [EVENTS]: reply, [`${ONE}/report`]: reply })
  for (const line of [['list'], ['status', ID], ['events', ID], ['report', ID]]) {
    const { out, code } = await sluice([...line, '--json'], { url: daemon.url })
    t.equal(out, `${text}\n`, line.join(' '))
    t.equal(code, 0)
  }
  t.equal((await sluice(['report', ID, '--format', 'json'], { url: daemon.url })).out, `${text}\n`)
})

t.test('status: sentence, step, routes, gates, findings and how to undo', async (t) => {
  const findings = [
    { severity: 'warning', code: 'sticky', route: 'web', detail: 'stickiness is on', remedy: 'aws elbv2 …' },
    { severity: 'info', code: 'merged', route: null, detail: 'two steps are one', remedy: '' }
  ] as const
  const daemon = await fakeDaemon(t, { [ONE]: json(aShift({ findings, attention: 'approval' })) })
  const { code, out } = await sluice(['status', ID], { url: daemon.url })
  t.equal(code, 0)
  t.equal(
    out,
    `${ID}  shop-eks-134 under standard
baking at 10 % for 4m12s more

phase      baking
attention  a person is needed: approval
percent    10 %, going to 100 %
step       1 (number 2 of 4): 10 %
           since 2026-03-01 10:00:00Z, until 2026-03-01 10:10:00Z
started    2026-03-01 09:50:00Z by oncall: upgrade
versions   1.33 to 1.34
rollback   to 0 % within 60 s

ROUTE  TYPE  DESIRED  LIVE  OBSERVED  IN EFFECT  HEALTHY OLD/NEW
web    alb      10 %  10 %     9.8 %  10:00:00Z  40/6

GATE    ROUTE  VERDICT   VALUE  LIMIT  SAMPLES  AT
errors  web    pass     0.0012   0.01    5,321  10:04:00Z  error rate 0.12 % of 5,321 requests

warning  web: sticky: stickiness is on
         -> aws elbv2 …
info     merged: two steps are one

By hand, if Sluice is away:
  ${COMMAND}
`
  )
})

t.test('status: what is not known is a dash, what is 0 is 0, and there may be no step', async (t) => {
  const [route] = aShift().routes
  if (!route) throw new Error('no route')
  const bare = aShift({
    phase: 'preflight',
    step: null,
    restorePercent: null,
    gates: [],
    versions: null,
    rollback: {
      possible: false,
      inEffectWithinSeconds: null,
      mostWithinSeconds: null,
      residualPercent: null,
      stuckUntil: null,
      commands: []
    },
    routes: [
      { ...route, desiredPercent: 0, livePercent: null, observedPercent: 0, healthyTargets: { old: 0, new: null } }
    ]
  })
  const daemon = await fakeDaemon(t, { [ONE]: json(bare) })
  const { out } = await sluice(['status', ID], { url: daemon.url })
  t.match(out, /web +alb +0 % +- +0 % .* 0\/-/)
  t.match(out, /step +before the first/)
  t.match(out, /rollback +not possible/)
  t.notMatch(out, /GATE|By hand|null|undefined/)
})

t.test(
  'status of a shift that has ended goes nowhere, and of a refused one claims no percent and no step',
  async (t) => {
    const refused = { phase: 'refused', outcome: 'refused', step: null, percent: 0, restorePercent: null } as const
    const lines = async (fields: Parameters<typeof aShift>[0]) => {
      const daemon = await fakeDaemon(t, { [`GET /v1/shifts/${ID}`]: json(aShift(fields)) })
      return (await sluice(['status', ID], { url: daemon.url })).out
    }
    t.notMatch(await lines(refused), /^(percent|step) /m)
    const aborted = await lines({ phase: 'aborted', outcome: 'aborted', percent: 0 })
    t.match(aborted, /^percent +0 %, was to go to 100 %$/m)
    t.match(await lines({ phase: 'completed', outcome: 'completed', percent: 100 }), /^percent +100 %$/m)
  }
)

t.test('FM-38: status says until when clients stay stuck to new', async (t) => {
  const rollback = {
    ...aShift().rollback,
    inEffectWithinSeconds: null,
    residualPercent: 4,
    stuckUntil: '2026-03-02T10:00:00Z'
  }
  const daemon = await fakeDaemon(t, { [ONE]: json(aShift({ rollback })) })
  const { out } = await sluice(['status', ID], { url: daemon.url })
  t.match(
    out,
    /rollback +to 0 %; 4 % of traffic may remain on new; clients may stay stuck to new until 2026-03-02 10:00:00Z/
  )
})

t.test('status exits 0 whatever the phase, and by the phase with --exit-code', async (t) => {
  const daemon = await fakeDaemon(t, { [ONE]: json(anEnded('rolled_back')) })
  t.equal((await sluice(['status', ID], { url: daemon.url })).code, 0)
  t.equal((await sluice(['status', ID, '--exit-code'], { url: daemon.url })).code, 3)
  t.equal((await sluice(['status', ID, '--exit-code', '--json'], { url: daemon.url })).code, 3)
})

t.test('text of others cannot redraw the terminal', async (t) => {
  const daemon = await fakeDaemon(t, { [ONE]: json(aShift({ reason: 'x\u001b[2J\nphase  completed' })) })
  const { out } = await sluice(['status', ID], { url: daemon.url })
  t.notMatch(out, '\u001b')
  t.notMatch(out, /^phase +completed/m)
})

t.test('events: every page, a line each; --after says from where', async (t) => {
  const daemon = await fakeDaemon(t, {
    [EVENTS]: ({ path }) =>
      json(
        path.endsWith('after=3') ? { items: [anEvent(4), endEvent(5)], next: null } : { items: [anEvent(3)], next: '3' }
      )
  })
  const { code, out } = await sluice(['events', ID, '--after', '2'], { url: daemon.url })
  t.equal(code, 0)
  t.strictSame(
    daemon.asked.map(({ path }) => path.split('?')[1]),
    ['after=2', 'after=3']
  )
  t.equal(
    out,
    `   3  2026-03-01 10:00:03Z  weight.in_effect    baking             daemon: event number 3
   4  2026-03-01 10:00:04Z  weight.in_effect    baking             daemon: event number 4
   5  2026-03-01 10:00:05Z  shift.ended         completed          daemon: ended completed
`
  )
  const all = await sluice(['events', ID, '--after', '2', '--json'], { url: daemon.url })
  t.match(JSON.parse(all.out), { items: [{ seq: 3 }, { seq: 4 }, { seq: 5 }], next: null })
})

t.test('events --follow goes on to the end and exits 0: it is the log that was asked for', async (t) => {
  const daemon = await fakeDaemon(t, {
    [`${ONE}/events (stream)`]: stream([anEvent(1), endEvent(2, 'rolled_back')], 'open'),
    [EVENTS]: json({ items: [], next: null }),
    [ONE]: [json(aShift()), ({ path }) => (path.includes('wait') ? null : json(anEnded('rolled_back')))]
  })
  const { code, out, err } = await sluice(['events', ID, '--follow'], { url: daemon.url })
  t.equal(code, 0)
  t.match(out, /^ {3}1 .*\n {3}2 .*shift.ended.*\n$/)
  t.match(err, /ended: rolled_back/)
})

t.test('report: the five measures', async (t) => {
  const rollback = {
    ...NO_ROLLBACK,
    happened: true,
    cause: 'breach of errors on web',
    startedAt: '2026-03-01T10:30:00.000Z',
    confirmedAt: '2026-03-01T10:30:05.000Z',
    seconds: 5
  }
  const daemon = await fakeDaemon(t, {
    [`${ONE}/report`]: [json(aReport()), json(aReport({ rollback, outcome: null }))]
  })
  const { code, out } = await sluice(['report', ID], { url: daemon.url })
  t.equal(code, 0)
  t.equal(
    out,
    `shift           ${ID} of shop-eks-134: completed
service impact  144 errors in 120,345 requests on new (0.12 %; old 0.1 %), 24 more than old would have made
work            2 commands and 1 approval by oncall, lead; 6 writes
rollback        none
frequency       4 of 4 steps done, 1.33 to 1.34
time            1h10m from 2026-03-01 09:50:00Z to 2026-03-01 11:00:00Z
                baking: 1h
`
  )
  const second = await sluice(['report', ID], { url: daemon.url })
  t.match(second.out, /rollback +breach of errors on web: from 2026-03-01 10:30:00Z, confirmed after 5s/)
  t.match(second.out, /not ended yet/)
})

t.test('report --format md and html: the document exactly as the API gave it', async (t) => {
  const daemon = await fakeDaemon(t, {
    [`${ONE}/report`]: ({ path, headers }) => ({
      type: 'text/plain',
      body: `${path.split('?')[1]} ${headers.accept}\n\u001b\n`
    })
  })
  const printed = async (format: string) => (await sluice(['report', ID, '--format', format], { url: daemon.url })).out
  t.equal(await printed('md'), 'format=md text/markdown\n\u001b\n')
  t.equal(await printed('html'), 'format=html text/html\n\u001b\n')
})

t.test('dashboard: the body for PutDashboard, readable; with --json exactly as the API gave it', async (t) => {
  const path = 'GET /v1/migrations/shop/dashboard'
  const daemon = await fakeDaemon(t, { [path]: { body: '{"widgets":[]}' } })
  t.match(await sluice(['dashboard', 'shop'], { url: daemon.url }), { code: 0, out: '{\n  "widgets": []\n}\n' })
  t.equal((await sluice(['dashboard', 'shop', '--json'], { url: daemon.url })).out, '{"widgets":[]}\n')
  const other = await fakeDaemon(t, { [path]: json({}) })
  t.match(await sluice(['dashboard', 'shop'], { url: other.url }), { code: 1, err: /is no dashboard/ })
})

t.test('undo: commands for a shell, one a line, all else behind #', async (t) => {
  const daemon = await fakeDaemon(t, {
    [ONE]: [
      json(aShift({ migration: 'x\nrm -rf /' })),
      json(aShift()),
      json(anEnded('refused', { rollback: { ...aShift().rollback, commands: [] } }))
    ]
  })
  const { code, out } = await sluice(['undo', ID], { url: daemon.url })
  t.equal(code, 0)
  t.strictSame(
    out.split('\n').filter((line) => !line.startsWith('#')),
    [COMMAND, '']
  )
  t.strictSame(JSON.parse((await sluice(['undo', ID, '--json'], { url: daemon.url })).out), aShift().rollback)
  t.match((await sluice(['undo', ID], { url: daemon.url })).out, /^# .*: nothing to undo\n$/)
})
