/**
 * The graphs of one route; where there are several, the one that is chosen, at first the one that suffers most.
 */
import { html } from 'htm/preact'
import { useMemo, useState } from 'preact/hooks'
import type { ShiftView } from '../../core/view.ts'
import { gateGraphs, shareGraph } from '../chart/graphs.ts'
import { Chart } from '../chart/chart.ts'
import type { ShiftFeed } from '../state/shiftFeed.ts'
import { useStore } from '../state/store.ts'
import { now } from '../state/time.ts'
import { URGENCY } from '../words.ts'

interface Props {
  readonly view: ShiftView
  readonly feed: ShiftFeed
}

function worstRoute({ gates, routes }: ShiftView): string | undefined {
  const said = gates.filter(({ at }) => at !== null)
  const worst = URGENCY.slice(0, 3).flatMap((verdict) => said.filter((gate) => gate.verdict === verdict))[0]
  return worst?.route ?? routes[0]?.name
}

export function Graphs({ view, feed }: Props) {
  const [chosen, setChosen] = useState<string | null>(null)
  const events = useStore(feed.events)
  const points = useStore(feed.points)
  const readAt = useStore(feed.readAt)
  const name = chosen ?? worstRoute(view)
  const route = view.routes.find((one) => one.name === name) ?? view.routes[0]
  const graphs = useMemo(() => {
    if (!route) return []
    const until = view.endedAt === null ? (readAt ?? now()) : Date.parse(view.endedAt)
    const share = shareGraph(route, events, points, feed.looks.get(route.name) ?? [], until)
    return [share, ...gateGraphs(route.name, points, share.window)]
  }, [route, events, points, readAt])
  if (!route) return null
  return html`<section aria-label="Graphs">
    <div class="withtool">
      <h2>Old and new over time</h2>
      ${
        view.routes.length > 1 &&
        html`<label
          >Route
          <select
            value=${route.name}
            onChange=${(event: Event) => setChosen((event.target as HTMLSelectElement).value)}
          >
            ${view.routes.map(({ name: each }) => html`<option key=${each} value=${each}>${each}</option>`)}
          </select></label
        >`
      }
    </div>
    <div class="charts">${graphs.map((graph) => html`<${Chart} key=${graph.title} graph=${graph} />`)}</div>
  </section>`
}
