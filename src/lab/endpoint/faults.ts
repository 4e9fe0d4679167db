// Faults of the AWS endpoint that are set while it runs: throttling, 5xx, silence, slowness, lost answers. A fault decides
// what happens to a call; it never touches the world itself.

import { monotonicFactory } from 'ulid'

export type FaultKind = 'throttle' | 'error' | 'hang' | 'reset' | 'latency'

export interface Fault {
  readonly kind: FaultKind
  /** `elbv2`, `route53`, `cloudwatch`; absent = every service. */
  readonly service?: string
  /** `ModifyRule`, …; absent = every operation. */
  readonly operation?: string
  /** Every n-th matching call only; default 1. */
  readonly every?: number
  /** So many hits, then it is spent. */
  readonly times?: number
  /** It ends by itself after so long. */
  readonly forMs?: number
  /** With kind `latency`: how much later the call is performed. */
  readonly latencyMs?: number
  /** With kind `error`: code (default InternalFailure), status (500) and message. */
  readonly code?: string
  readonly status?: number
  readonly message?: string
  /** With kind `error`, `hang`, `reset`: the call is performed all the same, only its answer is lost. */
  readonly performed?: boolean
}

export interface ActiveFault extends Fault {
  readonly id: string
  readonly hits: number
}

export interface Faults {
  /** Sets a fault; the answer lifts it. */
  add(fault: Fault): () => void
  clear(): void
  list(): readonly ActiveFault[]
  /** The faults that hit this call, in the order they were set. */
  hit(service: string, operation: string): readonly Fault[]
  /** AWS's clock as its `Date` headers tell it, against the lab's. */
  clockSkewMs: number
}

interface Kept {
  readonly id: string
  readonly fault: Fault
  readonly endsAt: number
  seen: number
  hits: number
}

const keys: readonly string[] = [
  'kind',
  'service',
  'operation',
  'every',
  'times',
  'forMs',
  'latencyMs',
  'code',
  'status',
  'message',
  'performed'
] satisfies readonly (keyof Fault)[]
const kinds: readonly string[] = ['throttle', 'error', 'hang', 'reset', 'latency'] satisfies readonly FaultKind[]

export function createFaults(): Faults {
  const newId = monotonicFactory()
  let kept: Kept[] = []
  const alive = (one: Kept): boolean => Date.now() < one.endsAt && one.hits < (one.fault.times ?? Infinity)
  return {
    clockSkewMs: 0,
    add: (fault) => {
      if (!kinds.includes(fault.kind)) throw new Error(`kind: ${String(fault.kind)} is none of ${kinds.join(', ')}`)
      // A misspelt `operation` would hit every call.
      const unknown = Object.keys(fault).find((key) => !keys.includes(key))
      if (unknown !== undefined) throw new Error(`${unknown}: a fault has ${keys.join(', ')}`)
      const one: Kept = { id: newId(), fault, endsAt: Date.now() + (fault.forMs ?? Infinity), seen: 0, hits: 0 }
      kept.push(one)
      return () => {
        kept = kept.filter((other) => other !== one)
      }
    },
    clear: () => {
      kept = []
    },
    list: () => kept.filter(alive).map(({ id, fault, hits }) => ({ ...fault, id, hits })),
    hit: (service, operation) => {
      kept = kept.filter(alive)
      return kept.filter((one) => matches(one, service, operation)).map((one) => one.fault)
    }
  }
}

function matches(one: Kept, service: string, operation: string): boolean {
  const { fault } = one
  if ((fault.service ?? service) !== service || (fault.operation ?? operation) !== operation) return false
  one.seen += 1
  if (one.seen % (fault.every ?? 1) !== 0) return false
  one.hits += 1
  return true
}
