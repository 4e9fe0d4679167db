/**
 * Three replicas of the real daemon over one table and one lab, each a process of its own, which can be killed or stopped.
 */
import type { Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { daemonProcess, type DaemonProcess, type Files } from '../../../src/cli/demo/daemonProcess.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import { openStore } from '../../../src/stores/index.ts'
import { useEmulator } from '../../stores/dynamodb/support/bench.ts'
import { startDynalite } from '../../stores/dynamodb/support/dynalite.ts'
import { FOR_TESTS, talkTo, until, type Daemon } from './daemon.ts'

const clock = systemClock()
const SIZE = 3
const TABLE = 'fleet'
const ANSWER_MS = 2_000

export interface Member {
  readonly name: string
  readonly daemon: Daemon
  readonly process: DaemonProcess
}

export interface Fleet {
  readonly members: readonly Member[]
  /** Who leads, as it says itself; waits until one of `among` does. */
  leader(among?: readonly Member[]): Promise<Member>
  others(than: Member): readonly Member[]
}

/** The table made, and every replica started, one after the other: the first leads. */
export async function aFleet(t: Test, lab: Pick<Lab, 'env' | 'region'>, files: Files): Promise<Fleet> {
  const emulator = await startDynalite(t)
  useEmulator(t, emulator)
  const spec = { type: 'dynamodb', table: TABLE, region: lab.region, leaseMs: 6_000, writeMs: 5_000 } as const
  const made = await openStore(spec, { clock, owner: 'test', observe: () => undefined, createTable: true })
  await made.store.close()
  const env = { ...lab.env, ...FOR_TESTS, AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint, AWS_REGION: lab.region }
  const members: Member[] = []
  t.teardown(async () => {
    for (const { process } of members) process.process().kill('SIGCONT')
    await Promise.all(members.map(({ process }) => process.remove()))
  })
  for (let n = 1; n <= SIZE; n += 1) {
    const process = await daemonProcess(clock, files, env, 'info', `{ type: dynamodb, table: ${TABLE} }`)
    await process.start()
    members.push({ name: `replica ${n}`, process, daemon: talkTo(process) })
  }
  t.teardown(async () => {
    if (t.passing()) return
    for (const { name, daemon } of members) t.comment(name, (await daemon.log()).split('\n').slice(-40).join('\n'))
  })
  return {
    members,
    others: (than) => members.filter((member) => member !== than),
    leader: (among = members) =>
      until('somebody leads', async () => {
        for (const member of among) if (await leads(member)) return member
        return null
      })
  }
}

async function leads({ process }: Member): Promise<boolean> {
  const limit = clock.timeout(ANSWER_MS)
  try {
    const response = await fetch(new URL('readyz', process.url()), { signal: limit.signal })
    const { leader } = (await response.json()) as { readonly leader?: boolean }
    return leader === true
  } catch {
    return false
  } finally {
    limit.clear()
  }
}
