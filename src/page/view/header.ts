/**
 * The bar on top of every view.
 */
import { html } from 'htm/preact'
import { span } from '../format.ts'
import { freshness, heardAt } from '../state/overview.ts'
import { me, mayAct, signOut, type Me } from '../state/session.ts'
import { useStore } from '../state/store.ts'
import { nextTheme, theme } from '../state/theme.ts'
import { useNow } from '../state/time.ts'
import { StopButton } from './stop.ts'

export function Header() {
  const who = useStore(me)
  const colours = useStore(theme)
  return html`<header class="bar">
    <a class="brand" href="#/">Sluice</a>
    <${Pulse} />
    <span class="space"></span>
    ${who && html`<${Who} who=${who} />`}
    ${who?.tokens && html`<button class="quiet" type="button" onClick=${signOut}>Sign out</button>`}
    <button class="quiet" type="button" onClick=${nextTheme} aria-label=${`Colours: ${colours}. Change`}>
      ${colours === 'dark' ? '☾' : colours === 'light' ? '☀' : '◐'} <span class="wide">${colours}</span>
    </button>
    <${StopButton} />
  </header>`
}

/** Who you are, and what you may do. */
function Who({ who }: { readonly who: Me }) {
  const role = mayAct(who) ? who.role : `${who.role}: may only look`
  return html`<span class="who"
    ><span>${who.tokens ? who.name : 'no tokens configured'}</span> <span class="dim">${role}</span></span
  >`
}

/** How old what is shown is. */
function Pulse() {
  useStore(heardAt)
  const { ageMs, stale } = freshness(useNow())
  const text = ageMs === null ? 'connecting' : stale ? `silent for ${span(ageMs)}` : `live, ${span(ageMs)} old`
  return html`<span class=${`pulse ${stale ? 'is-stale' : 'is-live'}`}>
    <span aria-hidden="true">${stale ? '○' : '●'}</span> ${text}
  </span>`
}
