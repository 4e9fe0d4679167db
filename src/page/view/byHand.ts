/**
 * The commands that take the traffic back without Sluice.
 */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { ShiftView } from '../../core/view.ts'

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without TLS, and not on this machine itself, browsers keep the clipboard from pages.
    return false
  }
}

export function ByHand({ view }: { readonly view: ShiftView }) {
  const [told, setTold] = useState('')
  const { commands } = view.rollback
  if (commands.length === 0) return null
  const text = commands.join('\n')
  const press = async () =>
    setTold((await copy(text)) ? 'Copied.' : 'The browser did not allow it: select the text below.')
  return html`<section aria-label="By hand">
    <div class="withtool">
      <h2>The same by hand, without Sluice</h2>
      <button type="button" onClick=${press}>Copy the commands</button>
      <span role="status">${told}</span>
    </div>
    <pre tabindex="0" aria-label="Commands">${text}</pre>
  </section>`
}
