/**
 * Every shift, those that need somebody first. Each row answers the same five questions as the view of one shift.
 */
import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { SummaryView } from '../../core/view.ts'
import { counted } from '../format.ts'
import { listed } from '../sorting.ts'
import { askOlder, mayHaveOlder, older } from '../state/older.ts'
import { shifts } from '../state/overview.ts'
import { useStore } from '../state/store.ts'
import { ShiftRow } from './row.ts'

/** Rows that are drawn at once; more when they are asked for. */
const SHOWN = 40

export function ShiftList() {
  const all = useStore(shifts)
  const before = useStore(older)
  const [search, setSearch] = useState('')
  useEffect(() => {
    document.title = 'Shifts · Sluice'
  }, [])
  if (all === null)
    return html`<h1>Shifts</h1>
      <p class="dim">Asking the daemon…</p>`
  // The stream's word counts where both know a shift.
  const known = new Map([...before.found, ...all])
  const { active, ended } = listed(known.values(), search)
  return html`
    <div class="listhead">
      <h1>Shifts</h1>
      <p class="dim" role="status">${countOf(active, ended)}</p>
      <label class="search"
        ><span>Search</span>
        <input
          type="search"
          value=${search}
          placeholder="migration, policy, person, phase"
          onInput=${(event: Event) => setSearch((event.target as HTMLInputElement).value)}
      /></label>
    </div>
    <${Rows}
      heading="Active"
      items=${active}
      none=${search === '' ? 'Nothing is moving.' : 'No active shift is called so.'}
    />
    <${Rows}
      heading="Ended"
      items=${ended}
      none=${search === '' ? 'No shift has ended yet.' : 'No ended shift is called so.'}
      mayHaveOlder=${mayHaveOlder(before, known.values())}
    />
  `
}

function countOf(active: readonly SummaryView[], ended: readonly SummaryView[]): string {
  const needy = active.filter(({ attention }) => attention !== null).length
  const people = needy === 0 ? '' : `, ${needy} of them ${needy === 1 ? 'needs' : 'need'} a person`
  return `${counted(active.length, 'active shift')}${people}; ${counted(ended.length, 'ended one')}`
}

interface RowsProps {
  readonly heading: string
  readonly items: readonly SummaryView[]
  readonly none: string
  readonly mayHaveOlder?: boolean
}

function Rows({ heading, items, none, mayHaveOlder = false }: RowsProps) {
  const [most, setMost] = useState(SHOWN)
  const rest = items.length - most
  return html`<section aria-label=${`${heading} shifts`}>
    <h2>${heading}</h2>
    ${items.length === 0 && html`<p class="dim">${none}</p>`}
    <ul class="rows">
      ${items.slice(0, most).map((item) => html`<${ShiftRow} key=${item.id} item=${item} />`)}
    </ul>
    ${rest > 0 && html`<button type="button" onClick=${() => setMost(most + 10 * SHOWN)}>Show ${counted(rest, 'more shift')}</button>`}
    ${rest <= 0 && mayHaveOlder && html`<${Older} onAsk=${() => setMost(items.length + 10 * SHOWN)} />`}
  </section>`
}

/** What it brings is drawn at once. */
function Older({ onAsk }: { readonly onAsk: () => void }) {
  const { asking, failure } = useStore(older)
  const press = () => {
    onAsk()
    void askOlder()
  }
  return html`<p class="withtool">
    <button type="button" aria-disabled=${asking} onClick=${press}>Show older</button>
    <span role="status">${asking ? 'Asking the daemon…' : failure}</span>
  </p>`
}
