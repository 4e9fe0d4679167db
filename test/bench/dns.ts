/**
 * `npm run bench -- dns`: how far the share that Sluice expects is from where users are, over a whole shift by records and all the way
 * back: the real engine in virtual time, and the lab's zone, name servers and a thousand resolvers. Exits 1 where a figure leaves the
 * band that docs/dns.md claims.
 */
import { apart, LIMIT, together, type Apart } from './dns/figures.ts'
import { liveThrough, PENDING_MS, RESOLVERS, TTL_SECONDS, type Moment } from './dns/shift.ts'

const SECOND = 1_000
const MINUTE = 60_000
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

/** PENDING times that have nothing to do with each other. */
const UNSTEADY = [20, 60, 10, 45, 15, 30].map((seconds) => seconds * SECOND)

/** With luck: so few of all windows may be more than LIMIT apart, and what is further than so many standard deviations is not luck. */
const FEW = { minutes: 0.02, fives: 0.005 } as const
const MOST_SIGMAS = 4

interface Figure {
  readonly label: string
  readonly apart: Apart
  /** Null: shown, and nothing is claimed. */
  readonly holds: boolean | null
}

/** Prints the table; answers the exit code. */
export async function benchDns(): Promise<number> {
  console.log(
    `${RESOLVERS.count} resolvers, 10 % extend TTLs to 1-10 min, 2 % hold an hour; TTL ${TTL_SECONDS} s, PENDING ${PENDING_MS / SECOND} s;`
  )
  console.log(
    '1, 10, 50, 100 %, back from 100 % by abort, until nothing arrives at new. Expected against real, in points:'
  )
  const bare = await liveThrough({ seed: 1, even: true, spread: 1 })
  const drawn: (readonly Moment[])[] = []
  for (const seed of SEEDS) drawn.push(await liveThrough({ seed, even: false, spread: 1 }))
  const figures = [...claimed(bare, drawn), ...(await shown())]
  figures.forEach(tell)
  const luck = 100 * Math.sqrt(0.25 / RESOLVERS.count)
  console.log(
    `Luck: Route 53 draws every answer by the weights, and a resolver keeps one for a TTL. At 50 % one draw of ${RESOLVERS.count} equal` +
      ` resolvers has a standard deviation of ${luck.toFixed(2)} points (3 of them: ${(3 * luck).toFixed(2)}), which no model can foresee.`
  )
  const failed = figures.filter(({ holds }) => holds === false)
  failed.forEach(({ label }) => console.error(`not as claimed: ${label}`))
  return failed.length > 0 ? 1 : 0
}

function claimed(bare: readonly Moment[], drawn: readonly (readonly Moment[])[]): readonly Figure[] {
  const minutes = together(drawn.map((moments) => apart(moments, MINUTE)))
  const fives = together(drawn.map((moments) => apart(moments, 5 * MINUTE, MINUTE)))
  const without = apart(bare)
  const runs = `${drawn.length} runs with luck`
  return [
    { label: 'without luck, at any moment', apart: without, holds: without.worst <= LIMIT },
    {
      label: `${runs}, counted by the minute, as CloudWatch does`,
      apart: minutes,
      holds: seldom(minutes, FEW.minutes)
    },
    { label: `${runs}, counted over 5 minutes (five TTLs)`, apart: fives, holds: seldom(fives, FEW.fives) },
    { label: `${runs}, at any moment`, apart: together(drawn.map((moments) => apart(moments))), holds: null }
  ]
}

function seldom({ beyond, windows, sigmas }: Apart, few: number): boolean {
  return beyond <= few * windows && sigmas <= MOST_SIGMAS
}

/** Worlds that are not as the model believes. */
async function shown(): Promise<readonly Figure[]> {
  const unsteady = await liveThrough({ seed: 1, even: true, spread: 1, pendingMs: UNSTEADY })
  const atOnce = await liveThrough({ seed: 1, even: true, spread: 0 })
  return [
    { label: 'what if PENDING lasts 10 to 60 s, never twice the same', apart: apart(unsteady), holds: null },
    { label: 'what if all name servers learn at INSYNC and none before', apart: apart(atOnce), holds: null }
  ]
}

function tell({ label, apart: { worst, mean, when, windows, beyond, sigmas }, holds }: Figure): void {
  const claim = holds === null ? '' : holds ? '  ok' : '  NOT as claimed'
  const share = ((100 * beyond) / windows).toFixed(1)
  const most = beyond === 0 ? '' : `, above ${LIMIT} in ${share} % of ${windows} (at most ${sigmas.toFixed(1)} sigma)`
  console.log(`  ${label.padEnd(58)} worst ${worst.toFixed(2).padStart(5)}  mean ${mean.toFixed(2)}${most}${claim}`)
  if (worst > LIMIT) console.log(`  ${''.padEnd(58)} (worst: ${when})`)
}
