/**
 * What is true of every shift at once, in the way: the daemon is silent or does not lead, or everything is stopped.
 */
import { html } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import { dateTime, span } from '../format.ts'
import { connected, freshness, heardAt, status } from '../state/overview.ts'
import { useStore } from '../state/store.ts'
import { useNow } from '../state/time.ts'
import { LiftButton } from './stop.ts'

export function Banners() {
  return html`<div class="banners"><${Silence} /><${NotLeading} /><${Stopped} /></div>`
}

function Silence() {
  useStore(heardAt)
  const isConnected = useStore(connected)
  const { ageMs, stale } = freshness(useNow())
  useEffect(() => {
    document.documentElement.dataset['stale'] = String(stale)
  }, [stale])
  if (!stale || (ageMs === null && !isConnected && heardAt.get() === null)) return null
  const age = ageMs === null ? 'of an unknown age' : `${span(ageMs)} old`
  const text = `What you see is ${age} and may be wrong. While it is away, traffic stays where it is and nobody judges it. Trying again.`
  return html`<div class="banner is-bad" role="alert"><${Loud} sign="!" text="The daemon is silent." /> ${text}</div>`
}

function Loud({ sign, text }: { readonly sign: string; readonly text: string }) {
  return html`<strong><span aria-hidden="true">${sign}</span> ${text}</strong>`
}

function NotLeading() {
  const state = useStore(status)
  if (!state || (state.leader && state.store === 'ok')) return null
  const text = state.leader
    ? 'The store does not answer: nothing is decided until it does.'
    : 'This daemon does not lead. Another one decides; what you see is what was stored last.'
  return html`<div class="banner is-wait" role="alert"><${Loud} sign="!" text="Not deciding." /> ${text}</div>`
}

function Stopped() {
  const stop = useStore(status)?.stop
  if (!stop?.stopped) return null
  const what = stop.action === 'rollback' ? 'Every shift goes back' : 'Every shift is held'
  const when = stop.at === null ? '' : ` on ${dateTime(stop.at)}`
  const text = `${what}, and nothing starts or goes forward. By ${stop.actor ?? 'somebody'}${when}: ${stop.reason ?? ''}`
  return html`<div class="banner is-bad" role="status">
    <${Loud} sign="■" text="Everything is stopped." />
    <span>${text}</span>
    <${LiftButton} />
  </div>`
}
