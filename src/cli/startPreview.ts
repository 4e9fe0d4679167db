/**
 * What a start would do, in lines for the person who is about to say yes: what moves, how, when at the earliest, and how it comes
 * back. From the documents of the catalogue; promises no time that a gate or a person could hold up.
 */
import { formatDuration, parseDuration } from '../core/duration.ts'
import type { Instant, Ms } from '../core/time.ts'
import { clockTime, isoOf, pairs, percent } from './format.ts'

export type Document = Readonly<Record<string, unknown>>

export interface Previewed {
  readonly migration: Document
  readonly policy: Document
  readonly routes: readonly string[] | undefined
  readonly toPercent: number | undefined
  readonly from: 'zero' | 'live' | undefined
  readonly url: string
}

interface Rung {
  readonly percent: number
  readonly bakeMs: Ms
  readonly approval: boolean
}

export function previewLines(of: Previewed, now: Instant): readonly string[] {
  const { migration, policy, url } = of
  return [
    `About to start a shift on ${url}`,
    ...pairs([
      ['migration', joined([text(migration['name']), text(migration['description'])], ': ')],
      ['policy', joined([text(policy['name']), text(policy['description'])], ': ')],
      ...routeEntries(of),
      ...ladderEntries(of, now),
      ['gates', gatesOf(migration, policy)],
      ['rollback', rollbackOf(policy)]
    ]).map((line) => `  ${line}`)
  ]
}

function routeEntries({ migration, routes }: Previewed): readonly (readonly [string, string])[] {
  const all = listOf(migration['routes'])
  const chosen = routes === undefined ? all : all.filter((route) => routes.includes(text(route['name'])))
  return chosen.map((route, i) => [i === 0 ? 'routes' : '', `${text(route['name'])} (${text(route['type'])})`])
}

/** Each rung at the earliest: bakes add up, and nothing else is counted. */
function ladderEntries({ policy, toPercent, from }: Previewed, now: Instant): readonly (readonly [string, string])[] {
  if (policy['mode'] === 'observe') return [['steps', 'none: it judges what others move, and never writes']]
  const rungs = rungsOf(policy, toPercent)
  if (rungs === null) return [['steps', 'worked out in preflight, from what old serves']]
  let at = now
  const lines = rungs.map((rung): readonly [string, string] => {
    const when = `${clockTime(isoOf(at))}Z`
    at += rung.bakeMs
    const approval = rung.approval ? ', then a person must approve' : ''
    return ['', `${when}  ${percent(rung.percent).padStart(6)} for ${formatDuration(rung.bakeMs)}${approval}`]
  })
  const end = toPercent === undefined ? 'done' : `done at ${percent(toPercent)}`
  const first = from === 'live' ? 'from what is live, at the earliest' : 'at the earliest'
  return [['steps', `${first}, UTC`], ...lines, ['', `${clockTime(isoOf(at))}Z  ${end}`]]
}

/** Null where they are not known before preflight. */
function rungsOf(policy: Document, toPercent: number | undefined): readonly Rung[] | null {
  if (!Array.isArray(policy['steps'])) return null
  const rungs = listOf(policy['steps']).map((step) => ({
    percent: Number(step['percent']),
    bakeMs: parseDuration(text(step['bake'])) ?? 0,
    approval: step['approval'] !== undefined
  }))
  if (toPercent === undefined) return rungs
  const next = rungs.find((rung) => rung.percent >= toPercent)
  const below = rungs.filter((rung) => rung.percent < toPercent)
  return next === undefined ? below : [...below, { ...next, percent: toPercent }]
}

function gatesOf(migration: Document, policy: Document): string {
  const gates = [...listOf(policy['gates']), ...listOf(migration['gates'])]
  return gates.length === 0 ? 'NONE: nothing is judged' : gates.map((gate) => text(gate['name'])).join(', ')
}

function rollbackOf(policy: Document): string {
  if (policy['mode'] === 'observe') return 'none: it never writes'
  const back = recordOf(policy['rollback'])
  const to = back['to'] === 'start' ? 'to what is live now' : 'to 0 %'
  const when = policy['onBreach'] === 'hold' ? 'not by itself: a breach holds' : 'by itself on a breach'
  return `${when}, ${to}; at any time: sluice abort`
}

function listOf(value: unknown): readonly Document[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

function recordOf(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function joined(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator)
}
