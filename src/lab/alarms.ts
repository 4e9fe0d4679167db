// CloudWatch alarms that somebody sets by hand: the lab evaluates none. A name that was never set does not exist.

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
export type AlarmType = 'MetricAlarm' | 'CompositeAlarm'

export interface Alarm {
  readonly name: string
  readonly type: AlarmType
  readonly state: AlarmState
  readonly reason: string
  /** `EVALUATION_ERROR`, `EVALUATION_FAILURE` or `PARTIAL_DATA`: do not trust the state. */
  readonly evaluation?: string
  readonly updatedAt: number
  /** When the state last changed its value. */
  readonly transitionedAt: number
}

export interface AlarmChange {
  readonly state: AlarmState
  readonly type?: AlarmType
  readonly reason?: string
  readonly evaluation?: string
}

export interface Alarms {
  set(name: string, change: AlarmChange): void
  remove(name: string): void
  list(): readonly Alarm[]
}

export function createAlarms(): Alarms {
  const alarms = new Map<string, Alarm>()
  return {
    set: (name, change) => {
      const before = alarms.get(name)
      if (!['OK', 'ALARM', 'INSUFFICIENT_DATA'].includes(change.state))
        throw new Error(`state: ${change.state} is unknown`)
      const now = Date.now()
      alarms.set(name, {
        name,
        type: change.type ?? before?.type ?? 'MetricAlarm',
        state: change.state,
        reason: change.reason ?? 'set in the lab',
        ...(change.evaluation === undefined ? {} : { evaluation: change.evaluation }),
        updatedAt: now,
        transitionedAt: before?.state === change.state ? before.transitionedAt : now
      })
    },
    remove: (name) => void alarms.delete(name),
    list: () => [...alarms.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }
}
