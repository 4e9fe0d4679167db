/**
 * The one way to AWS: every call goes through here, so that rate budgets, deadlines, the classes of failure and the metrics
 * are the same everywhere. Never sends anything twice by itself; only the SDK does, and only reads.
 */
import { callerOf } from '../core/account.ts'
import type { AccountRef } from '../core/migration.ts'
import type { Call } from '../core/call.ts'
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import { DEFAULT_RATES, bucketOf, makeBudget, type BudgetOptions } from './budget.ts'
import { bareCode, classify } from './classify.ts'
import {
  GUARDED,
  sdkClients,
  type Access,
  type AwsClient,
  type AwsCommand,
  type ClientFor,
  type Service
} from './client.ts'
import { AwsFailure } from './failure.ts'
import { skewKeeper } from './skew.ts'

export { AwsFailure, type FailureKind } from './failure.ts'
export type { Access, AwsClient, AwsCommand, ClientFor, Service } from './client.ts'

export interface Answered<O> {
  readonly output: O
  /** How often the SDK sent it; 1 for every write. */
  readonly attempts: number
  /** The server's clock minus ours, from its `date` header (whole seconds); null where it was not told. */
  readonly skewMs: Ms | null
}

/** A call that has its place in the rate budget already. */
export interface Turn {
  readonly bucket: string
}

/** Sends one command; resolves with its output, plus attempts and server date skew. Throws AwsFailure only. */
export interface Aws {
  send<O extends object>(
    service: Service,
    account: AccountRef,
    command: AwsCommand<O>,
    call: Call,
    turn?: Turn
  ): Promise<Answered<O>>
  close(): void
}

/** For a read that must be followed by its write at once: the write's place in the budget is taken before the read. */
export interface TurnTaking {
  turn(service: Service, account: AccountRef, access: Access, call: Call): Promise<Turn>
}

/** Who may change what splits traffic, where there are several replicas: only the leader, and only while it surely is. */
export interface WriteGuard {
  /** Waits for as long as it may become allowed, at most until the call's deadline. Resolves either way. */
  ready(call: Call, ms: Ms): Promise<void>
  /** Whether a write that lasts at most `ms` may start in this very instant: ask and send without an await in between. */
  mayStart(call: Call, ms: Ms): boolean
  /** Still the leader, as far as this process can know; asked once more right before a request leaves. */
  holds(): boolean
  /** A write lasts no longer. */
  readonly writeMs: Ms
}

/** One call that ended, for metrics. `outcome` is `ok` or the kind of the failure. */
export interface CallSeen {
  readonly service: Service
  readonly operation: string
  readonly outcome: string
  readonly seconds: number
  readonly throttled: boolean
}

export interface AwsOptions {
  readonly clock: Clock
  /** The daemon's own region: where roles are assumed. */
  readonly region: string
  readonly budget?: BudgetOptions
  readonly observe?: (call: CallSeen) => void
  /** Without it this process is the only one that writes. */
  readonly guard?: WriteGuard
  /** For tests and simulations: who makes the clients. */
  readonly clientFor?: ClientFor
}

/** No call lasts longer, however late its deadline: a read has three attempts, a write one. */
export const LONGEST_CALL_MS: Readonly<Record<Access, Ms>> = { read: 20_000, write: 10_000 }

export function makeAws(options: AwsOptions): Aws & TurnTaking {
  const { clock } = options
  const rates = options.budget?.rates ?? DEFAULT_RATES
  const budget = makeBudget(clock, options.budget?.reserve)
  const skew = skewKeeper(clock)
  const { guard } = options
  const clientFor =
    options.clientFor ??
    sdkClients(options.region, (output, date) => skew.seen(output, date), guard && (() => guard.holds()))
  const clients = keepClients(clientFor)

  const guardOf = (service: Service, access: Access): WriteGuard | undefined =>
    access === 'write' && GUARDED.has(service) ? guard : undefined

  const turn: TurnTaking['turn'] = async (service, account, access, call) => {
    // Who may not write takes no place from those who may.
    const guarding = guardOf(service, access)
    await guarding?.ready(call, guarding.writeMs)
    const bucket = bucketOf(service, account, access)
    await budget.take(bucket, rates[service][access], call)
    return { bucket }
  }

  return {
    turn,
    async send(service, account, command, call, taken) {
      const operation = operationOf(command)
      const access = accessOf(operation)
      const startedAt = clock.now()
      const seen = (outcome: string) =>
        options.observe?.({
          service,
          operation,
          outcome,
          seconds: (clock.now() - startedAt) / 1000,
          throttled: outcome === 'throttled'
        })
      try {
        const { bucket } = taken ?? (await turn(service, account, access, call))
        const guarding = guardOf(service, access)
        await guarding?.ready(call, guarding.writeMs)
        const output = await bounded(clock, clients.of(service, account, access), command, call, {
          what: `${service} ${operation}`,
          longestMs: guarding?.writeMs ?? LONGEST_CALL_MS[access],
          ...(guarding && { guard: guarding })
        }).catch((failure: AwsFailure) => {
          if (overRate(failure)) budget.penalise(bucket, rates[service][access])
          throw failure
        })
        seen('ok')
        return { output, attempts: attemptsOf(output), skewMs: skew.of(output) }
      } catch (error) {
        const failure = classify(error, `${service} ${operation}`)
        seen(failure.kind)
        throw failure
      }
    },
    close: () => clients.close()
  }
}

