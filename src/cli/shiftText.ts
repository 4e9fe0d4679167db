/**
 * A shift as plain text: the sentence first, then step, routes, gates, findings, and how to undo it by hand. Pure.
 */
import type { Finding } from '../core/shift.ts'
import type { GateView, RouteView, ShiftView, StepView } from '../core/view.ts'
import { clockTime, dateTime, number, pairs, percent, table } from './format.ts'

/** Everything that `status` shows, a line each. */
export function shiftLines(shift: ShiftView): readonly string[] {
  return [
    `${shift.id}  ${shift.migration} under ${shift.policy}`,
    shift.explain,
    '',
    ...pairs(facts(shift)),
    ...section(routeLines(shift.routes)),
    ...section(gateLines(shift.gates)),
    ...section(findingLines(shift.findings)),
    ...section(undoLines(shift))
  ]
}

/** `error    web  code: detail` with the remedy below. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ severity, code, route, detail, remedy }) => [
    `${severity.padEnd(8)} ${route === null ? '' : `${route}: `}${code}: ${detail}`,
    ...(remedy === '' ? [] : [`         -> ${remedy}`])
  ])
}

/** What the step is, for people who will name its index. */
export function stepText(step: StepView | null): string {
  if (step === null || step.index < 0) return 'before the first'
  return `${step.index} (number ${step.index + 1} of ${step.of}): ${percent(step.percent)}`
}

/** Who started it, when and why, and what a rollback would do. */
export function factLines(shift: ShiftView): readonly string[] {
  return pairs(facts(shift).filter(([name]) => ['started', 'ended', 'versions', 'restores', 'rollback'].includes(name)))
}

function facts(shift: ShiftView): readonly (readonly [string, string])[] {
  const { step, versions, rollback } = shift
  const found: (readonly [string, string] | null)[] = [
    ['phase', shift.phase],
    shift.attention === null ? null : ['attention', `a person is needed: ${shift.attention}`],
    // A refused one wrote nothing: its percent is nobody's.
    shift.phase === 'refused' ? null : ['percent', percentText(shift)],
    step === null && shift.outcome !== null ? null : ['step', stepText(step)],
    step === null
      ? null
      : ['', `since ${dateTime(step.since)}${step.until === null ? '' : `, until ${dateTime(step.until)}`}`],
    step?.steppedBackTo == null ? null : ['', `stepped back to ${percent(step.steppedBackTo)}`],
    ['started', `${dateTime(shift.createdAt)} by ${shift.startedBy}${shift.reason === '' ? '' : `: ${shift.reason}`}`],
    shift.endedAt === null ? null : ['ended', dateTime(shift.endedAt)],
    versions === null ? null : ['versions', `${versions.from} to ${versions.to}`],
    shift.restores === null ? null : ['restores', shift.restores],
    ['rollback', rollbackText(rollback, shift.restorePercent)]
  ]
  return found.filter((entry) => entry !== null)
}

function percentText({ percent: at, targetPercent, outcome }: ShiftView): string {
  if (outcome === null) return `${percent(at)}, going to ${percent(targetPercent)}`
  return at === targetPercent ? percent(at) : `${percent(at)}, was to go to ${percent(targetPercent)}`
}

function rollbackText(rollback: ShiftView['rollback'], restorePercent: number | null): string {
  if (!rollback.possible) return 'not possible any more, or not needed'
  const soon = rollback.inEffectWithinSeconds === null ? '' : ` within ${rollback.inEffectWithinSeconds} s`
  const rest = rollback.residualPercent ? `; ${percent(rollback.residualPercent)} of traffic may remain on new` : ''
  const stuck =
    rollback.stuckUntil === null ? '' : `; clients may stay stuck to new until ${dateTime(rollback.stuckUntil)}`
  return `to ${percent(restorePercent)}${soon}${rest}${stuck}`
}

function routeLines(routes: readonly RouteView[]): readonly string[] {
  if (routes.length === 0) return []
  const rows = routes.map((route) => [
    route.name,
    route.type,
    percent(route.desiredPercent),
    percent(route.livePercent),
    percent(route.observedPercent),
    route.inEffectAt === null ? '-' : clockTime(route.inEffectAt) + 'Z',
    `${number(route.healthyTargets.old)}/${number(route.healthyTargets.new)}`
  ])
  return table(['ROUTE', 'TYPE', 'DESIRED', 'LIVE', 'OBSERVED', 'IN EFFECT', 'HEALTHY OLD/NEW'], rows)
}

function gateLines(gates: readonly GateView[]): readonly string[] {
  if (gates.length === 0) return []
  const rows = gates.map((gate) => [
    gate.name,
    gate.route,
    gate.verdict,
    number(gate.value),
    number(gate.limit),
    number(gate.samples),
    gate.at === null ? '-' : clockTime(gate.at) + 'Z',
    gate.explain
  ])
  return table(['GATE', 'ROUTE', 'VERDICT', 'VALUE', 'LIMIT', 'SAMPLES', 'AT', ''], rows)
}

/** The commands that take it back without Sluice, each on a line of its own. */
export function undoLines(shift: ShiftView): readonly string[] {
  const { commands } = shift.rollback
  return commands.length === 0 ? [] : ['By hand, if Sluice is away:', ...commands.map((command) => `  ${command}`)]
}

function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}
