/**
 * Targets' health for gates with credentials of their own: read with every look, but never in the way of going back.
 */
import t from 'tap'
import { decide } from '../../src/core/decide.ts'
import type { RouteSpec } from '../../src/core/migration.ts'
import { lookAtGateHealth } from '../../src/engine/gateHealth.ts'
import type { Router } from '../../src/routers/router.ts'
import {
  aGateState,
  aMeterState,
  anObservation,
  aPhase,
  aPolicy,
  aReading,
  aRouteSeen,
  aShare,
  aShift,
  aTargetHealthGate,
  T0
} from '../support/builders.ts'

const ROLE = 'arn:aws:iam::444455556666:role/monitor'
const CALL = { urgency: 'observe', deadlineAt: T0 + 5_000, signal: new AbortController().signal } as const
const GATE = aTargetHealthGate({ account: { region: null, roleArn: ROLE } })
const policy = aPolicy({ gates: [GATE] })

function aRouter() {
  const asked: RouteSpec[] = []
  const health = async (routes: readonly RouteSpec[]) => {
    asked.push(...routes)
    return new Map()
  }
  return { asked, router: { health } as unknown as Router }
}

void t.test('a shift that goes forward has it read with the credentials of the gate', async (t) => {
  const { router, asked } = aRouter()
  t.match(await lookAtGateHealth(router, aShift({ policy, phase: aPhase('baking') }), CALL), [{ gate: GATE.name }])
  t.equal(asked[0]?.new.account.roleArn, ROLE)
})

void t.test(
  'a shift that goes back waits for nobody else: it is not read, and what was seen last stands',
  async (t) => {
    for (const kind of ['rolling_back', 'stuck'] as const) {
      const { router, asked } = aRouter()
      const gates = [
        aGateState({ gate: GATE.name, verdict: 'pass', at: T0, value: 1, limit: 0.8, samples: 3, passed: 2 })
      ]
      const shift = aShift({ policy, phase: aPhase(kind), gates, meters: [aMeterState({ judgedTo: T0 })] })
      t.same(await lookAtGateHealth(router, shift, CALL), [])
      t.equal(asked.length, 0, kind)
      const next = decide(
        shift,
        anObservation({ routes: { web: aRouteSeen({ reading: aReading({ share: aShare(100) }) }) } }),
        T0 + 60_000
      )
      t.match(next.shift.gates, [{ verdict: 'pass', value: 1 }], 'it is not blind: nobody looked')
    }
  }
)
