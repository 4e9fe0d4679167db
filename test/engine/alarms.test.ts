import t from 'tap'
import type { Unusable } from '../../src/core/measurement.ts'
import type { AlarmSeen } from '../../src/core/observation.ts'
import { alarmsBefore, makeAlarmFeed } from '../../src/engine/alarms.ts'
import type { AlarmsAnswer, AlarmSource, WantedAlarms } from '../../src/observers/alarms.ts'
import { aCall } from '../observers/support.ts'
import { setClock } from '../support/setClock.ts'
import { anAlarmGate, aPolicy, aRoute, aShift, SECOND, T0 } from '../support/builders.ts'

const account = { region: 'ap-northeast-1' }

function aSource(answer: (one: WantedAlarms) => readonly AlarmSeen[] | Unusable) {
  const calls: (readonly WantedAlarms[])[] = []
  const source: AlarmSource = {
    states: (wanted) => {
      calls.push(wanted)
      return Promise.resolve(
        wanted.map((one): AlarmsAnswer | Unusable => {
          const given = answer(one)
          return 'kind' in given ? given : { kind: 'alarms', alarms: given, readAt: T0 }
        })
      )
    }
  }
  return { source, calls }
}

const fine = ({ names }: WantedAlarms) => names.map((name): AlarmSeen => ({ name, state: 'OK', evaluation: null }))
const failing = (code: string) => (): Unusable => ({ kind: 'unusable', code, detail: '' })
const shiftWith = (...gates: ReturnType<typeof anAlarmGate>[]) =>
  aShift({ policy: aPolicy({ gates }), routeSpecs: [aRoute(), aRoute({ name: 'api' })] })

t.test(
  'alarms are read where new is measured, for each route that the gate judges, or where the gate says',
  async (t) => {
    const { source, calls } = aSource(fine)
    const elsewhere = { region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/r' }
    const shift = shiftWith(
      anAlarmGate(),
      anAlarmGate({ name: 'own', routes: ['api'], account: elsewhere }),
      anAlarmGate({ name: 'region', routes: ['web'], account: { region: 'us-east-1' } })
    )
    const found = await alarmsBefore(source, shift, setClock(), aCall())
    t.match(calls, [
      [
        { account, names: ['checkout'] },
        { account, names: ['checkout'] },
        { account: elsewhere },
        { account: { region: 'us-east-1' } }
      ]
    ])
    t.same(
      found.alarms.map(({ gate, route }) => `${gate} ${route}`),
      ['alarms web', 'alarms api', 'own api', 'region web']
    )
    t.strictSame([found.findings, found.unread], [[], []])
  }
)

t.test('at preflight a failed read is tried again, and a denied one is a blocker with its remedy', async (t) => {
  const shift = shiftWith(anAlarmGate({ routes: ['web'] }))
  const throttled = await alarmsBefore(aSource(failing('Throttling')).source, shift, setClock(), aCall())
  t.strictSame([throttled.findings, throttled.unread], [[], ['alarms of alarms on web: Throttling']])
  const denied = await alarmsBefore(aSource(failing('Forbidden')).source, shift, setClock(), aCall())
  t.match(denied.findings, [{ severity: 'blocker', code: 'alarms_forbidden', remedy: /cloudwatch:DescribeAlarms/ }])
  t.strictSame(denied.unread, [])
})

t.test('without a source nothing is fine; without a gate nothing is asked', async (t) => {
  const none = await alarmsBefore(undefined, shiftWith(anAlarmGate({ routes: ['web'] })), setClock(), aCall())
  t.match(none.alarms, [{ unusable: 'NoSource' }])
  const { source, calls } = aSource(fine)
  await alarmsBefore(source, aShift(), setClock(), aCall())
  t.equal(calls.length, 0)
})

t.test('each gate is read as often as it asks for, one read at a time, and not before the first write', async (t) => {
  const clock = setClock()
  const { source, calls } = aSource(fine)
  let rings = 0
  const feed = makeAlarmFeed({ source, clock, call: () => aCall(), ring: () => (rings += 1), failed: () => t.fail() })
  const gates = [anAlarmGate({ routes: ['web'] }), anAlarmGate({ name: 'slow', routes: ['web'], everyMs: 60 * SECOND })]
  const early = aShift({ policy: aPolicy({ gates }), phase: 'preflight' })
  feed.poll(early)
  t.equal(feed.nextReadAt(early), null)
  const shift = shiftWith(...gates)
  t.equal(feed.nextReadAt(shift), T0)
  feed.poll(shift)
  feed.poll(shift)
  t.equal(feed.nextReadAt(shift), null, 'under way')
  await new Promise(setImmediate)
  t.equal(rings, 1)
  t.equal(feed.newest().length, 2)
  t.equal(feed.nextReadAt(shift), T0 + 30 * SECOND)
  clock.set(T0 + 30 * SECOND)
  feed.poll(shift)
  await new Promise(setImmediate)
  clock.set(T0 + 60 * SECOND)
  feed.poll(shift)
  await new Promise(setImmediate)
  t.same(
    calls.map((wanted) => wanted.length),
    [2, 1, 2]
  )
  t.equal(feed.newest().length, 2, 'the newest of each')
})