/** One client for each service, account and kind of access. */
function keepClients(clientFor: ClientFor) {
  const clients = new Map<string, AwsClient>()
  return {
    of: (service: Service, account: AccountRef, access: Access): AwsClient => {
      const key = [service, access, callerOf(account)].join('\n')
      const known = clients.get(key)
      if (known !== undefined) return known
      const made = clientFor(service, account, access)
      clients.set(key, made)
      return made
    },
    close: () => {
      for (const one of clients.values()) one.destroy()
      clients.clear()
    }
  }
}

/** Ends at the deadline even where the client ignores its signal; what it answers after that is dropped. */
async function bounded<O extends object>(
  clock: Clock,
  client: AwsClient,
  command: AwsCommand<O>,
  call: Call,
  bounds: { readonly what: string; readonly longestMs: Ms; readonly guard?: WriteGuard }
): Promise<O> {
  const ms = Math.min(call.deadlineAt - clock.now(), bounds.longestMs)
  if (call.signal.aborted) throw calledOff(bounds.what, 0)
  if (ms <= 0) throw tooLate(bounds.what, 0, 0)
  // From here to `send` nothing is awaited: a lease that holds now still holds when the call goes out (FM-34).
  if (bounds.guard && !bounds.guard.mayStart(call, ms)) throw notLeading(bounds.what)
  const limit = clock.timeout(ms, call.signal)
  try {
    return await new Promise<O>((resolve, reject) => {
      const stop = () => reject(call.signal.aborted ? calledOff(bounds.what, 1) : tooLate(bounds.what, ms, 1))
      limit.signal.addEventListener('abort', stop, { once: true })
      client.send(command, { abortSignal: limit.signal }).then(resolve, reject)
    })
  } catch (error) {
    throw classify(error, bounds.what)
  } finally {
    limit.clear()
  }
}

function calledOff(what: string, attempts: number): AwsFailure {
  return new AwsFailure(`${what}: called off`, { kind: 'timeout', code: 'Aborted', attempts })
}

function notLeading(what: string): AwsFailure {
  const detail = 'not sent: this replica does not lead, or not for as long as the call may last'
  return new AwsFailure(`${what}: ${detail}`, { kind: 'timeout', code: 'NotLeading', attempts: 0 })
}

function tooLate(what: string, ms: Ms, attempts: number): AwsFailure {
  const detail = attempts === 0 ? 'not sent: its deadline had passed' : `no answer within ${ms} ms`
  return new AwsFailure(`${what}: ${detail}`, { kind: 'timeout', code: 'Timeout', attempts })
}

/** PriorRequestNotComplete is said of one hosted zone: it is no reason to slow down anybody else. */
function overRate(failure: AwsFailure): boolean {
  return failure.kind === 'throttled' && bareCode(failure.code) !== 'PriorRequestNotComplete'
}

/** `ModifyRuleCommand` to `ModifyRule`. */
function operationOf(command: object): string {
  return command.constructor.name.replace(/Command$/, '')
}

/** Only what is known to read is sent more than once. */
function accessOf(operation: string): Access {
  return /^(Describe|Get|List|Query|BatchGet)/.test(operation) ? 'read' : 'write'
}

function attemptsOf(output: object): number {
  if (!('$metadata' in output)) return 1
  const metadata: unknown = output.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('attempts' in metadata)) return 1
  return typeof metadata.attempts === 'number' ? metadata.attempts : 1
}
