/** Orders to a shift, and the red button. */
import t from 'tap'
import { fakeDaemon, json, problem, stream, type FakeDaemon } from './support/daemon.ts'
import { sluice } from './support/sluice.ts'
import { aShift, anEnded, anEvent, endEvent, ID } from './support/views.ts'

const ONE = `/v1/shifts/${ID}`

/** What was posted last. */
function sent(daemon: FakeDaemon): unknown {
  return JSON.parse(daemon.asked.findLast(({ method }) => method === 'POST')?.body ?? 'null')
}

t.test('every order is one POST with what was said and nothing else', async (t) => {
  const cases: readonly (readonly [readonly string[], unknown])[] = [
    [['abort'], {}],
    [
      ['abort', '--force', '--reason', 'bad', '--on-behalf-of', 'kim'],
      { force: true, reason: 'bad', onBehalfOf: 'kim' }
    ],
    [['pause'], {}],
    [['pause', '--reason', 'lunch'], { reason: 'lunch' }],
    [['resume'], {}],
    [['resume', '--drift', 'adopt'], { drift: 'adopt' }],
    [['resume', '--drift', 'overwrite'], { drift: 'overwrite' }],
    [['release', '--reason', 'mine now'], { reason: 'mine now' }],
    [['restore', '--reason', 'peak'], { reason: 'peak' }],
    [['advance', '--step', '0'], { step: 0 }],
    [
      ['approve', '--step', '2', '--comment', 'ok', '--on-behalf-of', 'kim'],
      { step: 2, comment: 'ok', onBehalfOf: 'kim' }
    ],
    [['reject', '--step', '2'], { step: 2 }]
  ]
  for (const [[verb = '', ...more], body] of cases) {
    const daemon = await fakeDaemon(t, { [`POST ${ONE}/${verb}`]: json(aShift(), 202) })
    const { code, out } = await sluice([verb, ID, ...more], { url: daemon.url })
    t.equal(code, 0, verb)
    t.strictSame(sent(daemon), body, [verb, ...more].join(' '))
    t.equal(daemon.asked.length, 1, 'asks nothing more')
    t.equal(out, `${verb} accepted: ${ID} is baking: baking at 10 % for 4m12s more\n`)
  }
})

t.test('orders that need a reason, an id or a legal choice are exit 2 without them', async (t) => {
  for (const line of [
    ['release', ID],
    ['restore', ID],
    ['abort'],
    ['resume', ID, '--drift', 'both'],
    ['approve', ID, '--step', '-1'],
    ['approve', ID, '--step', 'two'],
    ['abort', ID, '--timeout', '5m'],
    ['stop', 'hold'],
    ['stop', 'everything'],
    ['stop']
  ]) {
    t.equal((await sluice(line, { url: 'http://127.0.0.1:9/' })).code, 2, line.join(' '))
  }
})

t.test('FM-41: without --step it is the step that the shift stands at now, said aloud', async (t) => {
  const shift = aShift({ phase: 'awaiting_approval' })
  for (const verb of ['advance', 'approve', 'reject']) {
    const daemon = await fakeDaemon(t, { [`GET ${ONE}`]: json(shift), [`POST ${ONE}/${verb}`]: json(shift, 202) })
    const { err } = await sluice([verb, ID], { url: daemon.url })
    t.strictSame(sent(daemon), { step: 1 })
    t.equal(err, `${verb}: step 1 (number 2 of 4): 10 %, where the shift stands now (--step 1)\n`)
  }
})

t.test('FM-41: a step that moved meanwhile is refused, not approved', async (t) => {
  const daemon = await fakeDaemon(t, {
    [`GET ${ONE}`]: json(aShift()),
    [`POST ${ONE}/approve`]: problem(409, 'step_moved', 'step 1 was meant, the shift is at step 2')
  })
  const { code, err } = await sluice(['approve', ID], { url: daemon.url })
  t.equal(code, 1)
  t.match(err, 'sluice: step 1 was meant, the shift is at step 2 (409 step_moved)')
})

t.test('before the first step there is nothing to approve', async (t) => {
  const daemon = await fakeDaemon(t, { [`GET ${ONE}`]: json(aShift({ step: null, phase: 'preflight' })) })
  const { code, err } = await sluice(['approve', ID], { url: daemon.url })
  t.equal(code, 1)
  t.match(err, /is preflight and stands at no step: nothing to approve/)
})

