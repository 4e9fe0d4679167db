/** A child process: gets seeds, gives verdicts. */
import { trySeed } from './job.ts'
import { mutantNamed } from './mutants.ts'
import { replicaMutantNamed } from './replicasMutants.ts'

export interface Task {
  readonly seed: number
  readonly mutant: string | null
  /** Null: a single process. */
  readonly replicas: number | null
}

process.on('message', (task: Task) => {
  const named = task.replicas === null ? mutantNamed : replicaMutantNamed
  void trySeed(task.seed, task.mutant === null ? null : named(task.mutant), task.replicas).then(
    (verdict) => process.send?.(verdict),
    (error: unknown) => {
      process.send?.({ seed: task.seed, law: 'harness', text: String(error), ends: [], virtualMs: 0 })
    }
  )
})
