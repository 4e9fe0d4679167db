/**
 * Reads the alarms of a shift's gates beside the loop, each gate as often as it asks for. The newest reading is shown until there
 * is a newer one; whether it is still good is for the gate to say.
 */
import type { Call } from '../core/call.ts'
import { gateCovers } from '../core/create.ts'
import { readIn } from '../core/gates/account.ts'
import { alarmFindings } from '../core/gates/alarm.ts'
import type { AlarmsReading } from '../core/observation.ts'
import type { AlarmGate } from '../core/policy.ts'
import type { Finding, Shift } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { AlarmSource, WantedAlarms } from '../observers/alarms.ts'

export interface AlarmFeed {
  /** Starts a read if one is due and none is under way. */
  poll(shift: Shift): void
  newest(): readonly AlarmsReading[]
  /** When the next read is due; null where no gate asks, or one is under way (its end rings). */
  nextReadAt(shift: Shift): Instant | null
}

interface Asked extends WantedAlarms {
  readonly gate: string
  readonly route: string
}

export function makeAlarmFeed(deps: {
  readonly source: AlarmSource | undefined
  readonly clock: Clock
  readonly call: () => Call
  readonly ring: () => void
  readonly failed: (what: string, err: unknown) => void
}): AlarmFeed {
  const { clock } = deps
  const readAt = new Map<string, Instant>()
  let newest: readonly AlarmsReading[] = []
  let reading = false

  const dueAt = ({ name, everyMs }: AlarmGate) => (readAt.get(name) ?? -Infinity) + everyMs

  const read = async (shift: Shift, gates: readonly AlarmGate[]) => {
    for (const { name } of gates) readAt.set(name, clock.now())
    try {
      const fresh = await readAlarms(deps.source, shift, gates, clock, deps.call())
      newest = [...newest.filter(({ gate }) => !gates.some(({ name }) => name === gate)), ...fresh]
    } catch (err) {
      deps.failed('alarms', err)
    } finally {
      reading = false
      deps.ring()
    }
  }

  return {
    poll: (shift) => {
      if (reading || shift.phase.kind === 'preflight') return
      const due = alarmGates(shift).filter((gate) => dueAt(gate) <= clock.now())
      if (due.length === 0) return
      reading = true
      void read(shift, due)
    },
    newest: () => newest,
    nextReadAt: (shift) => {
      const gates = shift.phase.kind === 'preflight' ? [] : alarmGates(shift)
      return reading || gates.length === 0 ? null : Math.max(clock.now(), Math.min(...gates.map(dueAt)))
    }
  }
}

/** What preflight learns of the alarms: findings, and what could not be read now and may be later. */
export async function alarmsBefore(
  source: AlarmSource | undefined,
  shift: Shift,
  clock: Clock,
  call: Call
): Promise<{
  readonly alarms: readonly AlarmsReading[]
  readonly findings: readonly Finding[]
  readonly unread: readonly string[]
}> {
  const gates = alarmGates(shift)
  if (gates.length === 0) return { alarms: [], findings: [], unread: [] }
  const alarms = await readAlarms(source, shift, gates, clock, call)
  const failed = alarms.filter(({ unusable }) => unusable !== null)
  const denied = failed.filter(({ unusable }) => unusable === 'Forbidden')
  const passing = failed.filter(({ unusable }) => unusable !== 'Forbidden')
  return {
    alarms,
    findings: [...alarmFindings(gates, alarms), ...denied.map(forbidden)],
    unread: passing.map(({ gate, route, unusable }) => `alarms of ${gate} on ${route}: ${unusable ?? ''}`)
  }
}

function forbidden({ gate, route }: AlarmsReading): Finding {
  return {
    severity: 'blocker',
    code: 'alarms_forbidden',
    route,
    detail: `the alarms of gate ${gate} may not be read`,
    remedy:
      'allow cloudwatch:DescribeAlarms (on all resources, where there are composite alarms) to the role that reads them'
  }
}

function alarmGates({ gateSpecs }: Shift): readonly AlarmGate[] {
  return gateSpecs.filter((gate) => gate.type === 'alarm')
}

async function readAlarms(
  source: AlarmSource | undefined,
  shift: Shift,
  gates: readonly AlarmGate[],
  clock: Clock,
  call: Call
): Promise<readonly AlarmsReading[]> {
  const asked = gates.flatMap((gate) => askedOf(shift, gate))
  const answers = await source?.states(asked, call)
  return asked.map(({ gate, route }, i): AlarmsReading => {
    const answer = answers?.[i]
    if (answer?.kind === 'alarms') return { gate, route, readAt: answer.readAt, unusable: null, alarms: answer.alarms }
    return { gate, route, readAt: clock.now(), unusable: answer?.code ?? 'NoSource', alarms: [] }
  })
}

/** Alarms are about new: they are read where its measurements are, unless the gate says otherwise. */
function askedOf(shift: Shift, gate: AlarmGate): readonly Asked[] {
  return shift.routeSpecs
    .filter(({ name }) => gateCovers(gate, name))
    .map((route) => ({
      gate: gate.name,
      route: route.name,
      account: readIn(gate.account, route.new.account),
      names: gate.names
    }))
}
