/** A child process: gets seeds, gives verdicts. */
import { trySeed } from './job.ts'
import { mutantNamed } from './mutants.ts'

export interface Task {
  readonly seed: number
  readonly mutant: string | null
}

process.on('message', (task: Task) => {
  void trySeed(task.seed, task.mutant === null ? null : mutantNamed(task.mutant)).then(
    (verdict) => process.send?.(verdict),
    (error: unknown) => {
      process.send?.({ seed: task.seed, law: 'harness', text: String(error), ends: [], virtualMs: 0 })
    }
  )
})
