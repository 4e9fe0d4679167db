/**
 * `npm run simulate -- --seeds N --from S`: runs seeds on every core; at the first that fails prints how it came to it, and a
 * smaller world in which it still does. `--mutants` looks for the first seed that catches each broken system; `--mutant NAME`
 * runs one of them; `--seed S --trace` shows one run. `--replicas 3`: the same with
 * so many processes over one table.
 */
import { parseArgs } from 'node:util'
import { draw } from './draw.ts'
import type { Verdict } from './job.ts'
import { mutantNamed, MUTANTS } from './mutants.ts'
import { hunt, openPool, search, type Pool } from './pool.ts'
import { run } from './run.ts'
import { drawReplicas } from './replicasDraw.ts'
import { REPLICA_MUTANTS, replicaMutantNamed } from './replicasMutants.ts'
import { describe, type Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    replicas: { type: 'string' }
  }
})

const replicas = values.replicas === undefined ? null : Number(values.replicas)
const drawn = (seed: number): Scenario => (replicas === null ? draw(seed) : drawReplicas(seed, replicas))
const named = replicas === null ? mutantNamed : replicaMutantNamed

const out = (text: string): void => void process.stdout.write(`${text}\n`)
const PROGRESS_MS = 10_000

function counter(count: number) {
  const began = performance.now()
  const ends = new Map<string, number>()
  let done = 0
  let virtualMs = 0
  let toldAt = began
  const rate = (): string => (done / ((performance.now() - began) / 1000)).toFixed(1)
  return {
    told: (verdict: Verdict): void => {
      done += 1
      virtualMs += verdict.virtualMs
      for (const end of verdict.ends) ends.set(end, (ends.get(end) ?? 0) + 1)
      if (performance.now() - toldAt < PROGRESS_MS) return
      toldAt = performance.now()
      out(`${done} of ${count} seeds, ${rate()} a second`)
    },
    sum: (): string => {
      const outcomes = [...ends].map(([end, n]) => `${end} ${n}`).join(', ')
      const hours = (virtualMs / 3_600_000).toFixed(0)
      return `${done} seeds, ${rate()} a second, ${hours} virtual hours; shifts ended: ${outcomes}`
    }
  }
}

function worldOf(scenario: Scenario): string {
  const { acts, ...world } = scenario
  return [JSON.stringify(world, null, 1), 'acts:', ...acts.map((act) => `  ${describe(act)}`)].join('\n')
}

async function explain(verdict: Verdict): Promise<void> {
  const mutant = values.mutant === undefined ? null : named(values.mutant)
  out(`\nseed ${verdict.seed} breaks ${verdict.law}: ${verdict.text}`)
  if (verdict.law === null || verdict.law === 'digest' || verdict.law === 'harness') return
  const { scenario, result, tries } = await shrink(drawn(verdict.seed), verdict.law, mutant)
  out(
    `\nThe smallest world in which it still does (${tries} tries):\n${worldOf(scenario)}\n\n${result.trace.join('\n')}`
  )
}

async function seeds(pool: Pool): Promise<boolean> {
  const range = { from: Number(values.from), count: Number(values.seeds), mutant: values.mutant ?? null, replicas }
  const count = counter(range.count)
  if (values.all) {
    for (let from = range.from; from < range.from + range.count;) {
      const left = range.from + range.count - from
      const caught = await search(pool, { ...range, from, count: left }, count.told)
      if (!caught) break
      out(`seed ${caught.seed} breaks ${caught.law}: ${caught.text}`)
      from = caught.seed + 1
    }
    out(count.sum())
    return true
  }
  const caught = await search(pool, range, count.told)
  out(count.sum())
  if (caught) await explain(caught)
  return caught === null
}

async function mutants(pool: Pool): Promise<boolean> {
  const began = performance.now()
  let every = true
  // Without what is known: from the first seed on.
  const all = (replicas === null ? MUTANTS : REPLICA_MUTANTS).map(({ name }) => ({ name }))
  await hunt(pool, all, { from: Number(values.from), count: Number(values.seeds), replicas }, ({ name }, caught) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    out(`${seconds} s: ${name}: ${caught ? `seed ${caught.seed}, ${caught.law}: ${caught.text}` : 'NOT CAUGHT'}`)
    every &&= caught !== null
  })
  return every
}

async function main(): Promise<boolean> {
  if (values.seed !== undefined) {
    const scenario = drawn(Number(values.seed))
    const mutant = values.mutant === undefined ? null : named(values.mutant)
    const { trace, violations, digest } = await run(scenario, mutant)
    if (values.trace) out(`${worldOf(scenario)}\n\n${trace.join('\n')}`)
    out(`digest ${digest}`)
    for (const { law, text, at } of violations) out(`${at} ${law}: ${text}`)
    return violations.length === 0
  }
  const pool = openPool()
  try {
    return values.mutants ? await mutants(pool) : await seeds(pool)
  } finally {
    pool.close()
  }
}

process.exitCode = (await main()) ? 0 : 1
