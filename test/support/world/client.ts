/**
 * What stands in for an SDK client: `send` with real command objects. A call travels for half of the latency, happens, and its
 * answer travels for the other half; what was sent happens even where nobody waits for it any more.
 */
import type { AccountRef } from '../../../src/core/migration.ts'
import type { Instant } from '../../../src/core/time.ts'
import type { Access, AwsClient, AwsCommand, Service } from '../../../src/aws/client.ts'
import type { Cloud } from './cloud.ts'
import type { MetricsView } from './cloudwatch.ts'
import { describeAlarms, getMetricData } from './cloudwatch.ts'
import * as groups from './elbGroups.ts'
import * as rules from './elbRules.ts'
import type { View } from './view.ts'
import * as dns from './dnsCalls.ts'
import { planned, type Plan } from './plan.ts'
import type { FailureSpec } from './failures.ts'
import { abortError, Refusal, sdkError, throttled, timeoutError } from './failures.ts'
import type { CallSent, Fate, Judge } from './faults.ts'
import type { WriteRecord } from './log.ts'

export interface Switchboard {
  readonly cloud: Cloud
  readonly judge: Judge
  readonly log: WriteRecord[]
  readonly metricsView: (region: string) => MetricsView
  /** Called at the very instant of `send`. */
  readonly sent: (call: CallSent, writes: readonly WriteRecord[]) => void
  nextCall(): number
}

/** An SDK client, as far as anybody may look at it. */
export interface WorldClient extends AwsClient {
  readonly config: { readonly region: () => Promise<string>; readonly systemClockOffset: number }
  readonly middlewareStack: { add(): void; addRelativeTo(): void; use(): void; clone(): WorldClient['middlewareStack'] }
}

const ELB_READS = {
  DescribeListeners: rules.describeListeners,
  DescribeRules: rules.describeRules,
  DescribeLoadBalancers: groups.describeLoadBalancers,
  DescribeTargetGroups: groups.describeTargetGroups,
  DescribeTargetHealth: groups.describeTargetHealth,
  DescribeTargetGroupAttributes: groups.describeTargetGroupAttributes,
  DescribeTags: groups.describeTags,
  DescribeCapacityReservation: groups.describeCapacityReservation
} as unknown as Readonly<Record<string, (view: View, input: object) => object>>
const CLOUDWATCH_READS = { GetMetricData: getMetricData, DescribeAlarms: describeAlarms } as unknown as Readonly<
  Record<string, (view: MetricsView, input: object) => object>
>

const DNS_READS = {
  ListResourceRecordSets: dns.listRecordSets,
  GetChange: dns.getChange,
  GetHostedZone: dns.getHostedZone,
  ListResourceRecordSetProtections: dns.listProtections
} as unknown as Readonly<Record<string, (cloud: Cloud, input: object) => object>>

/** Does what the call asks for, now. Throws Refusal. */
function happen(board: Switchboard, call: CallSent, plan: Plan | null, records: readonly WriteRecord[]): object {
  const { cloud } = board
  if (call.service === 'route53') dns.countRequest(cloud)
  if (plan) {
    const output = plan.run(call.by)
    for (const record of records) record.landedAt = cloud.clock.now()
    return output
  }
  const view: View = { cloud, region: call.region }
  const read = call.service === 'elbv2' ? ELB_READS[call.operation] : undefined
  if (read) return read(view, call.input)
  const count = call.service === 'cloudwatch' ? CLOUDWATCH_READS[call.operation] : undefined
  if (count) return count(board.metricsView(call.region), call.input)
  const name = call.service === 'route53' ? DNS_READS[call.operation] : undefined
  if (name) return name(cloud, call.input)
  throw new Error(`the world does not know ${call.service} ${call.operation}`)
}

type Outcome = { readonly output: object } | { readonly error: Error }

function attempt(run: () => object, call: CallSent, requestId: string): Outcome {
  try {
    return { output: run() }
  } catch (error) {
    if (error instanceof Refusal) return { error: sdkError(call.service, error.spec, requestId) }
    return { error: error as Error }
  }
}

