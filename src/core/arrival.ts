/**
 * Has the share that was asked for arrived at the data plane? A write, and even its read-back, is the control plane's word;
 * what each target group really received is the truth (FM-02).
 */
import { gateCovers } from './create.ts'
import { countsRequests } from './gates/meters.ts'
import { fractionOf } from './share.ts'
import type { RouteState } from './shift.ts'
import type { Turn } from './turn.ts'
import { isDns } from './want.ts'
import { resolversOf } from './dns/lumps.ts'

export type Arrival = 'arrived' | 'waiting' | 'late'

/**
 * Accepted within 3 standard errors of what was asked, and at least within a third of it; zero requests on new are never
 * accepted. Routes with stickiness, or without a gate that counts requests, are not judged by it.
 */
export function shareArrived(turn: Turn, route: RouteState): Arrival {
  const counts = turn.shift.gateSpecs.some((gate) => countsRequests(gate) && gateCovers(gate, route.name))
  if (!counts || route.sticky) return 'arrived'
  const asked = fractionOf(route.want.share)
  const requests = route.counted.old + route.counted.new
  if (requests === 0) return 'waiting'
  const observed = route.counted.new / requests
  // Behind DNS it is resolvers that are split, not requests.
  const samples = isDns(turn.shift, route.name) ? Math.min(requests, resolversOf(route.lumps)) : requests
  const slack = Math.max(asked / 3, 3 * Math.sqrt((asked * (1 - asked)) / samples))
  if (observed > 0 && Math.abs(observed - asked) <= slack) return 'arrived'
  return 'late'
}
