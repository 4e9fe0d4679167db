// The calls that reached the AWS endpoint, for tests that count them and people who wonder. Never decides anything.

export interface Call {
  readonly at: number
  readonly service: string
  readonly operation: string
  /** HTTP status of the answer; 0 where none was sent. */
  readonly status: number
  readonly code?: string
  readonly performed: boolean
  readonly requestId: string
}

export interface CallLog {
  add(call: Call): void
  list(): readonly Call[]
  count(operation: string): number
  clear(): void
}

const capacity = 20_000

export function createCallLog(): CallLog {
  let calls: Call[] = []
  return {
    add: (call) => {
      calls.push(call)
      if (calls.length > capacity) calls = calls.slice(-capacity / 2)
    },
    list: () => calls,
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    clear: () => {
      calls = []
    }
  }
}