/** Sends one call on its way; gives its answer, whatever the fate is. */
function travel(board: Switchboard, call: CallSent, plan: Plan | null, records: readonly WriteRecord[], fate: Fate) {
  const { cloud, judge } = board
  const requestId = `req-${String(call.n).padStart(6, '0')}`
  const { latencyMs, timeoutMs } = judge
  const act = (): Outcome => attempt(() => happen(board, call, plan, records), call, requestId)
  const refuse = (failure: FailureSpec): Outcome => ({ error: sdkError(call.service, failure, requestId) })
  const land = (ms: number, answer: (outcome: Outcome) => void): void => {
    cloud.clock.after(ms, () => answer(act()))
  }
  return (settle: (outcome: Outcome) => void): void => {
    const answerIn = (ms: number, outcome: Outcome): void => void cloud.clock.after(ms, () => settle(outcome))
    if (fate.kind === 'silence') return
    if (fate.kind === 'throttled') return answerIn(latencyMs, refuse(throttled(call.service)))
    if (fate.kind === 'timeout') {
      if (fate.landing !== 'never') land(fate.landing, () => undefined)
      return answerIn(timeoutMs, { error: timeoutError(timeoutMs) })
    }
    if (fate.kind === 'error') {
      if (fate.landed) land(latencyMs / 2, () => undefined)
      return answerIn(latencyMs, refuse(fate.failure))
    }
    const metadata = { httpStatusCode: 200, requestId, attempts: fate.attempts, totalRetryDelay: 0 }
    land(latencyMs / 2, (outcome) => {
      const answer = 'output' in outcome ? { output: { ...outcome.output, $metadata: metadata } } : outcome
      answerIn(latencyMs / 2, answer)
    })
  }
}

/** One for each route that it writes. */
function recordsOf(call: CallSent, plan: Plan): readonly WriteRecord[] {
  return plan.parts.map(({ route, arn, split }) => ({
    call: call.n,
    by: call.by,
    operation: call.operation,
    route,
    arn,
    split,
    sentAt: call.at,
    landedAt: null,
    answeredAt: null,
    outcome: 'pending'
  }))
}

const nothing = (): void => undefined
const middlewareStack: WorldClient['middlewareStack'] = {
  add: nothing,
  addRelativeTo: nothing,
  use: nothing,
  clone: () => middlewareStack
}

export interface Caller {
  readonly by: string
  readonly service: Service
  readonly account: AccountRef
  readonly access: Access
  readonly skewMs: number
}

export function createClient(board: Switchboard, caller: Caller): WorldClient {
  const { clock } = board.cloud
  const send = (command: { readonly input: object }, signal: AbortSignal | undefined): Promise<object> => {
    const operation = command.constructor.name.replace(/Command$/, '')
    if (signal?.aborted) return Promise.reject(abortError(signal))
    const view: View = { cloud: board.cloud, region: caller.account.region }
    const plan = planned(view, caller.service, operation, command.input)
    const call: CallSent = callOf(board, caller, operation, command.input, plan, clock.now())
    const records = plan ? recordsOf(call, plan) : []
    board.log.push(...records)
    board.sent(call, records)
    if (plan && caller.access === 'read') return Promise.reject(new Error(`${operation} through a client for reads`))
    const start = travel(board, call, plan, records, board.judge.fateOf(call))
    return new Promise((resolve, reject) => {
      let open = true
      const settle = (outcome: Outcome): void => {
        if (!open) return
        open = false
        signal?.removeEventListener('abort', giveUp)
        for (const record of records) {
          record.answeredAt = clock.now()
          record.outcome = 'output' in outcome ? 'accepted' : outcome.error.name
        }
        if ('output' in outcome) resolve(outcome.output)
        else reject(outcome.error)
      }
      const giveUp = (): void => settle({ error: abortError(signal) })
      signal?.addEventListener('abort', giveUp, { once: true })
      start(settle)
    })
  }
  return {
    send: <O extends object>(command: AwsCommand<O>, options?: { readonly abortSignal: AbortSignal }) =>
      send(command, options?.abortSignal) as Promise<O>,
    destroy: nothing,
    config: { region: () => Promise.resolve(caller.account.region), systemClockOffset: caller.skewMs },
    middlewareStack
  }
}

function callOf(
  board: Switchboard,
  caller: Caller,
  operation: string,
  input: object,
  plan: Plan | null,
  at: Instant
): CallSent {
  const { by, service, access, account } = caller
  const routes = (plan?.parts ?? []).flatMap(({ route }) => route ?? [])
  const route = routes[0] ?? null
  return { n: board.nextCall(), at, by, service, access, operation, region: account.region, input, route, routes }
}
