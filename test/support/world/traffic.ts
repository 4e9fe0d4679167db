/**
 * Requests, by arithmetic: for every second (cut where something changes) so many arrive, the data plane's weights say where
 * they go, and the side's behaviour what becomes of them. Nothing is sent. What was counted is never counted again.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import { forwardOf, type Forward } from './action.ts'
import type { DnsRoute } from './dnsRoute.ts'
import type { Moment } from './behaviour.ts'
import { rateAt } from './behaviour.ts'
import type { Take } from './random.ts'
import { createCarry, diceTake, exactTake, streamOf } from './random.ts'
import type { Flow, Route } from './route.ts'
import { fractionFor } from './route.ts'
import { readyAt, usableAt } from './targets.ts'

export interface Traffic {
  /** Counts everything until `to`. */
  countTo(to: Instant): void
}

export interface TrafficOptions {
  readonly routes: readonly (Route | DnsRoute)[]
  /** Seconds of the tallies are counted from here. */
  readonly from: Instant
  readonly startedAt: Instant
  readonly seed: number
  readonly counts: 'exact' | 'random'
  readonly visitMs: Ms
}

interface Slice {
  readonly from: Instant
  readonly to: Instant
  readonly second: number
  readonly elapsedMs: Ms
}

const SECOND: Ms = 1000

export function createTraffic(options: TrafficOptions): Traffic {
  const takes = options.routes.map((route) => ({
    route,
    arrive: createCarry(),
    split: takeOf(options, `${route.name} split`),
    fates: new Map(route.flows.map((flow) => [flow, takeOf(options, `${route.name} ${flow.group.name}`)]))
  }))
  return {
    countTo: (to) => {
      for (const { route, arrive, split, fates } of takes) {
        while (route.countedTo < to) {
          const slice = nextSlice(route, to, options)
          const rps = rpsAt(route, slice)
          const arrived = arrive((rps * (slice.to - slice.from)) / SECOND)
          for (const { flow, count, share } of distribute(route, slice, arrived, split, options.visitMs)) {
            const take = fates.get(flow)
            const moment = { at: slice.from, elapsedMs: slice.elapsedMs, share, rps: rps * share }
            if (take && count > 0) serve(flow, slice.second, count, moment, take)
          }
          route.countedTo = slice.to
        }
      }
    }
  }
}

const takeOf = (options: TrafficOptions, name: string): Take =>
  options.counts === 'exact' ? exactTake() : diceTake(streamOf(options.seed, name))

/** To the end of the second, or to where weights or targets change. */
function nextSlice(route: Route | DnsRoute, to: Instant, { from, startedAt }: TrafficOptions): Slice {
  const start = route.countedTo
  const second = Math.floor((start - from) / SECOND)
  let end = Math.min(from + (second + 1) * SECOND, to, route.live.nextAfter(start))
  for (const { group } of route.flows) {
    const ready = readyAt(group)
    if (ready > start && ready < end) end = ready
  }
  return { from: start, to: end, second, elapsedMs: start - startedAt }
}

function rpsAt(route: Route | DnsRoute, slice: Slice): number {
  if (route.gone) return 0
  return Math.max(0, typeof route.rps === 'number' ? route.rps : route.rps(slice.from, slice.elapsedMs))
}

/** Stuck users leave only as their visits end; without stickiness everybody follows the weights at once. */
function stickTo(route: Route, forward: Forward | null, slice: Slice, visitMs: Ms): void {
  const wanted = fractionFor(forward, route.arns.new)
  const named = forward?.groups.some((group) => group.arn === route.arns.new) ?? false
  if (!forward || forward.stickySeconds === null || !named) {
    route.onNew = wanted
    return
  }
  const memory = Math.min(visitMs, forward.stickySeconds * SECOND)
  route.onNew += (wanted - route.onNew) * (1 - Math.exp(-(slice.to - slice.from) / memory))
}

interface Portion {
  readonly flow: Flow
  readonly count: number
  readonly share: number
}

function distribute(
  route: Route | DnsRoute,
  slice: Slice,
  arrived: number,
  split: Take,
  visitMs: Ms
): readonly Portion[] {
  const shares = route.kind === 'dns' ? sharesByName(route, slice) : sharesByWeight(route, slice, visitMs)
  if (!shares) return []
  let [left, leftShare] = [arrived, 1]
  return route.flows.map((flow, at) => {
    const share = shares[at] ?? 0
    const conditional = leftShare <= 1e-12 ? 0 : Math.min(1, share / leftShare)
    const count = conditional >= 1 - 1e-12 ? left : split(flow.group.arn, left, conditional)
    left -= count
    leftShare -= share
    return { flow, count, share }
  })
}

/** Users go where their resolver last heard; where the name servers know nothing, nobody arrives. */
function sharesByName(route: DnsRoute, slice: Slice): readonly number[] | null {
  const answers = route.live.asOf(slice.from)
  if (answers.onNew === null) return null
  route.onNew = route.resolvers.follow(slice.from, answers.onNew, answers.ttlMs)
  return route.flows.map((flow) => (flow.side === 'new' ? route.onNew : 1 - route.onNew))
}

function sharesByWeight(route: Route, slice: Slice, visitMs: Ms): readonly number[] | null {
  const forward = forwardOf(route.live.asOf(slice.from).actions)
  if (!forward) return null
  stickTo(route, forward, slice, visitMs)
  const notNew = 1 - fractionFor(forward, route.arns.new)
  return route.flows.map((flow) => {
    if (flow.side === 'new') return route.onNew
    // What the weights leave to the others, and, of users who are not on new, all where new has all the weight.
    const rest = notNew > 0 ? fractionFor(forward, flow.group.arn) / notNew : flow.side === 'old' ? 1 : 0
    return (1 - route.onNew) * rest
  })
}

/** Decides each request's fate in turn: what one fate took, the next one cannot. */
function serve(flow: Flow, second: number, count: number, moment: Moment, take: Take): void {
  const { tally, behaviour } = flow
  const usable = usableAt(flow.group, moment.at)
  if (usable.total === 0) return tally.add(second, 'e503', count)
  tally.add(second, 'requests', count)
  if (usable.healthy === 0 && !behaviour.servesWhenUnhealthy) return tally.add(second, 'e502', count)
  const room = behaviour.capacityPerTarget === null ? Infinity : behaviour.capacityPerTarget * usable.healthy
  const beyond = moment.rps > room ? 1 - room / moment.rps : 0
  const fates = [
    ['c5xx', 1 - (1 - rateAt(behaviour.errorRate, moment)) * (1 - beyond)],
    ['e502', rateAt(behaviour.badGatewayRate, moment)],
    ['e504', rateAt(behaviour.timeoutRate, moment)],
    ['c4xx', rateAt(behaviour.clientErrorRate, moment)],
    ['c3xx', rateAt(behaviour.redirectRate, moment)]
  ] as const
  let [left, leftShare] = [count, 1]
  let unanswered = 0
  for (const [column, share] of fates) {
    if (share === 0 || left === 0) continue
    const met = take(column, left, leftShare <= 0 ? 0 : Math.min(1, share / leftShare))
    tally.add(second, column, met)
    if (column === 'e502' || column === 'e504') unanswered += met
    left -= met
    leftShare -= share
  }
  tally.add(second, 'c2xx', left)
  const slow = rateAt(behaviour.slowRate, moment)
  const answered = count - unanswered
  if (slow > 0 && answered > 0) tally.add(second, 'slow', take('slow', answered, slow))
}
