/**
 * Asks for a token. It stays in this tab, and goes to the daemon that served this page and nowhere else.
 */
import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, Failure } from '../state/api.ts'
import { needsToken, signIn, token, type Me } from '../state/session.ts'

export function SignIn() {
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState(token.get() === '' ? '' : 'That token is not known here.')
  useEffect(() => field.current?.focus(), [])

  const enter = async (event: Event) => {
    event.preventDefault()
    const text = field.current?.value.trim() ?? ''
    if (text === '') return setProblem('Enter a token.')
    signIn(text)
    try {
      await ask<Me>('/v1/me')
    } catch (err) {
      needsToken.set(true)
      setProblem(err instanceof Failure && err.status !== 401 ? err.message : 'That token is not known here.')
    }
  }

  return html`<main class="signin">
    <h1>Sluice</h1>
    <form onSubmit=${enter}>
      <label for="token">Token</label>
      <input
        id="token"
        ref=${field}
        type="password"
        autocomplete="off"
        spellcheck="false"
        aria-describedby="token-help"
      />
      <p id="token-help" class="dim">
        The daemon's configuration names those who may come in. The token stays in this tab.
      </p>
      <p class="problem" role="alert">${problem}</p>
      <button class="primary" type="submit">Sign in</button>
    </form>
  </main>`
}
