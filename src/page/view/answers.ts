/**
 * The five answers: what is moving, how far it is, whether users are hurt, what happens next and when, how to stop it.
 */
import { html } from 'htm/preact'
import type { GateView, PointView, ShiftView } from '../../core/view.ts'
import { backSentence } from '../actions.ts'
import { counted, dateTime, measured, percent, range, span, tidy, withoutVerdict } from '../format.ts'
import { nextOf, overdue } from '../next.ts'
import type { ShiftFeed } from '../state/shiftFeed.ts'
import { useStore } from '../state/store.ts'
import { useNow } from '../state/time.ts'
import { isGoingBack, onNew, phaseWord, URGENCY, usersOf } from '../words.ts'
import { Badge } from './badge.ts'
import { Bar } from './bar.ts'
import { OrderButtons } from './orderButtons.ts'

interface Props {
  readonly view: ShiftView
  readonly feed: ShiftFeed
}

export function Answers({ view, feed }: Props) {
  const word = phaseWord(view.phase)
  return html`<section class=${`answers tone-${word.tone}`} aria-label="Where it stands">
    <div class="headline">
      <h1>${view.migration}</h1>
      <${Badge} word=${word} />
      <${Seen} view=${view} feed=${feed} />
    </div>
    <p class="sentence">${tidy(view.explain)}.</p>
    <div class="tiles">
      <${What} view=${view} />
      <${Far} view=${view} />
      <${UsersTile} view=${view} feed=${feed} />
      <${Next} view=${view} />
      <${Stop} view=${view} feed=${feed} />
    </div>
  </section>`
}

/** Long after the routes were looked at, what stands here is old, however live the connection is. */
const OLD_LOOK_MS = 60_000

function Seen({ view, feed }: Props) {
  const readAt = useStore(feed.readAt)
  const failure = useStore(feed.failure)
  const at = useNow()
  if (view.outcome !== null) return html`<span class="dim">ended ${dateTime(view.endedAt ?? view.updatedAt)}</span>`
  const looked = view.seenAt === null ? null : at - Date.parse(view.seenAt)
  const isOld = looked === null || looked > OLD_LOOK_MS || failure !== null
  const text = looked === null ? 'this daemon has not looked at the routes' : `routes looked at ${span(looked)} ago`
  const unread = failure && readAt !== null ? `; not read for ${span(at - readAt)}: ${failure.message}` : ''
  return html`<span class=${isOld ? 'problem' : 'dim'}>${text + unread}</span>`
}

function What({ view }: { readonly view: ShiftView }) {
  const { versions, routes, policy, startedBy, reason, restores } = view
  const names = routes.slice(0, 3).map(({ name }) => name)
  const more = routes.length > names.length ? ` and ${routes.length - names.length} more` : ''
  const way = versions ? `from old (${versions.from}) to new (${versions.to})` : 'from old to new'
  const told = reason === '' ? '' : `: ${reason}`
  const by = `policy ${policy}, started by ${startedBy}${told}${restores === null ? '' : `; takes ${restores} back`}`
  return html`<div class="tile">
    <h2>What is moving</h2>
    <p class="big">${counted(routes.length, 'route')}</p>
    <p>${`${names.join(', ')}${more}: ${way}`}</p>
    <p class="dim">${by}</p>
  </div>`
}

function Far({ view }: { readonly view: ShiftView }) {
  const { routes, step, percent: wanted, targetPercent } = view
  const isDns = routes.some(({ expectedPercent }) => expectedPercent !== null)
  const observed = routes.map(({ observedPercent }) => observedPercent)
  const lowest = Math.min(...observed.flatMap((value) => (value === null ? [] : [value])))
  const back = isGoingBack(view.phase)
  const shares = [
    `live ${range(routes.map(({ livePercent }) => livePercent))}`,
    ...(back ? [] : [`${view.outcome === null ? 'observed' : 'last observed'} ${range(observed)}`]),
    ...(isDns ? [`expected ${range(routes.map(({ expectedPercent }) => expectedPercent))}`] : [])
  ]
  const at = step && step.index >= 0 ? `step ${step.index + 1} of ${step.of}, ` : ''
  return html`<div class="tile">
    <h2>How far</h2>
    <p class="big">${tidy(back ? range(observed) : percent(wanted))}</p>
    <p>${tidy(back ? `of users still seen on new; wanted: ${percent(wanted)}` : 'of users wanted on new')}</p>
    <${Bar} desired=${wanted} observed=${Number.isFinite(lowest) ? lowest : null} target=${targetPercent} />
    <p>${tidy(shares.join(' · '))}</p>
    <p class="dim">${tidy(`${at}target ${percent(targetPercent)}`)}</p>
  </div>`
}

