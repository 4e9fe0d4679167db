import t from 'tap'
import { PHASES } from '../../src/core/shift.ts'
import { makeMetrics, type ShiftMeter } from '../../src/telemetry/metrics.ts'

/** CONTRACT 5.4, and those that were added for honest alerts. */
const NAMES = [
  'shift_percent',
  'shift_phase',
  'shifts',
  'shift_gate_value',
  'shift_verdicts_total',
  'shift_decisions_total',
  'rollbacks_total',
  'rollback_seconds',
  'breach_detection_seconds',
  'orphaned_routes',
  'aws_calls_total',
  'aws_call_seconds',
  'aws_throttles_total',
  'last_decision_timestamp_seconds',
  'last_observation_timestamp_seconds',
  'leader',
  'shift_gates',
  'shift_blind',
  'shift_last_decision_timestamp_seconds',
  'shift_rollback_started_timestamp_seconds',
  'shift_rollback_promised_seconds',
  'rollbacks_late_total',
  'open_shifts',
  'failures_total'
]

function meter(over: Partial<ShiftMeter> = {}): ShiftMeter {
  return {
    id: 's1',
    migration: 'm',
    phase: 'baking',
    routes: [{ name: 'web', desired: 10, live: 0, observed: 9.8 }],
    gates: [{ name: 'errors', route: 'web', value: 0.01, verdict: 'pass' }],
    lookedAt: 1_700_000_000_500,
    blind: 0,
    rollback: null,
    ...over
  }
}

/** Lines of the text that are samples of `name`, without the prefix. */
async function samples(metrics: ReturnType<typeof makeMetrics>, name: string): Promise<string[]> {
  const text = await metrics.render()
  return text
    .split('\n')
    .filter((line) => line.startsWith(`sluice_${name}{`) || line.startsWith(`sluice_${name} `))
    .map((line) => line.slice('sluice_'.length))
}

t.test('every series of the contract is declared, and the process defaults', async (t) => {
  const text = await makeMetrics().render()
  for (const name of NAMES) t.match(text, new RegExp(`^# TYPE sluice_${name} (gauge|counter|histogram)$`, 'm'), name)
  t.match(text, /^process_resident_memory_bytes /m)
  t.match(text, /^nodejs_eventloop_lag_seconds /m)
})

t.test('two daemons in one process do not share a registry', async (t) => {
  const [a, b] = [makeMetrics(), makeMetrics()]
  a.leader(1)
  t.same(await samples(a, 'leader'), ['leader 1'])
  t.same(await samples(b, 'leader'), ['leader 0'])
})

t.test('a shift shows its percents, its phase and its gates', async (t) => {
  const metrics = makeMetrics()
  metrics.shift(meter())
  t.same(await samples(metrics, 'shift_percent'), [
    'shift_percent{shift="s1",migration="m",route="web",kind="desired"} 10',
    'shift_percent{shift="s1",migration="m",route="web",kind="live"} 0',
    'shift_percent{shift="s1",migration="m",route="web",kind="observed"} 9.8'
  ])
  const phases = await samples(metrics, 'shift_phase')
  t.equal(phases.length, PHASES.length)
  t.same(
    phases.filter((line) => line.endsWith(' 1')),
    ['shift_phase{shift="s1",migration="m",phase="baking"} 1']
  )
  t.same(await samples(metrics, 'shift_gate_value'), [
    'shift_gate_value{shift="s1",migration="m",route="web",gate="errors"} 0.01'
  ])
})

t.test('what is not known is taken away, never shown as 0', async (t) => {
  const metrics = makeMetrics()
  metrics.shift(meter())
  metrics.shift(
    meter({
      routes: [{ name: 'web', desired: 10, live: null, observed: null }],
      gates: [{ name: 'errors', route: 'web', value: null, verdict: 'blind' }]
    })
  )
  t.same(await samples(metrics, 'shift_percent'), [
    'shift_percent{shift="s1",migration="m",route="web",kind="desired"} 10'
  ])
  t.same(await samples(metrics, 'shift_gate_value'), [])
})

