/**
 * The buttons of a shift, as far as this person may press them.
 */
import { html } from 'htm/preact'
import type { ShiftView } from '../../core/view.ts'
import { actionsOf, type Action } from '../actions.ts'
import { addressOf } from '../state/address.ts'
import { ask } from '../state/api.ts'
import { question } from '../state/dialog.ts'
import { status } from '../state/overview.ts'
import { me, mayAct } from '../state/session.ts'
import { useStore } from '../state/store.ts'
import { isGoingBack } from '../words.ts'

interface Props {
  readonly view: ShiftView
  readonly onDone: () => void
}

/** Asks, and orders it where the answer is yes. */
export function askFor(action: Action, view: ShiftView, onDone: () => void): void {
  question.set({
    ...action,
    title: `${action.label}: ${view.migration}`,
    choices: [],
    run: async ({ text, force }) => {
      const answer = await ask<ShiftView>(action.path, { method: 'POST', body: action.body(text, force) })
      if (action.name === 'restore') location.hash = addressOf(answer.id)
      onDone()
      return `${action.label} was accepted. ${answer.explain}`
    }
  })
}

/** The way to stop it stands first and is large; the others beside it. */
export function OrderButtons({ view, onDone }: Props) {
  const who = useStore(me)
  const stopped = useStore(status)?.stop.stopped ?? false
  const actions = actionsOf(view, stopped)
  if (!mayAct(who)) {
    return html`<p class="dim">
      ${who ? `${who.name} is a ${who.role} and may only look.` : ''} An operator can abort it.
    </p>`
  }
  const [first, ...others] = actions
  if (!first) return html`<p class="dim">Nothing can be ordered any more.</p>`
  const button = (action: Action, look: string) =>
    html`<button key=${action.name} type="button" class=${look} onClick=${() => askFor(action, view, onDone)}>
      ${action.label}
    </button>`
  const loud = first.name === 'abort' && !isGoingBack(view.phase)
  return html`<div class="orders">
    ${button(first, loud ? 'danger big' : '')}
    ${others.map((action) => button(action, action.name === 'approve' ? 'primary' : ''))}
  </div>`
}
