/**
 * Every route: what is wanted, what stands, what users get, and how many targets could take them.
 */
import { html } from 'htm/preact'
import type { RouteView } from '../../core/view.ts'
import { percent } from '../format.ts'

const TYPES: Readonly<Record<RouteView['type'], string>> = { alb: 'load balancer', route53: 'DNS records' }

export function RouteTable({ routes }: { readonly routes: readonly RouteView[] }) {
  const isDns = routes.some(({ holdSeconds }) => holdSeconds !== null)
  return html`<section aria-label="Routes">
    <h2>Routes</h2>
    <div class="scroll" tabindex="0" role="group" aria-label="Routes, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">By</th>
            <th scope="col" class="num">Desired</th>
            <th scope="col" class="num">Live</th>
            <th scope="col" class="num">Observed</th>
            ${isDns && html`<th scope="col" class="num">Expected</th>`}
            <th scope="col" class="num">Healthy targets, old</th>
            <th scope="col" class="num">Healthy targets, new</th>
          </tr>
        </thead>
        <tbody>
          ${routes.map((route) => html`<${Row} key=${route.name} route=${route} isDns=${isDns} />`)}
        </tbody>
      </table>
    </div>
  </section>`
}

function Row({ route, isDns }: { readonly route: RouteView; readonly isDns: boolean }) {
  const { name, type, desiredPercent, livePercent, observedPercent, expectedPercent, healthyTargets } = route
  const differs = livePercent !== null && livePercent !== desiredPercent
  const none = (count: number | null) => (count === 0 ? html`<b class="problem">! 0</b>` : (count ?? '–'))
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${TYPES[type]}</td>
    <td class="num">${percent(desiredPercent)}</td>
    <td class="num">${differs ? html`<b class="problem">≠ ${percent(livePercent)}</b>` : percent(livePercent)}</td>
    <td class="num">${percent(observedPercent)}</td>
    ${isDns && html`<td class="num">${percent(expectedPercent)}</td>`}
    <td class="num">${none(healthyTargets.old)}</td>
    <td class="num">${none(healthyTargets.new)}</td>
  </tr>`
}
