/**
 * The commands that take the traffic back without Sluice.
 */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { ShiftView } from '../../core/view.ts'
import { copyText } from '../state/handOver.ts'

export function ByHand({ view }: { readonly view: ShiftView }) {
  const [told, setTold] = useState('')
  const { commands } = view.rollback
  if (commands.length === 0) return null
  const text = commands.join('\n')
  const press = async () =>
    setTold((await copyText(text)) ? 'Copied.' : 'The browser did not allow it: select the text below.')
  return html`<section aria-label="By hand">
    <div class="withtool">
      <h2>The same by hand, without Sluice</h2>
      <button type="button" onClick=${press}>Copy the commands</button>
      <span role="status">${told}</span>
    </div>
    <pre tabindex="0" aria-label="Commands">${text}</pre>
  </section>`
}
