/**
 * Part of the composition: builds whom the daemon tells by itself, and says in log and metrics what became of each message. Never
 * writes an address or a secret anywhere.
 */
import type { Aws } from './aws/aws.ts'
import type { Clock } from './clock.ts'
import type { LoadedCatalogue } from './config/catalogue.ts'
import type { Config } from './config/config.ts'
import type { Notice } from './core/notice.ts'
import type { ShiftId } from './core/shift.ts'
import type { Ms } from './core/time.ts'
import { startCourier, type Courier, type Outcome } from './engine/courier.ts'
import type { LoopDeps } from './engine/loop.ts'
import { makePulse } from './engine/pulse.ts'
import type { Voice } from './engine/voice.ts'
import { cloudwatchHeartbeat } from './heartbeats/cloudwatch.ts'
import { makeNotifier } from './notifiers/index.ts'
import type { Store } from './stores/store.ts'
import type { Logger } from './telemetry/log.ts'
import type { Metrics } from './telemetry/metrics.ts'

export interface Outgoing {
  readonly voice: Voice
  /** To be told of every turn of a shift that is over, for the sign of life. */
  readonly turned: NonNullable<LoopDeps['onTurned']>
  /** Begins to deliver, and to give signs of life. With several replicas only the one that leads does. */
  start(leads: () => boolean, running: () => readonly ShiftId[]): void
  /** Warns of policies that name targets which the configuration does not have. */
  check(catalogue: LoadedCatalogue): void
  close(ms: Ms): Promise<void>
}

export interface OutgoingDeps {
  readonly config: Config
  readonly aws: Aws
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  /** Where the sign of life goes. */
  readonly region: string
}

export function makeOutgoing(deps: OutgoingDeps): Outgoing {
  const { config, aws, store, clock, log, metrics, region } = deps
  const { publicUrl } = config.server
  const notifiers = config.notify.map((target) => makeNotifier(target, { aws, clock, publicUrl }))
  const names = config.notify.map(({ name }) => name)
  const heartbeat = config.heartbeat === 'cloudwatch' ? cloudwatchHeartbeat({ aws, region }) : null
  const pulse = heartbeat && makePulse(heartbeat, clock)
  const off = new AbortController()
  let courier: Courier | null = null
  return {
    voice: { audiences: config.notify.map(({ name, events }) => ({ name, events })), ring: () => courier?.ring() },
    turned: (...turn) => pulse?.looked(...turn),
    start: (leads, running) => {
      void pulse?.run({
        leads,
        running,
        signal: off.signal,
        failed: (err) => {
          metrics.failed('heartbeat')
          log.error({ kind: 'heartbeat', err }, 'no sign of life could be given; the next one in a minute')
        }
      })
      courier ??= startCourier({
        store,
        notifiers,
        clock,
        mayDeliver: leads,
        told: (target, outcome, notice, detail) => {
          metrics.notified(target, outcome)
          say(log, target, outcome, notice, detail)
        },
        failed: (err) => {
          metrics.failed('notifications')
          log.error({ kind: 'notifications', err }, 'something failed; trying again')
        }
      })
    },
    check: (catalogue) => {
      for (const { name: policy, value } of catalogue.policies()) {
        const unknown = (value.notify ?? []).filter((name) => !names.includes(name))
        if (unknown.length === 0) continue
        const detail = `notify names ${unknown.join(', ')}, which the configuration does not have: a start will be refused`
        log.warn({ policy, detail }, 'configuration')
      }
    },
    close: async (ms) => {
      off.abort()
      await courier?.close(ms)
    }
  }
}

const WORDS: Readonly<Record<Exclude<Outcome, 'sent'>, string>> = {
  retry: 'a notification could not be delivered; its target is tried again',
  refused: 'a notification was refused; it is tried again',
  given_up: 'a notification is given up after a day',
  unknown_target: 'notifications wait for a target that the configuration does not have'
}

function say(log: Logger, target: string, outcome: Outcome, notice: Notice, detail: string): void {
  const { event, about } = notice
  const fields = { name: target, event, outcome, ...(about === null ? {} : { shiftId: about.shift, seq: about.seq }) }
  if (outcome === 'sent') return log.info(fields, 'notified')
  const lost = outcome === 'given_up' || outcome === 'unknown_target'
  log[lost ? 'error' : 'warn']({ ...fields, detail }, WORDS[outcome])
}
