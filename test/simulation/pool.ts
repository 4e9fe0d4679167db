/**
 * Seeds over child processes, one for each core. Never runs a seed itself: a parent may live under a test runner that slows
 * everything down.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './job.ts'
import type { Task } from './worker.ts'

export interface Pool {
  try(task: Task): Promise<Verdict>
  readonly size: number
  close(): void
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Much is made and soon forgotten, and every function runs often: about a tenth less of the processor. */
const ARGS = ['--no-warnings', '--max-semi-space-size=16', '--no-lazy-feedback-allocation']

/** Node's own cache of what it has read and stripped of types. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/sluice-compiled', import.meta.url))

export function openPool(size: number = availableParallelism()): Pool {
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: CACHE }
  delete env['NODE_OPTIONS']
  const idle: ChildProcess[] = []
  const waiting: ((child: ChildProcess) => void)[] = []
  const children = Array.from({ length: size }, () =>
    fork(WORKER, { execArgv: ARGS, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  )
  idle.push(...children)
  const free = (child: ChildProcess): void => {
    const next = waiting.shift()
    if (next) next(child)
    else idle.push(child)
  }
  const borrow = (): Promise<ChildProcess> => {
    const child = idle.pop()
    return child ? Promise.resolve(child) : new Promise((resolve) => waiting.push(resolve))
  }
  return {
    size,
    try: async (task) => {
      const child = await borrow()
      return new Promise((resolve, reject) => {
        const gone = (code: number | null): void =>
          reject(new Error(`a worker ended with ${code} at seed ${task.seed}`))
        child.once('exit', gone)
        child.once('message', (verdict: Verdict) => {
          child.off('exit', gone)
          free(child)
          resolve(verdict)
        })
        child.send(task)
      })
    },
    close: () => children.forEach((child) => child.disconnect())
  }
}

/** Runs seeds from `from` on until one is caught or `count` are done; verdicts are told as they come, in any order. */
export async function search(
  pool: Pool,
  range: {
    readonly from: number
    readonly count: number
    readonly mutant: string | null
    readonly replicas?: number | null
  },
  told: (verdict: Verdict) => void = () => undefined
): Promise<Verdict | null> {
  let next = range.from
  let caught: Verdict | null = null
  const line = async (): Promise<void> => {
    while (next < range.from + range.count && !(caught && caught.seed < next)) {
      const seed = next
      next += 1
      const verdict = await pool.try({ seed, mutant: range.mutant, replicas: range.replicas ?? null })
      told(verdict)
      if (verdict.law !== null && (!caught || verdict.seed < caught.seed)) caught = verdict
    }
  }
  await Promise.all(Array.from({ length: pool.size }, line))
  return caught
}

/**
 * For each mutant the seed that catches it, or null: the one that did before, else the first from `from` on. As many mutants at
 * once as there are processes.
 */
export async function hunt<M extends { readonly name: string; readonly firstSeed?: number }>(
  pool: Pool,
  mutants: readonly M[],
  range: { readonly from: number; readonly count: number; readonly replicas?: number | null },
  told: (mutant: M, caught: Verdict | null) => void
): Promise<void> {
  const waiting = [...mutants]
  const firstCatch = async ({ name, firstSeed }: M): Promise<Verdict | null> => {
    const known = firstSeed === undefined ? [] : [firstSeed]
    const others = Array.from({ length: range.count }, (_, i) => range.from + i)
    for (const seed of [...known, ...others]) {
      const verdict = await pool.try({ seed, mutant: name, replicas: range.replicas ?? null })
      if (verdict.law !== null) return verdict
    }
    return null
  }
  const lane = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) told(mutant, await firstCatch(mutant))
  }
  await Promise.all(Array.from({ length: pool.size }, lane))
}
