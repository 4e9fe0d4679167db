/**
 * The red button: every shift at once, from every view.
 */
import { html } from 'htm/preact'
import { ask } from '../state/api.ts'
import { question } from '../state/dialog.ts'
import { shifts, status, type StopState } from '../state/overview.ts'
import { me, mayAct } from '../state/session.ts'
import { useStore } from '../state/store.ts'
import { counted } from '../format.ts'

export function StopButton() {
  const who = useStore(me)
  const stop = useStore(status)?.stop
  if (!mayAct(who) || stop?.stopped) return null
  return html`<button class="red" type="button" aria-label="Stop everything" onClick=${askToStop}>
    <span aria-hidden="true">■</span> Stop<span class="wide"> everything</span>
  </button>`
}

export function LiftButton() {
  return mayAct(useStore(me)) && html`<button type="button" onClick=${askToLift}>Lift it</button>`
}

/** How many it is about; no number before the daemon has told them. */
function openShifts(): string {
  const known = shifts.get()
  if (!known) return 'Every open shift; the list of them has not come yet'
  return counted([...known.values()].filter(({ outcome }) => outcome === null).length, 'open shift')
}

function show(stop: StopState): void {
  const now = status.get()
  if (now) status.set({ ...now, stop })
}

function askToStop(): void {
  question.set({
    title: 'Stop everything',
    consequence: `${openShifts()}. Nothing starts, resumes, advances or is approved until it is lifted; lifting resumes nothing by itself.`,
    confirm: 'Stop everything',
    safe: true,
    danger: true,
    text: { label: 'Reason', required: true },
    forcible: false,
    choices: [
      { value: 'hold', label: 'Hold: every shift stays where it is; gates still watch, rollbacks go on' },
      { value: 'rollback', label: 'Roll back: every shift takes everybody back to old' }
    ],
    run: async ({ text, choice }) => {
      show(await ask<StopState>('/v1/stop', { method: 'POST', body: { action: choice, reason: text } }))
      return 'Everything is stopped.'
    }
  })
}

function askToLift(): void {
  question.set({
    title: 'Lift the stop',
    consequence:
      'Shifts may start, resume, advance and be approved again. Those that are paused stay paused until somebody resumes each.',
    confirm: 'Lift it',
    safe: false,
    danger: false,
    text: null,
    forcible: false,
    choices: [],
    run: async () => {
      show(await ask<StopState>('/v1/stop', { method: 'DELETE' }))
      return 'The stop is lifted.'
    }
  })
}
