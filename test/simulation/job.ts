/**
 * A seed's run, boiled down to what a parent process needs. A sample of seeds runs twice: the same must happen, byte for byte.
 */
import { draw } from './draw.ts'
import type { Mutant } from './life.ts'
import { drawReplicas } from './replicasDraw.ts'
import { run } from './run.ts'

export interface Verdict {
  readonly seed: number
  /** null: nothing was wrong. */
  readonly law: string | null
  readonly text: string
  readonly ends: readonly string[]
  readonly virtualMs: number
}

/** Every so many seeds one runs twice. */
const TWICE = 20

/** `replicas`: so many processes over one table; null: a single one. */
export async function trySeed(seed: number, mutant: Mutant | null, replicas: number | null): Promise<Verdict> {
  const drawn = () => (replicas === null ? draw(seed) : drawReplicas(seed, replicas))
  const { violations, digest, ends, virtualMs } = await run(drawn(), mutant)
  const [first] = violations
  const common = { seed, ends, virtualMs }
  if (first) return { ...common, law: first.law, text: `${first.at} ${first.text}` }
  if (mutant || seed % TWICE !== 0) return { ...common, law: null, text: '' }
  const again = await run(drawn())
  const same = again.digest === digest
  return { ...common, law: same ? null : 'digest', text: same ? '' : `${digest}, and then ${again.digest}` }
}
