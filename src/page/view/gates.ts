/**
 * What every gate says of every route, in words, the worst first.
 */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { GateView } from '../../core/view.ts'
import { counted, tidy, time, withoutVerdict } from '../format.ts'
import { URGENCY, verdictWord } from '../words.ts'
import { Badge } from './badge.ts'

const SHOWN = 12

export function Gates({ gates }: { readonly gates: readonly GateView[] }) {
  const [all, setAll] = useState(false)
  const sorted = gates.toSorted((a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict))
  const shown = all ? sorted : sorted.slice(0, SHOWN)
  return html`<section aria-label="Gates">
    <h2>Gates</h2>
    ${gates.length === 0 && html`<p class="dim">No gate watches this shift.</p>`}
    ${
      gates.length > 0 &&
      html`<div class="scroll" tabindex="0" role="group" aria-label="Gates, table">
        <table>
          <thead>
            <tr>
              <th scope="col">Gate</th>
              <th scope="col">Route</th>
              <th scope="col">Verdict</th>
              <th scope="col">Why, in numbers</th>
              <th scope="col">Data up to</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map((gate) => html`<${Row} key=${`${gate.name} ${gate.route}`} gate=${gate} />`)}
          </tbody>
        </table>
      </div>`
    }
    ${gates.length > shown.length && html`<button type="button" onClick=${() => setAll(true)}>Show ${counted(gates.length - shown.length, 'more verdict')}</button>`}
  </section>`
}

function Row({ gate }: { readonly gate: GateView }) {
  return html`<tr>
    <th scope="row">${gate.name}</th>
    <td>${gate.route}</td>
    <td><${Badge} word=${verdictWord(gate.verdict)} /></td>
    <td>${tidy(withoutVerdict(gate.explain))}</td>
    <td>${gate.at === null ? 'nothing yet' : time(gate.at)}</td>
  </tr>`
}
