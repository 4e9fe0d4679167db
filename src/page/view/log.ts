/**
 * The decision log as it happens, newest first, with who did what.
 */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { EventView } from '../../core/view.ts'
import { counted, dateTime, tidy, time } from '../format.ts'
import type { ShiftFeed } from '../state/shiftFeed.ts'
import { useStore } from '../state/store.ts'

const SHOWN = 100
const LOUD: readonly string[] = [
  'breach.detected',
  'drift.detected',
  'rollback.started',
  'shift.halted',
  'shift.stuck',
  'blind.started'
]

export function Log({ feed }: { readonly feed: ShiftFeed }) {
  const events = useStore(feed.events)
  const [all, setAll] = useState(false)
  const newest = events.toReversed()
  const shown = all ? newest : newest.slice(0, SHOWN)
  return html`<section aria-label="Decision log">
    <h2>Decision log</h2>
    <ol class="log" reversed tabindex="0" aria-label="Decisions, newest first">
      ${shown.map((event) => html`<${Entry} key=${event.seq} event=${event} />`)}
    </ol>
    ${newest.length > shown.length && html`<button type="button" onClick=${() => setAll(true)}>Show ${counted(newest.length - shown.length, 'older entry').replace('entrys', 'entries')}</button>`}
  </section>`
}

function Entry({ event }: { readonly event: EventView }) {
  const byPerson = event.actor !== 'daemon'
  return html`<li class=${LOUD.includes(event.type) ? 'loud' : ''} data-seq=${event.seq}>
    <time datetime=${event.at} title=${dateTime(event.at)}>${time(event.at)}</time>
    <span class="kind">${event.type}</span>
    <span class="why">${byPerson && html`<b class="person">${event.actor}</b>: `}${tidy(event.explain)}</span>
  </li>`
}
