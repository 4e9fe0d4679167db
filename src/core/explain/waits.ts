/**
 * What keeps a shift from going on besides time: read from its state, and where the targets' health was seen, with its numbers.
 */
import { neededNew } from '../capacity.ts'
import type { RouteSeen } from '../observation.ts'
import { formatPercent, formatRate } from '../percent.ts'
import { fractionOf, tenthsOfShare } from '../share.ts'
import type { GateState, Shift } from '../shift.ts'
import { nextStep } from '../want.ts'
import { explainNote } from './gates.ts'
import { counted, formatCount } from './words.ts'

export type Seen = Readonly<Record<string, RouteSeen>>

/** Half sentences, the most urgent first; empty where only time is waited for. */
export function obstaclesOf(shift: Shift, seen: Seen | null): readonly string[] {
  return [
    ...foreign(shift),
    ...shift.gates.flatMap((state) => gateObstacle(shift, state)),
    ...lateShares(shift),
    ...oldShort(shift),
    ...(shift.waitSince === null ? [] : newShort(shift, seen))
  ]
}

function foreign(shift: Shift): readonly string[] {
  return shift.routes
    .filter((route) => route.suspect !== null || route.drift !== null)
    .map((route) => `${route.name} is not as this shift had set it`)
}

/** Two passing periods let a step end; anything else keeps it, unless the gate only warns or a person advanced. */
function gateObstacle(shift: Shift, state: GateState): readonly string[] {
  const spec = shift.gateSpecs.find((gate) => gate.name === state.gate)
  if (spec?.action === 'warn') return []
  const name = `gate ${state.gate} on ${state.route}`
  const note = state.note === null ? '' : ` (${explainNote(state.note)})`
  switch (state.verdict) {
    case 'pass':
      return state.passed < 2 && !shift.advance ? [`${name} has passed only once in this step`] : []
    case 'inconclusive':
      return shift.advance ? [] : [`${name} has not passed yet${note}`]
    case 'hold':
      return [`${name} holds it${note}`]
    case 'blind':
      return [`${name} cannot be measured${note}`]
    case 'breach':
      return [`${name} is breached`]
  }
}

function lateShares(shift: Shift): readonly string[] {
  const overridden = shift.advance && !shift.shareTold && !shift.insufficient.includes(shift.step)
  if (shift.shareSince === null || overridden) return []
  return shift.routes.flatMap(({ name, want, counted: { old, new: fresh } }) => {
    if (old + fresh === 0) return []
    const asked = formatRate(fractionOf(want.share))
    return [`new receives ${formatRate(fresh / (old + fresh))} of the requests on ${name} instead of ${asked}`]
  })
}

function oldShort(shift: Shift): readonly string[] {
  return shift.routes
    .filter((route) => route.oldShortSince !== null)
    .map((route) => `old has too few healthy targets on ${route.name} to take a rollback`)
}

/** What the next step needs of new: `new has 6 healthy targets and needs 20 for 50 %`. */
export function newShort(shift: Shift, seen: Seen | null): readonly string[] {
  const next = shift.steps[nextStep(shift)]
  return shift.routes.flatMap((route) => {
    const share = next?.shares[route.name]
    if (!share) return []
    const needed = neededNew(shift, route, share)
    const percent = formatPercent(tenthsOfShare(share))
    const where = shift.routes.length > 1 ? ` on ${route.name}` : ''
    const health = seen?.[route.name]?.health
    if (health?.kind !== 'health') return [`new needs ${counted(needed, 'healthy target')}${where} for ${percent}`]
    if (health.new.healthy >= needed) return []
    return [
      `new has ${counted(health.new.healthy, 'healthy target')}${where} and needs ${formatCount(needed)} for ${percent}`
    ]
  })
}
