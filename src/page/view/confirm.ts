/**
 * Asks before anything is ordered, and says what will happen. Towards safety the button is ready under Enter; away from it, the
 * way back is.
 */
import { html } from 'htm/preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { question, type Question } from '../state/dialog.ts'
import { freshness } from '../state/overview.ts'
import { say } from '../state/say.ts'
import { useStore } from '../state/store.ts'
import { useNow } from '../state/time.ts'
import { span, tidy } from '../format.ts'

export function ConfirmDialog() {
  const asked = useStore(question)
  return asked && html`<${Confirm} asked=${asked} />`
}

/** Where the keyboard starts: at what must be said, else at the button towards safety. Afterwards it is where it was. */
function useOpen(asked: Question) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    const first = asked.text?.required ? '#asked-text' : asked.safe ? '.does' : '.keeps'
    element?.querySelector<HTMLElement>(first)?.focus()
    return () => {
      element?.close()
      const back = before instanceof HTMLElement && before.isConnected ? before : document.getElementById('main')
      back?.focus()
    }
  }, [asked])
  return dialog
}

function textOf(data: FormData, name: string): string {
  const value = data.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

function Confirm({ asked }: { readonly asked: Question }) {
  const dialog = useOpen(asked)
  const form = useRef<HTMLFormElement>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const close = () => question.set(null)
  const run = async (event: Event) => {
    event.preventDefault()
    const data = new FormData(form.current ?? undefined)
    const text = textOf(data, 'text')
    if (asked.text?.required && text === '') return setProblem(`${asked.text.label}: say why, it stands in the log.`)
    setBusy(true)
    try {
      say(await asked.run({ text, force: data.get('force') !== null, choice: textOf(data, 'choice') }))
      close()
    } catch (err) {
      setProblem(err instanceof Error ? err.message : String(err))
      setBusy(false)
    }
  }

  return html`<dialog
    ref=${dialog}
    aria-labelledby="asked"
    aria-describedby="asked-what"
    onCancel=${close}
    onClose=${close}
  >
    <form ref=${form} onSubmit=${run} novalidate>
      <h2 id="asked">${asked.title}</h2>
      <${Age} />
      ${asked.choices.length > 0 && html`<${Choices} asked=${asked} />`}
      <p id="asked-what" class="consequence">${tidy(asked.consequence)}</p>
      <${Fields} asked=${asked} />
      <p class="problem" role="alert">${problem}</p>
      <div class="buttons">
        <button type="button" class="keeps" onClick=${close}>Change nothing</button>
        <button type="submit" class=${`does ${asked.danger ? 'danger' : 'primary'}`} disabled=${busy}>
          ${asked.confirm}
        </button>
      </div>
    </form>
  </dialog>`
}

function Fields({ asked: { text, forcible } }: { readonly asked: Question }) {
  return html`${
    text &&
    html`<label for="asked-text">${text.label}${text.required ? '' : ' (may be left out)'}</label>
      <input id="asked-text" name="text" maxlength="1000" autocomplete="off" aria-required=${text.required} />`
  }
  ${
    forcible &&
    html`<label class="check"
      ><input type="checkbox" name="force" /> Go back at once, although old looks unfit to take the traffic</label
    >`
  }`
}

/** What it is decided on may be old. */
function Age() {
  const { ageMs, stale } = freshness(useNow())
  if (!stale) return null
  const age = ageMs === null ? 'The daemon was not heard yet.' : `What you see is ${span(ageMs)} old.`
  return html`<p class="problem">${age} The order is sent all the same.</p>`
}

function Choices({ asked }: { readonly asked: Question }) {
  return html`<fieldset>
    <legend>What shall happen</legend>
    ${asked.choices.map(
      ({ value, label }, i) =>
        html`<label class="check"
          ><input type="radio" name="choice" value=${value} defaultChecked=${i === 0} /> ${label}</label
        >`
    )}
  </fieldset>`
}
