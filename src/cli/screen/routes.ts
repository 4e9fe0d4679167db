/**
 * The routes of a shift as bars: how much of each is live on new, and what differs from what is wanted.
 */
import type { RouteView, ShiftView } from '../../core/view.ts'
import { number, percent } from '../format.ts'
import { bar } from './graph.ts'
import type { Part } from './room.ts'
import type { Canvas } from './style.ts'
import { fit, pad, padLeft, widthOf } from './text.ts'

/** From here on every number has a column; below, two lines a route. */
const WIDE = 72
const NUMBER = 8
const TARGETS = 'healthy old/new'
const LEAST_BAR = 8

export function routesPart({ routes }: ShiftView, canvas: Canvas): Part {
  const wide = canvas.width >= WIDE
  const troubled = routes.toSorted((a, b) => Number(isApart(b)) - Number(isApart(a)))
  const longest = Math.max(5, ...routes.map(({ name }) => widthOf(name)))
  const name = Math.min(longest, wide ? roomFor(routes, canvas) - LEAST_BAR : Math.min(14, canvas.width - NUMBER - 4))
  return {
    title: wide ? [canvas.paint('dim', headOf(name, routes, canvas))] : [],
    items: troubled.map((route) => (wide ? wideLine(route, name, routes, canvas) : narrowLines(route, name, canvas))),
    more: (count) => canvas.paint('dim', `… and ${count} more ${count === 1 ? 'route' : 'routes'}`)
  }
}

/** Not live as it is wanted, or not known. */
function isApart({ livePercent, desiredPercent }: RouteView): boolean {
  return livePercent !== desiredPercent
}

function hasDns(routes: readonly RouteView[]): boolean {
  return routes.some(({ expectedPercent }) => expectedPercent !== null)
}

function columnsOf(routes: readonly RouteView[]): readonly string[] {
  return ['live', 'wanted', ...(hasDns(routes) ? ['expected'] : []), 'observed']
}

/** For name and bar together. */
function roomFor(routes: readonly RouteView[], { width }: Canvas): number {
  return width - 2 - columnsOf(routes).length * (NUMBER + 1) - 2 - TARGETS.length
}

function barWidth(name: number, routes: readonly RouteView[], canvas: Canvas): number {
  return Math.min(40, roomFor(routes, canvas) - name)
}

function headOf(name: number, routes: readonly RouteView[], canvas: Canvas): string {
  const columns = columnsOf(routes).map((column) => padLeft(column, NUMBER))
  const bars = pad(fit('on new', barWidth(name, routes, canvas)), barWidth(name, routes, canvas))
  return `${pad('ROUTE', name)}  ${bars} ${columns.join(' ')}  ${TARGETS}`
}

function wideLine(route: RouteView, name: number, routes: readonly RouteView[], canvas: Canvas): readonly string[] {
  const { desiredPercent, livePercent, expectedPercent, observedPercent } = route
  const numbers = [livePercent, desiredPercent, ...(hasDns(routes) ? [expectedPercent] : []), observedPercent]
  const text = numbers.map((value) => padLeft(percent(value), NUMBER)).join(' ')
  const drawn = barOf(route, barWidth(name, routes, canvas), canvas)
  return [`${pad(fit(route.name, name), name)}  ${drawn} ${text}  ${targetsOf(route, canvas)}`]
}

function narrowLines(route: RouteView, name: number, canvas: Canvas): readonly string[] {
  const live = padLeft(percent(route.livePercent), NUMBER)
  const drawn = barOf(route, Math.max(2, canvas.width - name - 2 - live.length), canvas)
  const more = [
    `  wanted ${percent(route.desiredPercent)}, observed ${percent(route.observedPercent)}`,
    ...(route.expectedPercent === null ? [] : [`  expected by now ${percent(route.expectedPercent)}`])
  ]
  const { old, new: fresh } = route.healthyTargets
  return [
    `${pad(fit(route.name, name), name)} ${drawn} ${live}`,
    ...more.map((line) => canvas.paint('dim', fit(line, canvas.width))),
    ...(fresh === 0 || old === 0 ? [`  healthy ${targetsOf(route, canvas)}`] : [])
  ]
}

function barOf(route: RouteView, width: number, { glyphs, paint }: Canvas): string {
  const live = route.livePercent === null ? null : route.livePercent / 100
  const text = bar(live, route.desiredPercent / 100, width, glyphs)
  return paint(isApart(route) ? 'warn' : 'good', text)
}

/** Old and new; a side without any is what matters most. */
function targetsOf({ healthyTargets: { old, new: fresh } }: RouteView, { paint }: Canvas): string {
  const text = (count: number | null) => (count === 0 ? paint('bad', '0') : number(count))
  return `${text(old)}/${text(fresh)}`
}
