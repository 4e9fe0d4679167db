import t from 'tap'
import { fakeDaemon, json, problem, stream } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'
import { aShift, anEnded, anEvent, COMMAND, endEvent, ID } from './support/views.ts'

const START = 'POST /v1/shifts'
const ONE = `GET /v1/shifts/${ID}`
const created = aShift({ phase: 'preflight', explain: 'looking', rollback: { ...aShift().rollback, commands: [] } })

t.test('sends what was asked, and leaves out what was not: the daemon has the defaults', async (t) => {
  const daemon = await fakeDaemon(t, { [START]: json(aShift(), 201) })
  const line = [
    'start',
    'shop',
    'standard',
    '--reason',
    'why',
    '--routes',
    'web, api',
    '--to-percent',
    '12.5',
    '--from',
    'live'
  ]
  t.equal((await sluice([...line, '--idempotency-key', 'k1', '--on-behalf-of', 'kim'], { url: daemon.url })).code, 0)
  t.equal((await sluice(['start', 'shop', '--policy', 'fast'], { url: daemon.url })).code, 0)
  t.strictSame(
    daemon.asked.map(({ body }) => JSON.parse(body) as unknown),
    [
      {
        migration: 'shop',
        policy: 'standard',
        reason: 'why',
        routes: ['web', 'api'],
        toPercent: 12.5,
        from: 'live',
        onBehalfOf: 'kim'
      },
      { migration: 'shop', policy: 'fast' }
    ]
  )
  t.strictSame(
    daemon.asked.map(({ headers }) => headers['idempotency-key']),
    ['k1', undefined]
  )
})

t.test('a command line that cannot be meant is exit 2 and asks nothing', async (t) => {
  const daemon = await fakeDaemon(t, { [START]: json(aShift(), 201) })
  for (const more of [
    [],
    ['a', '--policy', 'b'],
    ['a', '--to-percent', '0'],
    ['a', '--to-percent', '100.5'],
    ['a', '--to-percent', '1.25'],
    ['a', '--routes', 'web,,api'],
    ['a', '--from', 'half'],
    ['a', '--timeout', '2h'],
    ['a', '--wait', '--timeout', 'soon'],
    ['a', '--start-at', 'tomorrow'],
    ['a', 'b', 'c']
  ]) {
    t.equal((await sluice(['start', 'shop', ...more], { url: daemon.url })).code, 2, more.join(' '))
  }
  t.strictSame(daemon.asked, [])
})

t.test('looks until preflight is over and prints how to go back by hand', async (t) => {
  const daemon = await fakeDaemon(t, { [START]: json(created, 201), [ONE]: [json(created), json(aShift())] })
  const running = launch(['start', 'shop', 'standard'], { url: daemon.url })
  for (let look = 0; look < 2; look++) {
    await running.clock.slept(500)
    running.clock.advance(500)
    while (daemon.asked.length < look + 2) await new Promise((resolve) => setImmediate(resolve))
  }
  const { code, out } = await running.done
  t.equal(code, 0)
  t.equal(
    out,
    `${ID} started: shop-eks-134 under standard
baking at 10 % for 4m12s more
Going back by hand, if Sluice is away:
  ${COMMAND}
`
  )
})

t.test('a start that preflight refuses in that time is exit 5 and says why', async (t) => {
  const findings = [
    { severity: 'blocker', code: 'no_targets', route: 'web', detail: 'new has none', remedy: '' }
  ] as const
  const daemon = await fakeDaemon(t, { [START]: json(anEnded('refused', { findings }), 201) })
  const { code, out } = await sluice(['start', 'shop', 'standard'], { url: daemon.url })
  t.equal(code, 5)
  t.match(out, /blocker {2}web: no_targets: new has none/)
  t.notMatch(out, 'by hand')
})

t.test('--json prints the answer exactly and does not look on', async (t) => {
  const body = `{ "id": "${ID}",  "phase": "preflight", "explain": "" }`
  const daemon = await fakeDaemon(t, { [START]: { status: 201, body } })
  const { out, code } = await sluice(['start', 'shop', 'standard', '--json'], { url: daemon.url })
  t.equal(out, `${body}\n`)
  t.equal(code, 0)
  t.equal(daemon.asked.length, 1)
})

t.test('a refusal of the API is told with its fields', async (t) => {
  const errors = [{ field: '/policy', message: 'bake is too short' }]
  const daemon = await fakeDaemon(t, {
    [START]: [
      problem(409, 'route_busy', 'web is in shf_2'),
      problem(422, 'policy_not_fit', 'it does not fit', { errors })
    ]
  })
  const line = ['start', 'shop', 'standard']
  t.match(await sluice(line, { url: daemon.url }), { code: 1, err: 'sluice: web is in shf_2 (409 route_busy)\n' })
  t.match(await sluice(line, { url: daemon.url }), {
    code: 2,
    err: /it does not fit .*\n {2}\/policy: bake is too short\n$/
  })
})

const waited = {
  [START]: json(aShift(), 201),
  [`${ONE}/events (stream)`]: stream([anEvent(1), endEvent(2, 'rolled_back')], 'open'),
  [`${ONE}/events`]: json({ items: [], next: null }),
  [ONE]: ({ path }: { path: string }) => (path.includes('wait=') ? null : json(anEnded('rolled_back')))
}

t.test('--wait prints the way back first, then what happens, and exits by the outcome', async (t) => {
  const daemon = await fakeDaemon(t, waited)
  const { code, out } = await sluice(['start', 'shop', 'standard', '--wait'], { url: daemon.url })
  t.equal(code, 3)
  t.match(
    out,
    new RegExp(`^${ID} started.*\nGoing back by hand.*\n  aws .*\n10:00:01 .*\n10:00:02 .*\n${ID} ended: rolled_back`)
  )
})

t.test('--wait --json: the shift at its end on stdout, progress on stderr', async (t) => {
  const daemon = await fakeDaemon(t, waited)
  const { code, out, err } = await sluice(['start', 'shop', 'standard', '--wait', '--json'], { url: daemon.url })
  t.equal(code, 3)
  t.strictSame(JSON.parse(out), anEnded('rolled_back'))
  t.match(err, 'event number 1')
})

t.test('--wait --timeout leaves with 7 and the shift goes on', async (t) => {
  const daemon = await fakeDaemon(t, { ...waited, [`${ONE}/events (stream)`]: stream([anEvent(1)], 'open') })
  const running = launch(['start', 'shop', 'standard', '--wait', '--timeout', '2h'], { url: daemon.url })
  await running.said('event number 1')
  running.clock.advance(7_199_999)
  running.clock.advance(1)
  t.equal((await running.done).code, 7)
})
