/**
 * The real daemon as a process over a lab, spoken to only through its API, its signals and its files, as a person would.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { daemonProcess, type DaemonProcess, type Files } from '../../../src/cli/demo/daemonProcess.ts'
import { systemClock } from '../../../src/clock.ts'
import type { EventView, ShiftView } from '../../../src/core/view.ts'
import type { Lab } from '../../../src/lab/lab.ts'

const clock = systemClock()
const LOOK_MS = 250
/** For a daemon that is broken, not for one that is slow. */
const PATIENCE_MS = 180_000

/**
 * What the daemons of these tests are given beside AWS's variables. Node's own cache, because a process that starts dozens of
 * times need not read all of the code each time; and a look at whether its test still lives.
 */
export const FOR_TESTS: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/sluice-compiled', import.meta.url)),
  NODE_OPTIONS: `--import=${new URL('parent.ts', import.meta.url).href}`
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Daemon {
  readonly process: DaemonProcess
  ask(method: 'GET' | 'POST', path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Starts a shift, which must be accepted. */
  shift(migration: string, policy: string): Promise<string>
  /** Gives an order, which must be accepted. */
  order(id: string, verb: string, body?: unknown): Promise<void>
  get(id: string): Promise<ShiftView>
  events(id: string): Promise<readonly EventView[]>
  untilPhase(id: string, phase: ShiftView['phase'], percent?: number): Promise<ShiftView>
  untilEnded(id: string): Promise<ShiftView>
  /** The newest event that is it. */
  untilEvent(id: string, what: string, isIt: (event: EventView) => boolean): Promise<EventView>
  /** Waits until this process has looked at the shift so often. */
  untilLooked(id: string, times: number): Promise<void>
  log(): Promise<string>
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>
}

/** Started at once; ended, and its folder removed, with the test. */
export async function aDaemon(t: Test, lab: Pick<Lab, 'env'>, files: Files): Promise<Daemon> {
  const started = await daemonProcess(clock, files, { ...lab.env, ...FOR_TESTS })
  t.teardown(() => started.remove())
  await started.start()
  const daemon = talkTo(started)
  t.teardown(async () => {
    if (!t.passing()) t.comment((await daemon.log()).split('\n').slice(-60).join('\n'))
  })
  return daemon
}

/** Looks until there is an answer; the limit is for what never comes. */
export async function until<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const giveUpAt = clock.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (clock.now() > giveUpAt) throw new Error(`never happened: ${what}`)
    await clock.sleep(LOOK_MS)
  }
}

/** The same without starting anything. */
export function talkTo(started: DaemonProcess): Daemon {
  const ask = askerOf(() => started.url())
  const accepted = async (path: string, body: unknown, status: number) => {
    const answer = await ask('POST', path, body)
    if (answer.status !== status) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer.body
  }
  const get: Daemon['get'] = async (id) => (await ask('GET', `v1/shifts/${id}`)).body as unknown as ShiftView
  const events: Daemon['events'] = async (id) =>
    (await ask('GET', `v1/shifts/${id}/events`)).body['items'] as readonly EventView[]

  /** What has ended never changes any more: then it is said at once what happened instead. */
  const untilShift = <T>(id: string, what: string, look: (shift: ShiftView) => T | null | Promise<T | null>) =>
    until(what, async () => {
      const shift = await get(id)
      const found = await look(shift)
      if (found !== null || shift.outcome === null) return found
      const story = (await events(id)).map((one) => `${one.at} ${one.phase} ${one.type}: ${one.explain}`)
      throw new Error([`never happened: ${what}; ${shift.phase}`, ...story].join('\n'))
    })

  return {
    process: started,
    ask,
    shift: async (migration, policy) => String((await accepted('v1/shifts', { migration, policy }, 201))['id']),
    order: async (id, verb, body = {}) => void (await accepted(`v1/shifts/${id}/${verb}`, body, 202)),
    get,
    events,
    untilPhase: (id, phase, percent) =>
      untilShift(id, phase, (shift) =>
        shift.phase === phase && (percent === undefined || shift.percent === percent) ? shift : null
      ),
    untilEnded: (id) => untilShift(id, 'its end', (shift) => (shift.outcome === null ? null : shift)),
    untilEvent: (id, what, isIt) => untilShift(id, what, async () => (await events(id)).findLast(isIt) ?? null),
    untilLooked: async (id, times) => {
      const seen = new Set<string>()
      // Shown only once this process has looked; later with each look.
      await untilShift(id, `${times} looks`, (shift) => {
        if (shift.wakeAt !== null) seen.add(shift.wakeAt)
        return seen.size >= times ? true : null
      })
    },
    log: () => readFile(started.logFile, 'utf8'),
    metric: async (name) => {
      const text = await (await fetch(new URL('metrics', started.url()))).text()
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
    }
  }
}

function askerOf(url: () => string): Daemon['ask'] {
  return async (method, path, body, headers = {}) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const given = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(new URL(path, url()), { method, ...given, headers: { ...json, ...headers } })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
}