t.test('a new phase takes the 1 from the old one, and a shift that is gone leaves nothing', async (t) => {
  const metrics = makeMetrics()
  metrics.shift(meter())
  metrics.shift(meter({ id: 's2' }))
  metrics.shift(meter({ phase: 'paused' }))
  const ones = (await samples(metrics, 'shift_phase')).filter((line) => line.endsWith(' 1'))
  t.same(ones.sort(), [
    'shift_phase{shift="s1",migration="m",phase="paused"} 1',
    'shift_phase{shift="s2",migration="m",phase="baking"} 1'
  ])
  metrics.shiftGone('s1')
  metrics.shiftGone('s1')
  metrics.shiftGone('never seen')
  const text = await metrics.render()
  t.notMatch(text, /shift="s1"/)
  t.match(text, /shift="s2"/)
})

t.test('decisions, verdicts, rollbacks and AWS calls are counted by their labels', async (t) => {
  const metrics = makeMetrics()
  metrics.decided('step_done')
  metrics.decided('step_done')
  metrics.verdict('errors', 'breach')
  metrics.rollback('breach', 42)
  metrics.breachDetected(130)
  metrics.awsCall({ service: 'elbv2', operation: 'ModifyRule', outcome: 'ok', seconds: 0.2, throttled: false })
  metrics.awsCall({ service: 'elbv2', operation: 'ModifyRule', outcome: 'throttled', seconds: 3, throttled: true })
  t.same(await samples(metrics, 'shift_decisions_total'), ['shift_decisions_total{reason="step_done"} 2'])
  t.same(await samples(metrics, 'shift_verdicts_total'), ['shift_verdicts_total{gate="errors",verdict="breach"} 1'])
  t.same(await samples(metrics, 'rollbacks_total'), [
    'rollbacks_total{cause="breach"} 1',
    'rollbacks_total{cause="no_healthy_new"} 0',
    'rollbacks_total{cause="person"} 0',
    'rollbacks_total{cause="policy"} 0'
  ])
  t.same(await samples(metrics, 'rollback_seconds_sum'), ['rollback_seconds_sum 42'])
  t.same(await samples(metrics, 'breach_detection_seconds_count'), ['breach_detection_seconds_count 1'])
  t.same(await samples(metrics, 'aws_calls_total'), [
    'aws_calls_total{service="elbv2",operation="ModifyRule",outcome="ok"} 1',
    'aws_calls_total{service="elbv2",operation="ModifyRule",outcome="throttled"} 1'
  ])
  t.same(await samples(metrics, 'aws_call_seconds_sum'), [
    'aws_call_seconds_sum{service="elbv2",operation="ModifyRule"} 3.2'
  ])
  t.same(await samples(metrics, 'aws_throttles_total'), ['aws_throttles_total{service="elbv2"} 1'])
})

t.test('what the daemon does is seen: orphans, times in seconds, leader, shifts by phase', async (t) => {
  const metrics = makeMetrics()
  metrics.orphaned(2)
  metrics.decidedAt(1_700_000_000_500)
  metrics.observed(1_700_000_001_000)
  metrics.shiftsByPhase({ baking: 3, stuck: 1 })
  metrics.shiftsByPhase({ baking: 2 })
  t.same(await samples(metrics, 'orphaned_routes'), ['orphaned_routes 2'])
  t.same(await samples(metrics, 'last_decision_timestamp_seconds'), ['last_decision_timestamp_seconds 1700000000.5'])
  t.same(await samples(metrics, 'last_observation_timestamp_seconds'), [
    'last_observation_timestamp_seconds 1700000001'
  ])
  const shifts = await samples(metrics, 'shifts')
  t.equal(shifts.length, PHASES.length)
  t.ok(shifts.includes('shifts{phase="baking"} 2'))
  t.ok(shifts.includes('shifts{phase="stuck"} 0'))
})