t.test('--json prints the API’s answer exactly', async (t) => {
  const body = '{"id":"x",  "phase":"paused","explain":""}'
  const daemon = await fakeDaemon(t, { [`POST ${ONE}/pause`]: { status: 202, body } })
  t.equal((await sluice(['pause', ID, '--json'], { url: daemon.url })).out, `${body}\n`)
})

t.test('abort --wait shows what happens from then on, and is 0 once the traffic is back', async (t) => {
  for (const [outcome, want] of [
    ['aborted', 0],
    ['completed', 1]
  ] as const) {
    const before = anEvent(1, { at: '2026-03-01T10:03:59.000Z' })
    const after = anEvent(2, { at: '2026-03-01T10:04:00.000Z', phase: 'rolling_back' })
    const daemon = await fakeDaemon(t, {
      [`POST ${ONE}/abort`]: json(aShift({ updatedAt: '2026-03-01T10:04:00.000Z' }), 202),
      [`GET ${ONE}/events (stream)`]: stream([
        before,
        after,
        { ...endEvent(3, outcome), at: '2026-03-01T10:04:05.000Z' }
      ]),
      [`GET ${ONE}/events`]: json({ items: [], next: null }),
      [`GET ${ONE}`]: ({ path }) => (path.includes('wait=') ? null : json(anEnded(outcome)))
    })
    const { code, out } = await sluice(['abort', ID, '--wait'], { url: daemon.url })
    t.equal(code, want, outcome)
    t.notMatch(out, 'event number 1')
    t.match(out, 'event number 2')
  }
})

t.test('restore --wait follows the new shift', async (t) => {
  const linked = 'shf_new'
  const daemon = await fakeDaemon(t, {
    [`POST ${ONE}/restore`]: json(aShift({ id: linked, restores: ID, phase: 'rolling_back' }), 201),
    [`GET /v1/shifts/${linked}/events (stream)`]: stream([endEvent(1, 'aborted')]),
    [`GET /v1/shifts/${linked}/events`]: json({ items: [], next: null }),
    [`GET /v1/shifts/${linked}`]: ({ path }) =>
      path.includes('wait=') ? null : json(anEnded('aborted', { id: linked, restores: ID }))
  })
  const { code, out } = await sluice(['restore', ID, '--reason', 'peak', '--wait', '--json'], { url: daemon.url })
  t.equal(code, 0)
  t.match(JSON.parse(out), { id: linked, outcome: 'aborted' })
})

t.test('stop: hold and rollback press the button, lift releases it, show tells', async (t) => {
  const at = '2026-03-01T10:00:00.000Z'
  const daemon = await fakeDaemon(t, {
    'POST /v1/stop': ({ body }) => json({ ...(JSON.parse(body) as object), actor: 'oncall', at }),
    'DELETE /v1/stop': { status: 204 },
    'GET /v1/stop': [json({ action: 'rollback', reason: 'fire', actor: 'oncall', at }), json(null), { status: 204 }]
  })
  const go = (...line: string[]) => sluice(['stop', ...line], { url: daemon.url })
  t.match(await go('hold', '--reason', 'fire'), { code: 0, out: /^stopped: every shift is held/ })
  t.strictSame(sent(daemon), { action: 'hold', reason: 'fire' })
  t.match(await go('rollback', '--reason', 'fire', '--on-behalf-of', 'kim'), {
    code: 0,
    out: /^stopped: every shift goes back/
  })
  t.strictSame(sent(daemon), { action: 'rollback', reason: 'fire', onBehalfOf: 'kim' })
  t.match(await go('lift'), { code: 0, out: /^lifted: .* wait for "sluice resume"/ })
  t.equal(daemon.asked.at(-1)?.method, 'DELETE')
  t.match(await go('show'), {
    code: 0,
    out: 'stopped since 2026-03-01 10:00:00Z by oncall: every shift goes back: fire\n'
  })
  t.match(await go('show'), { code: 0, out: 'not stopped\n' })
  t.match(await go('show', '--json'), { code: 0, out: 'null\n' })
})
