/**
 * The gate `alarm` (CONTRACT 4.1): CloudWatch alarms that others keep. One that fires is a breach, one that is missing or not
 * trusted by CloudWatch itself is blind. Never takes an old reading, or silence, for OK.
 */
import { listed } from '../explain/words.ts'
import type { AlarmSeen, AlarmsReading } from '../observation.ts'
import type { AlarmGate, GateSpec } from '../policy.ts'
import type { Finding, GateState } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

/** Readings this many times as old as they should be say nothing any more; a read may itself take a while. */
const STALE_READS = 3
const READ_MS: Ms = 15_000

/**
 * Judges the newest read of a gate's alarms; the same read seen again changes nothing. What fires outranks what cannot be seen:
 * an alarm is never hidden by the one beside it. `passed` counts consecutive passing reads inside the step, as an alarm's data may
 * be older than the step (AWS-FACTS C5).
 */
export function judgeAlarms(
  spec: AlarmGate,
  state: GateState,
  reading: AlarmsReading,
  now: Instant,
  inStep: boolean
): GateState {
  const blind = { verdict: 'blind', value: null, samples: 0, passed: 0 } as const
  if (now - reading.readAt > STALE_READS * spec.everyMs + READ_MS) return { ...state, ...blind, note: 'stale' }
  if (reading.readAt === state.at) return state
  const base = { ...state, at: reading.readAt, limit: 0 }
  if (reading.unusable !== null) return { ...base, ...blind, note: reading.unusable }

  const ignored = stillIgnored(state, reading)
  const watched = spec.names.filter((name) => !ignored.includes(name))
  const { firing, untrusted, undecided, missing } = sorted(watched, reading)
  const seen = {
    ...base,
    value: firing.length,
    samples: spec.names.length,
    words: wordsOf(spec, firing, ignored),
    ...(state.ignored === undefined ? {} : { ignored })
  }
  if (firing.length > 0) return { ...seen, verdict: 'breach', note: null, passed: 0 }
  if (missing.length > 0) return { ...seen, ...blind, note: `missing_alarm:${missing.join(',')}` }
  if (untrusted.length > 0) return { ...seen, ...blind, note: `untrusted_alarm:${untrusted.join(',')}` }
  if (undecided.length > 0) {
    return { ...seen, verdict: 'inconclusive', note: `undecided_alarm:${undecided.join(',')}`, passed: 0 }
  }
  return { ...seen, verdict: 'pass', note: null, passed: state.passed + (inStep ? 1 : 0) }
}

/** What preflight says of a gate's alarms: one that fires already would end the shift with its first write. */
export function alarmFindings(gates: readonly GateSpec[], readings: readonly AlarmsReading[]): readonly Finding[] {
  return readings.flatMap(({ gate, route, unusable, alarms }) => {
    const spec = gates.find((one) => one.name === gate)
    if (spec?.type !== 'alarm' || unusable !== null) return []
    const { firing, missing } = sorted(spec.names, { alarms })
    const ignores = spec.ignoreIfAlreadyFiring
    return [
      ...firing.map((name): Finding => ({
        severity: ignores ? 'warning' : 'blocker',
        code: 'alarm_firing',
        route,
        detail: `the alarm ${name} of gate ${gate} fires already${ignores ? '; it is ignored until it has been OK once' : ''}`,
        remedy: ignores
          ? 'nothing has to be done'
          : 'wait until it is OK, or set ignoreIfAlreadyFiring where it has nothing to do with this shift'
      })),
      ...missing.map((name): Finding => ({
        severity: 'warning',
        code: 'alarm_missing',
        route,
        detail: `there is no alarm ${name} where gate ${gate} looks for it: the gate is blind`,
        remedy: 'correct the name, the region or the role of the gate, or create the alarm'
      }))
    ]
  })
}

/** Alarms that are left out from the start because they fire already; undefined where the gate ignores none. */
export function ignoredAtStart(spec: AlarmGate, reading: AlarmsReading | undefined): readonly string[] | undefined {
  if (!spec.ignoreIfAlreadyFiring) return undefined
  return sorted(spec.names, reading ?? { alarms: [] }).firing
}

function sorted(names: readonly string[], { alarms }: Pick<AlarmsReading, 'alarms'>) {
  const found = new Map(alarms.map((alarm) => [alarm.name, alarm]))
  const those = (is: (alarm: AlarmSeen) => boolean) =>
    names.filter((name) => {
      const alarm = found.get(name)
      return alarm !== undefined && is(alarm)
    })
  return {
    missing: names.filter((name) => !found.has(name)),
    untrusted: those((alarm) => alarm.evaluation !== null),
    firing: those((alarm) => alarm.evaluation === null && alarm.state === 'ALARM'),
    undecided: those((alarm) => alarm.evaluation === null && alarm.state === 'INSUFFICIENT_DATA')
  }
}

function stillIgnored({ ignored = [] }: GateState, { alarms }: AlarmsReading): readonly string[] {
  return ignored.filter((name) => !alarms.some((alarm) => alarm.name === name && alarm.state === 'OK'))
}

function wordsOf({ names }: AlarmGate, firing: readonly string[], ignored: readonly string[]): string {
  const left = ignored.length === 0 ? '' : `; ${listed(ignored)} fired before the shift and ${is(ignored)} ignored`
  if (firing.length > 0) return `${alarms(firing)} ${firing.length === 1 ? 'fires' : 'fire'}${left}`
  return `${alarms(names)} ${names.length === 1 ? 'does' : 'do'} not fire${left}`
}

function alarms(names: readonly string[]): string {
  return `the ${names.length === 1 ? 'alarm' : 'alarms'} ${listed(names)}`
}

function is(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are'
}
