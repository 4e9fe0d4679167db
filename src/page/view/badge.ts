/**
 * A word with its sign and colour.
 */
import { html } from 'htm/preact'
import type { Word } from '../words.ts'

export function Badge({ word }: { readonly word: Word }) {
  return html`<span class=${`badge is-${word.tone}`}><span aria-hidden="true">${word.sign}</span> ${word.text}</span>`
}
