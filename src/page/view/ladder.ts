/**
 * The steps: those that are done, the one it is on with the time left, those to come.
 */
import { html } from 'htm/preact'
import type { ShiftView } from '../../core/view.ts'
import { percent, span } from '../format.ts'
import { useNow } from '../state/time.ts'

type State = 'done' | 'here' | 'ahead' | 'back' | 'left'

const SIGN: Readonly<Record<State, string>> = { done: '✓', here: '▸', ahead: '', back: '↩', left: '–' }
const WORD: Readonly<Record<State, string>> = {
  done: 'done',
  here: 'here',
  ahead: 'to come',
  back: 'back from here',
  left: 'not reached'
}
const BACK: readonly string[] = ['rolling_back', 'stuck', 'rolled_back', 'aborted', 'failed', 'refused']

function stateOf(view: ShiftView, index: number): State {
  const at = view.step?.index ?? -1
  if (view.phase === 'completed') return 'done'
  if (BACK.includes(view.phase)) return index < at ? 'done' : index === at ? 'back' : 'left'
  if (view.phase === 'draining') return 'done'
  return index < at ? 'done' : index === at ? 'here' : 'ahead'
}

export function Ladder({ view }: { readonly view: ShiftView }) {
  const { steps } = view
  if (steps.length === 0) return null
  return html`<section aria-label="Steps">
    <h2>Steps</h2>
    <ol class="ladder">
      ${steps.map(({ percent: tall, bakeSeconds, approval }, index) => {
        const state = stateOf(view, index)
        return html`<li class=${`rung is-${state}`} aria-current=${state === 'here' ? 'step' : undefined}>
          <b>${percent(tall)}</b>
          <span class="dim">bake ${span(bakeSeconds * 1_000)}</span>
          ${approval !== null && html`<span class="dim">${approval === 'other' ? 'another person approves' : 'approval'}</span>`}
          <span class="state"><span aria-hidden="true">${SIGN[state]}</span> ${WORD[state]}</span>
          ${state === 'here' && html`<${Left} view=${view} />`}
        </li>`
      })}
    </ol>
  </section>`
}

function Left({ view }: { readonly view: ShiftView }) {
  const at = useNow()
  const { step, phase } = view
  if (step?.until == null || phase !== 'baking') return null
  const [since, until] = [Date.parse(step.since), Date.parse(step.until)]
  const left = until - at
  return html`<progress
      max=${Math.max(1, until - since)}
      value=${Math.min(until, at) - since}
      aria-label="Bake of this step"
    ></progress>
    <span class="count">${left > 0 ? `${span(left)} left` : 'time is over'}</span>`
}