t.test('names that callers choose cannot make series without end', async (t) => {
  const metrics = makeMetrics()
  for (let i = 0; i < 700; i++) metrics.verdict(`gate-${i}`, 'pass')
  const verdicts = await samples(metrics, 'shift_verdicts_total')
  t.equal(verdicts.length, 501)
  t.ok(verdicts.includes('shift_verdicts_total{gate="other",verdict="pass"} 200'))
  metrics.verdict('gate-3', 'pass')
  t.ok(
    (await samples(metrics, 'shift_verdicts_total')).includes('shift_verdicts_total{gate="gate-3",verdict="pass"} 2')
  )
})

t.test(
  'counters that an alert watches are there at 0 before the first time, or Prometheus sees no increase',
  async (t) => {
    const metrics = makeMetrics()
    t.same((await samples(metrics, 'rollbacks_total')).length, 4)
    t.same(await samples(metrics, 'rollbacks_late_total'), ['rollbacks_late_total 0'])
    t.same(await samples(metrics, 'failures_total'), ['failures_total{kind="turn"} 0'])
    metrics.awsCall({ service: 'elbv2', operation: 'ModifyRule', outcome: 'ok', seconds: 0.2, throttled: false })
    t.same(await samples(metrics, 'aws_throttles_total'), ['aws_throttles_total{service="elbv2"} 0'])
    metrics.rollbackLate()
    metrics.failed('turn')
    metrics.failed('orphans')
    t.same(await samples(metrics, 'rollbacks_late_total'), ['rollbacks_late_total 1'])
    t.same(await samples(metrics, 'failures_total'), [
      'failures_total{kind="turn"} 1',
      'failures_total{kind="orphans"} 1'
    ])
  }
)

t.test('the shifts that are watched are counted when they are asked for', async (t) => {
  const metrics = makeMetrics()
  t.same(await samples(metrics, 'open_shifts'), ['open_shifts 0'])
  let running = 2
  metrics.watching(() => running)
  t.same(await samples(metrics, 'open_shifts'), ['open_shifts 2'])
  running = 1
  t.same(await samples(metrics, 'open_shifts'), ['open_shifts 1'])
})

t.test('a shift shows how its gates stand, how blind it is, and a rollback beside its promise', async (t) => {
  const metrics = makeMetrics()
  const gates = [
    { name: 'errors', route: 'web', value: 0.01, verdict: 'pass' },
    { name: 'errors', route: 'api', value: null, verdict: 'blind' }
  ] as const
  metrics.shift(meter({ gates, blind: 1, rollback: { startedAt: 1_700_000_000_000, promisedSeconds: 70 } }))
  t.same(
    (await samples(metrics, 'shift_gates')).filter((line) => !line.endsWith(' 0')),
    [
      'shift_gates{shift="s1",migration="m",verdict="pass"} 1',
      'shift_gates{shift="s1",migration="m",verdict="blind"} 1'
    ]
  )
  const own = '{shift="s1",migration="m"}'
  t.same(await samples(metrics, 'shift_blind'), [`shift_blind${own} 1`])
  t.same(await samples(metrics, 'shift_last_decision_timestamp_seconds'), [
    `shift_last_decision_timestamp_seconds${own} 1700000000.5`
  ])
  t.same(await samples(metrics, 'shift_rollback_started_timestamp_seconds'), [
    `shift_rollback_started_timestamp_seconds${own} 1700000000`
  ])
  t.same(await samples(metrics, 'shift_rollback_promised_seconds'), [`shift_rollback_promised_seconds${own} 70`])
  metrics.shift(
    meter({ lookedAt: null, blind: null, rollback: { startedAt: 1_700_000_000_000, promisedSeconds: null } })
  )
  t.same(await samples(metrics, 'shift_rollback_promised_seconds'), [], 'without a promise there is none to miss')
  metrics.shift(meter({ lookedAt: null, blind: null, rollback: null }))
  for (const name of ['blind', 'last_decision_timestamp_seconds', 'rollback_started_timestamp_seconds']) {
    t.same(await samples(metrics, `shift_${name}`), [], name)
  }
  metrics.shiftGone('s1')
  t.notMatch(await metrics.render(), /shift="s1"/)
})
