/**
 * What preflight and the watch found, and what can be done about it.
 */
import { html } from 'htm/preact'
import type { Finding } from '../../core/shift.ts'
import type { Word } from '../words.ts'
import { Badge } from './badge.ts'

const WORDS: Readonly<Record<Finding['severity'], Word>> = {
  blocker: { text: 'Blocker', sign: '×', tone: 'bad' },
  warning: { text: 'Warning', sign: '!', tone: 'wait' },
  info: { text: 'Info', sign: 'i', tone: 'off' }
}

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return html`<section aria-label="Findings">
    <h2>Findings</h2>
    <ul class="findings">
      ${findings.map(
        ({ severity, code, route, detail, remedy }) =>
          html`<li>
            <${Badge} word=${WORDS[severity]} />
            <span>${route === null ? detail : `${route}: ${detail}`}</span>
            <span class="dim">${remedy}</span>
            <code class="dim">${code}</code>
          </li>`
      )}
    </ul>
  </section>`
}
