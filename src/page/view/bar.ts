/**
 * The share of new as a bar: filled as far as is wanted, a mark where users really are.
 */
import { html } from 'htm/preact'
import { percent } from '../format.ts'

interface Props {
  readonly desired: number
  readonly observed: number | null
  readonly target: number
}

export function Bar({ desired, observed, target }: Props) {
  const text = `${percent(desired)} wanted on new, observed ${percent(observed)}, target ${percent(target)}`
  return html`<svg class="sharebar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${text}>
    <rect class="rest" width="100" height="8" />
    <rect class="done" width=${desired} height="8" />
    ${target < 100 && html`<rect class="target" x=${target} width="0.6" height="8" />`}
    ${observed !== null && html`<rect class="seen" x=${Math.min(99, Math.max(0, observed - 0.5))} width="1" height="8" />`}
  </svg>`
}
