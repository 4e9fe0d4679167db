/**
 * The frame of every view: who sits here, whether the daemon is heard, the red button.
 */
import { html } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import { place } from '../state/address.ts'
import { ask, Failure } from '../state/api.ts'
import { followOverview } from '../state/overview.ts'
import { said } from '../state/say.ts'
import { me, needsToken, token, type Me } from '../state/session.ts'
import { useStore } from '../state/store.ts'
import { Banners } from './banners.ts'
import { ConfirmDialog } from './confirm.ts'
import { Header } from './header.ts'
import { ShiftList } from './list.ts'
import { ShiftPage } from './shift.ts'
import { SignIn } from './signIn.ts'

/** Asks who this is until the daemon says, then follows everything. */
async function live(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      me.set(await ask<Me>('/v1/me', { signal }))
      return await followOverview(signal)
    } catch (err) {
      if (err instanceof Failure && err.status === 401) return
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
  }
}

export function App() {
  const held = useStore(token)
  const asked = useStore(needsToken)
  const where = useStore(place)
  useEffect(() => {
    if (asked) return
    const leaving = new AbortController()
    void live(leaving.signal)
    return () => leaving.abort()
  }, [held, asked])

  if (asked) return html`<${SignIn} />`
  return html`
    <a class="skip" href="#main" onClick=${toContent}>Skip to the content</a>
    <${Header} />
    <${Banners} />
    <main id="main" tabindex="-1">
      ${where.kind === 'list' ? html`<${ShiftList} />` : html`<${ShiftPage} key=${where.id} id=${where.id} />`}
    </main>
    <${ConfirmDialog} />
    <${Announcer} />
  `
}

function Announcer() {
  return html`<p class="unseen" role="status">${useStore(said)}</p>`
}

/** The address names the view: it must not become `#main`. */
function toContent(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