/** The gate that says the worst, and what old showed beside it. */
function worstGate(gates: readonly GateView[]): GateView | null {
  const said = gates.filter(({ at }) => at !== null)
  return URGENCY.flatMap((verdict) => said.filter((gate) => gate.verdict === verdict))[0] ?? null
}

function compared(
  points: readonly PointView[],
  { gate, route }: { readonly gate: string; readonly route: string }
): string | null {
  const last = points.findLast((point) => point.gate === gate && point.route === route && point.new !== null)
  if (!last) return null
  const limit = last.limit === null ? '' : `, limit ${measured(last.limit, last.unit)}`
  return `newest ${span(last.seconds * 1_000)}: new ${measured(last.new, last.unit)}, old ${measured(last.old, last.unit)}${limit}`
}

/** What was last observed on new behind DNS, where everybody is wanted back. */
function lastTail({ routes }: ShiftView): number {
  const held = routes.filter(({ holdSeconds, desiredPercent }) => holdSeconds !== null && desiredPercent === 0)
  return Math.max(0, ...held.map(({ observedPercent }) => observedPercent ?? 0))
}

function UsersTile({ view, feed }: Props) {
  const points = useStore(feed.points)
  const worst = worstGate(view.gates)
  const seen = view.routes.map(({ livePercent: live, observedPercent: observed }) => ({ live, observed }))
  const there = onNew(view.phase, view.outcome !== null, view.percent, seen)
  const { word, none } = usersOf(worst?.verdict ?? null, there, view.phase)
  const tail = view.outcome === null ? 0 : lastTail(view)
  const beside = worst && compared(points, { gate: worst.name, route: worst.route })
  const shown = none ? null : beside
  return html`<div class=${`tile is-${word.tone}`}>
    <h2>Are users hurt</h2>
    <p class="big"><span aria-hidden="true">${word.sign}</span> ${word.text}</p>
    ${worst && !none && html`<p>${tidy(`${worst.name} on ${worst.route}: ${withoutVerdict(worst.explain)}`)}</p>`}
    ${shown && html`<p class="dim">${tidy(shown)}</p>`}
    ${none && tail > 0 && html`<p>${tidy(`but for those whose resolvers still hold an old answer: last observed ${percent(tail)}`)}</p>`}
    ${view.gates.length === 0 && html`<p class="dim">no gate watches this shift</p>`}
  </div>`
}

function Next({ view }: { readonly view: ShiftView }) {
  const at = useNow()
  const { what, until, detail } = nextOf(view)
  const left = until === null ? null : until - at
  return html`<div class="tile">
    <h2>What happens next</h2>
    <p class="big">${tidy(what)}</p>
    ${left !== null && left > 0 && html`<p>${detail} <b class="count">${span(left)}</b></p>`}
    ${left !== null && left <= 0 && html`<p>${overdue(view.phase)}</p>`} ${left === null && html`<p>${detail}</p>`}
    ${until !== null && left !== null && left > 0 && html`<p class="dim">at ${new Date(until).toLocaleTimeString('en-GB')}</p>`}
  </div>`
}

function Stop({ view, feed }: Props) {
  return html`<div class="tile stoptile">
    <h2>How to stop it</h2>
    <${OrderButtons} view=${view} onDone=${() => feed.refresh()} />
    <p class="dim">${tidy(stopSentence(view))}</p>
  </div>`
}

function stopSentence(view: ShiftView): string {
  if (view.outcome !== null) return ''
  if (isGoingBack(view.phase)) return 'It is going back already. An abort only says that a person wants it too.'
  if (!view.rollback.possible) return 'This shift only watches: nothing of it can be rolled back.'
  return `Abort: ${backSentence(view)}.`
}
