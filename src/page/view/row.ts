/**
 * One shift in the list: what, how far, whether users are hurt, what next and when, and how to stop it.
 */
import { html } from 'htm/preact'
import type { ShiftView, SummaryView } from '../../core/view.ts'
import { actionsOf } from '../actions.ts'
import { counted, dateTime, percent, span, tidy } from '../format.ts'
import { overdue } from '../next.ts'
import { addressOf } from '../state/address.ts'
import { ask, Failure } from '../state/api.ts'
import { say } from '../state/say.ts'
import { me, mayAct } from '../state/session.ts'
import { useStore } from '../state/store.ts'
import { useNow } from '../state/time.ts'
import { isGoingBack, onNew, phaseWord, usersOf } from '../words.ts'
import { Badge } from './badge.ts'
import { Bar } from './bar.ts'
import { askFor } from './orderButtons.ts'

export function ShiftRow({ item }: { readonly item: SummaryView }) {
  const ended = item.outcome !== null
  const back = isGoingBack(item.phase)
  const seen = [{ live: null, observed: item.observedPercent }]
  const users = usersOf(item.verdict, onNew(item.phase, ended, item.percent, seen), item.phase)
  return html`<li class=${`row tone-${phaseWord(item.phase).tone}`}>
    <div class="cell what">
      <a class="title" href=${addressOf(item.id)}>${item.migration}</a>
      <${Badge} word=${phaseWord(item.phase)} />
      <span class="dim">${aboutOf(item)}</span>
    </div>
    <div class="cell far">
      <span class="label">${back ? 'Still on new' : 'On new'}</span>
      <b class="number">${tidy(percent(back ? item.observedPercent : item.percent))}</b>
      <${Bar} desired=${item.percent} observed=${item.observedPercent} target=${item.targetPercent} />
      <span class="dim">${tidy(farOf(item))}</span>
    </div>
    <div class="cell users">
      <span class="label">Users</span>
      ${ended ? html`<span>${tidy(item.standing)}</span>` : html`<${Badge} word=${users.word} /><span class="dim">${tidy(users.none ? item.standing : item.health)}</span>`}
    </div>
    <div class="cell next">
      <span class="label">${ended ? 'Ended' : 'Next'}</span>
      ${ended ? html`<span>${dateTime(item.endedAt ?? item.updatedAt)}</span>` : html`<${Next} item=${item} />`}
    </div>
    <div class="cell stop"><${Abort} item=${item} /></div>
  </li>`
}

function aboutOf({ policy, routes, startedBy, reason }: SummaryView): string {
  const parts = [`policy ${policy}`, counted(routes, 'route'), `by ${startedBy}`, reason]
  return parts.filter((part) => part !== '').join(' · ')
}

function farOf({ observedPercent, percent: wanted, phase, step }: SummaryView): string {
  const observed = isGoingBack(phase) ? `wanted ${percent(wanted)}` : `observed ${percent(observedPercent)}`
  return step === null ? observed : `${observed} · step ${step.index + 1} of ${step.of}`
}

function Next({ item }: { readonly item: SummaryView }) {
  const at = useNow()
  if (item.next === null) {
    const expires = item.until === null ? '' : `, or it expires in ${span(Date.parse(item.until) - at)}`
    return html`<b>A person decides${expires}</b
      ><span class="dim">for ${span(at - Date.parse(item.since))} now: ${item.standing}</span>`
  }
  const left = item.until === null ? null : Date.parse(item.until) - at
  if (left === null) return html`<b>${tidy(item.next)}</b>`
  if (left <= 0) return html`<b>${tidy(item.next)}</b><span class="dim">${overdue(item.phase)}</span>`
  const most = item.phase === 'baking' ? 'in' : 'within'
  return html`<b>${tidy(item.next)}</b> ${most} <b class="count">${span(left)}</b>`
}

/** What it would do depends on the whole shift: that is read before it is asked. */
function Abort({ item }: { readonly item: SummaryView }) {
  const may = mayAct(useStore(me))
  if (!may || item.outcome !== null || !item.rollbackPossible) return null
  const press = async () => {
    try {
      const view = await ask<ShiftView>(`/v1/shifts/${encodeURIComponent(item.id)}`)
      const abort = actionsOf(view, false).find(({ name }) => name === 'abort')
      if (abort) askFor(abort, view, () => {})
    } catch (err) {
      say(err instanceof Failure ? err.message : String(err))
    }
  }
  return html`<button
    type="button"
    class=${isGoingBack(item.phase) ? '' : 'danger'}
    onClick=${press}
    aria-label=${`Abort ${item.migration}`}
  >
    Abort
  </button>`
}
