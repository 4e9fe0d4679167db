/**
 * Whose turn it is to look. Reads have a rate budget for each account; where many shifts look there at once, each waits for its
 * place instead of failing for want of budget: looks become rarer, and none is blind. Never in the way of an order or of the answer
 * to a write: their looks take no place.
 */
import { accountOf } from '../core/account.ts'
import type { AccountRef } from '../core/migration.ts'
import { isGoingBack, type Shift } from '../core/shift.ts'

/** So many routes of one account and region are looked at at once: their calls are through the budget within two seconds. */
export const ROOM = 4

export interface Look {
  /** Where it reads. */
  readonly places: readonly string[]
  /** How many routes it reads; more than there is room for take all of it. */
  readonly size: number
  /** Two of these go before each of the others. */
  readonly soon: boolean
}

export interface Line {
  /** Resolves, once there is room, with what gives the room back; without any room as soon as `hurry` aborts. Never rejects. */
  enter(look: Look, hurry: AbortSignal): Promise<() => void>
}

/**
 * What a shift reads, and how soon it should. Preflight makes many calls for each route: one at a time, in a line of its own, so that
 * nobody who watches users waits for it. Records are read within less than half the budget of rules.
 */
export function lookOf({ phase, routeSpecs }: Shift, isNews: boolean): Look {
  const accounts = routeSpecs.flatMap((route) => [
    route.account,
    ...(route.type === 'route53' ? [route.old.account, route.new.account] : [])
  ])
  const awaited = isGoingBack(phase) && 'confirmedAt' in phase && phase.confirmedAt === null
  const places = [...new Set(accounts.map(placeOf))].sort()
  if (phase.kind === 'preflight')
    return { places: places.map((place) => `${place} preflight`), size: ROOM, soon: false }
  const size = sum(routeSpecs.map(({ type }) => (type === 'route53' ? 2 : 1)))
  return { places, size, soon: isNews || awaited }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** A rate budget is an account's, whatever role leads to it. */
function placeOf(account: AccountRef): string {
  return `${accountOf(account)}/${account.region}`
}

interface Waiter {
  readonly size: number
  readonly go: () => void
}

interface Place {
  free: number
  /** Of those that want to look soon, how many have gone since one of the others did. */
  ahead: number
  readonly soon: Waiter[]
  readonly others: Waiter[]
}

const NOTHING = (): void => undefined

export function makeLine(): Line {
  const places = new Map<string, Place>()
  const placeNamed = (name: string): Place => {
    const place = places.get(name) ?? { free: ROOM, ahead: 0, soon: [], others: [] }
    places.set(name, place)
    return place
  }
  return {
    enter: async ({ places: names, size, soon }, hurry) => {
      const held: (() => void)[] = []
      // Always in the same order, so that no two looks wait for each other.
      for (const name of names) held.push(await room(placeNamed(name), Math.min(size, ROOM), soon, hurry))
      return () => held.forEach((giveBack) => giveBack())
    }
  }
}

function room(place: Place, size: number, soon: boolean, hurry: AbortSignal): Promise<() => void> {
  if (hurry.aborted) return Promise.resolve(NOTHING)
  const line = soon ? place.soon : place.others
  return new Promise((resolve) => {
    const leave = (): void => {
      line.splice(line.indexOf(waiter), 1)
      resolve(NOTHING)
      serve(place)
    }
    const waiter: Waiter = {
      size,
      go: () => {
        hurry.removeEventListener('abort', leave)
        resolve(() => {
          place.free += size
          serve(place)
        })
      }
    }
    hurry.addEventListener('abort', leave, { once: true })
    line.push(waiter)
    serve(place)
  })
}

/** In order of arrival, two of those in a hurry to each of the others; a large one is not overtaken by small ones. */
function serve(place: Place): void {
  for (;;) {
    const turnOfOthers = place.soon.length === 0 || (place.ahead >= 2 && place.others.length > 0)
    const line = turnOfOthers ? place.others : place.soon
    const [first] = line
    if (first === undefined || first.size > place.free) return
    line.shift()
    place.ahead = turnOfOthers ? 0 : place.ahead + 1
    place.free -= first.size
    first.go()
  }
}
