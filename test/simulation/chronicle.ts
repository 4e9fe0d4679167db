/**
 * What an honest observer of stored events and of the world knows: since when a route is told what, what was last confirmed
 * or chosen, which writes may still land. Kept beside the system's own memory, so that each can prove the other wrong.
 */
import type { Share } from '../../src/core/share.ts'
import { sameShare } from '../../src/core/share.ts'
import { isGoingBack, type ShiftId } from '../../src/core/shift.ts'
import type { Instant } from '../../src/core/time.ts'
import { sameWant } from '../../src/core/want.ts'
import { routeOf, toldShare } from './law.ts'
import type { Stage } from './stage.ts'

export interface Base {
  readonly share: Share
  /** A person chose it (overwrite): the next write may jump further than a step. */
  readonly byChoice: boolean
}

export interface Chronicle {
  /** What was last confirmed, recorded at preflight, or chosen by a person. */
  base(route: string): Base | null
  /** When the newest change of what the API is told was made. */
  toldSince(route: string): Instant
  /** When the first of the newest writes that all say what the API says now landed, whoever sent them. */
  standsSince(route: string): Instant
  /** Everything that the API was ever told, newest last. */
  toldEver(route: string): readonly Share[]
  /** What it was told at that moment. */
  toldAt(route: string, at: Instant): Share
  /** When the newest ask for this share was saved. */
  askedAt(id: ShiftId, route: string, share: Share): Instant | null
  /** A write of ours with this share, sent or saved after `since`, whose outcome the system cannot know. */
  mayBeLate(route: string, share: Share, since: Instant): boolean
  /** Since when the route is wanted as it was until this very moment, in the stored state. */
  wantedSince(route: string): Instant
  /** When the newest rollback began. */
  goingBackSince(): Instant
}

/** An ask as it was saved. */
interface Saved {
  readonly route: string
  readonly share: Share
  readonly at: Instant
}

interface Told {
  readonly at: Instant
  readonly share: Share
}

export function keepChronicle(stage: Stage): Chronicle {
  const { world, clock, ledger, scenario } = stage
  const bases = new Map<string, Base>()
  const told = new Map<string, Told[]>()
  const asked = new Map<string, Instant>()
  const wanted = new Map<string, Instant[]>()
  // The SDK's word that it sent a write twice is not in the log.
  const twice = scenario.acts.some(({ deed }) => deed.kind === 'sentTwice')
  for (const { name } of scenario.routes) told.set(name, [{ at: 0, share: toldShare(stage, name) }])

  /** The log says when each write landed; the order of landing is what counts. */
  const look = (): void => {
    for (const { name } of scenario.routes) {
      const list = told.get(name) ?? []
      const now = toldShare(stage, name)
      const last = list.at(-1)
      if (!last || !sameShare(last.share, now)) list.push({ at: lastLanding(name), share: now })
    }
  }
  const lastLanding = (name: string): Instant =>
    Math.max(0, ...world.log.filter((write) => write.route === name).map((write) => write.landedAt ?? 0))

  const saved: Saved[] = []
  const births: Instant[] = []
  const bear = (): void => {
    if (births.at(-1) !== stage.lastBirthAt()) births.push(stage.lastBirthAt())
  }
  /** A process that saved it, lost the lead and never sent it: its successor finds it open, and cannot know that. */
  const neverSent = (ask: Saved): boolean => {
    const until = births.find((at) => at > ask.at)
    if (until === undefined) return false
    return !world.log.some(
      ({ by, route, split, sentAt }) =>
        by === 'sluice' &&
        route === ask.route &&
        split !== null &&
        sameShare(split, ask.share) &&
        sentAt >= ask.at &&
        sentAt < until
    )
  }

  let backSince: Instant = 0
  ledger.onSave(({ before, next, events }) => {
    look()
    bear()
    const now = clock.now()
    if (isGoingBack(next.phase) && !isGoingBack(before.phase)) backSince = now
    for (const route of next.routes) {
      const was = routeOf(before, route.name)
      for (const ask of route.asks) {
        if (was.asks.some(({ n }) => n === ask.n)) continue
        asked.set(askKey(next.id, route.name, ask.want.share), now)
        saved.push({ route: route.name, share: ask.want.share, at: now })
      }
      const anew = was.confirmedAt !== null && route.confirmedAt === null
      if (!sameWant(was.want, route.want) || anew) wanted.set(route.name, [...(wanted.get(route.name) ?? []), now])
    }
    for (const { reason } of events) {
      if (reason.code === 'preflight_passed') {
        for (const route of next.routes) bases.set(route.name, { share: route.from, byChoice: false })
      }
      if (reason.code === 'read_back') bases.set(reason.route, { share: reason.share, byChoice: false })
      if (reason.code === 'resumed' && reason.drift !== null) {
        for (const { name, drift } of before.routes) {
          const chosen = drift !== null || reason.drift === 'adopt'
          if (chosen) bases.set(name, { share: routeOf(next, name).from, byChoice: true })
        }
      }
    }
  })
  return {
    base: (route) => bases.get(route) ?? null,
    toldSince: (route) => {
      look()
      return told.get(route)?.at(-1)?.at ?? 0
    },
    standsSince: (route) => {
      const now = toldShare(stage, route)
      const landed = world.log
        .flatMap((write) =>
          write.route === route && write.landedAt !== null ? [{ ...write, at: write.landedAt }] : []
        )
        .toSorted((a, b) => a.at - b.at)
      const other = landed.findLastIndex(({ split }) => split === null || !sameShare(split, now))
      return landed[other + 1]?.at ?? landed.at(-1)?.at ?? 0
    },
    toldEver: (route) => {
      look()
      return (told.get(route) ?? []).map(({ share }) => share)
    },
    toldAt: (route, at) => {
      look()
      const list = told.get(route) ?? []
      return (list.findLast((entry) => entry.at <= at) ?? list[0])?.share ?? { old: 1, new: 0 }
    },
    askedAt: (id, route, share) => asked.get(askKey(id, route, share)) ?? null,
    mayBeLate: (route, share, since) => {
      bear()
      const sent = world.log.some((write) => {
        if (write.by !== 'sluice' || write.route !== route || write.sentAt < since || !write.split) return false
        if (!sameShare(write.split, share)) return false
        const heard = write.answeredAt !== null && write.answeredAt > stage.lastBirthAt() && !twice
        const definite = write.outcome === 'accepted' || isDefinite(write.outcome)
        return !(heard && definite)
      })
      return (
        sent ||
        saved.some((ask) => ask.route === route && ask.at >= since && sameShare(ask.share, share) && neverSent(ask))
      )
    },
    goingBackSince: () => backSince,
    wantedSince: (route) => wanted.get(route)?.findLast((at) => at < clock.now()) ?? 0
  }
}

const askKey = (id: ShiftId, route: string, share: Share): string => `${id} ${route} ${share.old}:${share.new}`

const REFUSALS = ['Throttling', 'AccessDenied', 'PriorRequestNotComplete', 'InvalidChangeBatch']

/** AWS said no: it was not carried out, and will not be. */
export function isDefinite(outcome: string): boolean {
  return REFUSALS.some((refusal) => outcome.startsWith(refusal))
}
