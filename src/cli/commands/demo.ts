/**
 * `sluice demo`: the main job on a bare machine. A lab, the real daemon, one healthy shift that completes and one bad shift that
 * comes back by itself, over real requests; then what users got. Exit 0 only where both ended as they should.
 */
import { stringify } from 'yaml'
import type { Command } from 'commander'
import type { EventView, ShiftView } from '../../core/view.ts'
import type { Ms } from '../../core/time.ts'
import type { Lab } from '../../lab/lab.ts'
import { migrationObject } from '../../lab/migration.ts'
import { createClient, pathOf, shiftOf } from '../client.ts'
import { daemonProcess, type DaemonProcess } from '../demo/daemonProcess.ts'
import { linesOf, type Act } from '../demo/outcome.ts'
import { DEMO_POLICY, DNS_POLICY } from '../demo/policy.ts'
import { showShares } from '../demo/shares.ts'
import { EXIT } from '../exit.ts'
import type { Loaders } from '../loaders.ts'
import { local, type CommonOptions, type Remote, type Session } from '../session.ts'
import { watchShift } from '../watching.ts'

interface DemoOptions extends CommonOptions {
  readonly keep?: true
}

const RPS = 120
/** Traffic before the first shift, so that there is a baseline. */
const WARM_UP_MS: Ms = 4_000
const LOOK_MS: Ms = 100
/** Real TTLs are minutes; these are seconds, so that a rollback by DNS can be watched. */
const DNS = {
  aliasTtlSeconds: 2,
  resolvers: { count: 200, minTtl: { share: 0.08, seconds: [4, 12] }, hold: { share: 0.02, seconds: 30 } },
  clients: { keepMs: 500 }
} as const
/** New fails so many requests in the second act. */
const BROKEN = 0.2

export function addDemo(program: Command, session: Session, loaders: Loaders): void {
  const command = program
    .command('demo')
    .description('one healthy and one bad shift over real requests, on this machine alone')
    .option('--keep', 'leave lab and daemon running at the end, until Ctrl-C')
  local<DemoOptions>(session, command, (_args, options) => demo(session, loaders, options.keep ?? false))
}

async function demo(session: Session, loaders: Loaders, keep: boolean): Promise<number> {
  const { out, io } = session
  const stopped = signalled(session)
  out.line('Starting a lab on loopback: AWS endpoints, load balancers, a name server, resolvers, two clusters, users.')
  const { startLab } = await loaders.lab()
  const lab = await startLab({ rps: RPS, dns: DNS })
  const daemon = await daemonProcess(io.clock, filesFor(lab), lab.env)
  try {
    const playing = play(session, lab, daemon)
    const code = await Promise.race([playing, stopped.then(() => EXIT.interrupted)])
    if (keep && code !== EXIT.interrupted) {
      out.lines(['', 'Still running; Ctrl-C ends it.', ...whereToLook(lab, daemon)])
      await stopped
    }
    return code
  } finally {
    await daemon.remove()
    await lab.close()
  }
}

function filesFor(lab: Lab) {
  const migration = (name: string, route: string) => stringify(migrationObject(lab, { name, routes: [route] }))
  return {
    policies: { demo: DEMO_POLICY, 'demo-dns': DNS_POLICY },
    migrations: { 'shop-web': migration('shop-web', 'web'), 'shop-dns': migration('shop-dns', 'api-dns') }
  }
}

async function play(session: Session, lab: Lab, daemon: DaemonProcess): Promise<number> {
  const { out, io } = session
  const url = await daemon.start()
  const remote: Remote = { ...session, client: createClient(io, url) }
  out.lines([
    `The daemon listens on ${url}; it does not know that it talks to a lab.`,
    `Users send ${RPS} requests a second.`
  ])
  await io.clock.sleep(WARM_UP_MS)

  out.lines(['', '1. A healthy cluster, by the weights of a load balancer: shop-web moves from old to new.'])
  const good = await playAct(remote, { migration: 'shop-web', policy: 'demo', breakNew: null, dns: false })
  out.lines([
    '',
    '2. A bad one, by the weights of DNS records: shop-dns moves, and at 50 % new begins to fail every fifth request.'
  ])
  const breakNew = () => lab.cluster('new').set({ errorRate: BROKEN, onlyPath: '/dns' })
  const bad = await playAct(remote, { migration: 'shop-dns', policy: 'demo-dns', breakNew, dns: true })
  lab.cluster('new').set({ errorRate: 0, onlyPath: null })

  const asTheyShould = good.shift.phase === 'completed' && bad.shift.phase === 'rolled_back'
  out.lines([
    '',
    'What users got, measured where they are:',
    ...linesOf(lab, 'web', good),
    ...linesOf(lab, 'api-dns', bad)
  ])
  out.line(
    asTheyShould ? 'Both ended as they should.' : 'NOT as it should be: the first must complete, the second roll back.'
  )
  if (!asTheyShould) out.note(`The daemon's log: ${daemon.logFile}`)
  return asTheyShould ? EXIT.done : EXIT.error
}

interface Scene {
  readonly migration: string
  readonly policy: string
  readonly breakNew: (() => void) | null
  /** Shares are shown side by side: what is written, expected and observed are three things. */
  readonly dns: boolean
}

async function playAct(remote: Remote, { migration, policy, breakNew, dns }: Scene): Promise<Act> {
  const { client, out } = remote
  const startedAt = Date.now()
  const body = { migration, policy, reason: 'demo' }
  const first = shiftOf(await client.ask('POST', 'v1/shifts', { body }), client.url)
  let brokenAt: number | null = null
  let promised: number | null = null
  const showing = dns ? showShares(remote, first.id) : null
  const breaking = (async () => {
    if (!breakNew) return
    await until(
      remote,
      first.id,
      (shift) => shift.outcome !== null || (shift.phase === 'baking' && shift.percent >= 50)
    )
    promised = (await client.shift(first.id)).rollback.inEffectWithinSeconds
    brokenAt = Date.now()
    breakNew()
    out.line(`          (new begins to fail ${BROKEN * 100} % of its requests now)`)
  })()
  await watchShift(remote, { first, after: 0, until: 'ended', timeoutMs: 90_000, show: 'lines' })
  await breaking
  await showing
  const endedAt = Date.now()
  const log = await client.ask('GET', pathOf(first.id, 'events'))
  const { items } = log.json as { readonly items: readonly EventView[] }
  return { shift: await client.shift(first.id), events: items, startedAt, endedAt, brokenAt, promised }
}

async function until({ client, io }: Remote, id: string, isSo: (shift: ShiftView) => boolean): Promise<void> {
  while (!isSo(await client.shift(id))) await io.clock.sleep(LOOK_MS)
}

function whereToLook(lab: Lab, daemon: DaemonProcess): readonly string[] {
  return [
    `  page       ${daemon.url()}   (in a browser; API: ${daemon.url()}/docs, metrics: ${daemon.url()}/metrics)`,
    `  by hand    SLUICE_URL=${daemon.url()} npx sluice list`,
    `  users      ${lab.url}`,
    `  break new  curl -s ${lab.controlUrl}/lab/clusters/new -d '{"errorRate":0.2}'`,
    `  log        ${daemon.logFile}`
  ]
}

function signalled({ io }: Session): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      forget.forEach((each) => each())
      resolve()
    }
    const forget = [io.onSignal('SIGINT', stop), io.onSignal('SIGTERM', stop)]
  })
}
