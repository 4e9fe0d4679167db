/**
 * Health of targets for gates that read it in an account of their own: the same targets as the sides', with other credentials.
 * Failures are data. Not read while going back: a rollback waits for no other account.
 */
import type { Call } from '../core/call.ts'
import { gateCovers } from '../core/create.ts'
import { readIn } from '../core/gates/account.ts'
import type { OwnAccount, RouteSpec } from '../core/migration.ts'
import type { GateHealth, Unreadable } from '../core/observation.ts'
import { isGoingBack, type Shift } from '../core/shift.ts'
import type { Router } from '../routers/router.ts'

const NO_ANSWER: Unreadable = {
  kind: 'unreadable',
  code: 'no_answer',
  detail: 'the router gave no answer',
  gone: false
}

/** One call of the router for each such gate; none where there is none, or while the shift goes back. */
export async function lookAtGateHealth(router: Router, shift: Shift, call: Call): Promise<readonly GateHealth[]> {
  if (isGoingBack(shift.phase)) return []
  const read = shift.gateSpecs.flatMap((gate) => {
    if (gate.type !== 'targetHealth' || !gate.account) return []
    const routes = shift.routeSpecs
      .filter(({ name }) => gateCovers(gate, name))
      .map((route) => readElsewhere(route, gate.account))
    return router.health(routes, call).then((answers) =>
      routes.map(({ name, key }): GateHealth => ({
        gate: gate.name,
        route: name,
        health: answers.get(key) ?? NO_ANSWER
      }))
    )
  })
  return (await Promise.all(read)).flat()
}

function readElsewhere(route: RouteSpec, own: OwnAccount | undefined): RouteSpec {
  const account = readIn(own, route.account)
  const side = <Side extends RouteSpec['old']>(spec: Side): Side => ({ ...spec, account: readIn(own, spec.account) })
  switch (route.type) {
    case 'alb':
      return { ...route, account, old: side(route.old), new: side(route.new) }
    case 'route53':
      return { ...route, old: side(route.old), new: side(route.new) }
  }
}
