import t from 'tap'
import { alarmFindings, ignoredAtStart, judgeAlarms } from '../../../src/core/gates/alarm.ts'
import { readIn } from '../../../src/core/gates/account.ts'
import { explainGate } from '../../../src/core/explain/gates.ts'
import type { AlarmSeen, AlarmsReading } from '../../../src/core/observation.ts'
import { aGateState, anAlarmGate, SECOND, T0 } from '../../support/builders.ts'

const spec = anAlarmGate({ names: ['a', 'b'] })
const state = aGateState({ gate: 'alarms', limit: 0 })

const ok = (name: string): AlarmSeen => ({ name, state: 'OK', evaluation: null })
const firing = (name: string): AlarmSeen => ({ name, state: 'ALARM', evaluation: null })
const reading = (alarms: readonly AlarmSeen[], fields: Partial<AlarmsReading> = {}): AlarmsReading => {
  return { gate: 'alarms', route: 'web', readAt: T0, unusable: null, alarms, ...fields }
}
const judge = (seen: AlarmsReading, from = state, now = T0, inStep = true, gate = spec) =>
  judgeAlarms(gate, from, seen, now, inStep)

t.test('all OK passes, and only reads inside the step are counted', async (t) => {
  const first = judge(reading([ok('a'), ok('b')]))
  t.match(first, { verdict: 'pass', value: 0, samples: 2, passed: 1, note: null, at: T0 })
  const later = reading([ok('a'), ok('b')], { readAt: T0 + 30 * SECOND })
  t.equal(judge(later, first, T0 + 30 * SECOND).passed, 2)
  t.equal(judge(later, first, T0 + 30 * SECOND, false).passed, 1, 'read before the step began')
  t.equal(explainGate(first, spec), 'pass: the alarms a and b do not fire')
})

t.test('the same read seen again is no second one', async (t) => {
  const first = judge(reading([ok('a'), ok('b')]))
  t.equal(judge(reading([ok('a'), ok('b')]), first, T0 + 10 * SECOND), first)
})

t.test('one that fires is a breach, and says its name', async (t) => {
  const breach = judge(reading([ok('a'), firing('b')]), { ...state, verdict: 'pass', passed: 2 })
  t.match(breach, { verdict: 'breach', value: 1, samples: 2, passed: 0, words: 'the alarm b fires' })
  t.match(judge(reading([firing('a'), firing('b')])), { value: 2, words: 'the alarms a and b fire' })
})

t.test('FM-36: a missing name is blind, and never hides one that fires', async (t) => {
  const missing = judge(reading([ok('a')]), { ...state, passed: 2 })
  t.match(missing, { verdict: 'blind', value: null, passed: 0, note: 'missing_alarm:b' })
  t.match(explainGate(missing, spec), /blind: gate alarms cannot be measured \(there is no alarm b\)/)
  t.equal(judge(reading([firing('a')])).verdict, 'breach')
})

t.test('a state that CloudWatch itself does not trust is blind, whatever it is', async (t) => {
  for (const evaluation of ['PARTIAL_DATA', 'EVALUATION_ERROR', 'EVALUATION_FAILURE']) {
    for (const untrusted of [ok('b'), firing('b')]) {
      const judged = judge(reading([ok('a'), { ...untrusted, evaluation }]))
      t.match(judged, { verdict: 'blind', note: 'untrusted_alarm:b' })
    }
  }
})

t.test('too little data is inconclusive', async (t) => {
  const judged = judge(reading([ok('a'), { ...ok('b'), state: 'INSUFFICIENT_DATA' }]), { ...state, passed: 2 })
  t.match(judged, { verdict: 'inconclusive', note: 'undecided_alarm:b', passed: 0 })
})

t.test('a failed read is blind with its code, and so is an old one', async (t) => {
  t.match(judge(reading([], { unusable: 'Throttling' })), { verdict: 'blind', note: 'Throttling', passed: 0 })
  const old = reading([ok('a'), ok('b')])
  const passed = judge(old)
  t.equal(judge(old, passed, T0 + 105 * SECOND).verdict, 'pass', 'three reads and the time that one may take')
  t.match(judge(old, passed, T0 + 105 * SECOND + 1), { verdict: 'blind', note: 'stale', passed: 0 })
  const slower = anAlarmGate({ names: ['a', 'b'], everyMs: 60 * SECOND })
  t.equal(judge(old, passed, T0 + 106 * SECOND, true, slower).verdict, 'pass', 'every says how old a read may be')
})

t.test('one that fired before the shift is ignored until it has been OK once', async (t) => {
  const patient = anAlarmGate({ names: ['a', 'b'], ignoreIfAlreadyFiring: true })
  const ignored = ignoredAtStart(patient, reading([firing('a'), ok('b')]))
  t.strictSame(ignored, ['a'])
  t.equal(ignoredAtStart(spec, reading([firing('a')])), undefined, 'not asked for')
  const begun = { ...state, ignored: ['a'] }
  const still = judge(reading([firing('a'), ok('b')]), begun)
  t.match(still, { verdict: 'pass', ignored: ['a'], words: /a fired before the shift and is ignored/ })
  t.equal(judge(reading([firing('a'), firing('b')]), begun).verdict, 'breach', 'the other one counts')
  const mended = judge(reading([ok('a'), ok('b')], { readAt: T0 + 1 }), still)
  t.strictSame(mended.ignored, [])
  t.equal(judge(reading([firing('a'), ok('b')], { readAt: T0 + 2 }), mended).verdict, 'breach')
})

t.test('findings of preflight: firing blocks, unless it is to be ignored; missing warns', async (t) => {
  const seen = [reading([firing('a')])]
  t.match(alarmFindings([spec], seen), [
    { severity: 'blocker', code: 'alarm_firing', route: 'web', detail: /the alarm a of gate alarms fires already/ },
    { severity: 'warning', code: 'alarm_missing', detail: /there is no alarm b/ }
  ])
  const patient = { ...spec, ignoreIfAlreadyFiring: true }
  t.match(alarmFindings([patient], seen)[0], { severity: 'warning', detail: /ignored until it has been OK once/ })
  t.strictSame(alarmFindings([spec], [reading([ok('a'), ok('b')])]), [])
  t.strictSame(alarmFindings([spec], [reading([], { unusable: 'Timeout' })]), [], 'unread is not missing')
})

t.test("a gate's own account counts; a region alone leaves the role as it is", async (t) => {
  const side = { region: 'r1', roleArn: 'role-of-side', externalId: 'x' }
  t.strictSame(readIn(null, side), side)
  t.strictSame(readIn({ region: 'r2' }, side), { ...side, region: 'r2' })
  t.strictSame(readIn({ region: 'r2', roleArn: 'own' }, side), { region: 'r2', roleArn: 'own' })
})
