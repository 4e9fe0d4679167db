/** Runs tasks on all cores; the answers come in the order of the tasks and never depend on how many cores there are. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Outcome, Task } from './simulate.ts'

export async function runTasks(tasks: readonly Task[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  let next = 0
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let at = -1
      const give = () => {
        at = next++
        const task = tasks[at]
        if (task) worker.postMessage(task)
        else void worker.terminate().then(() => resolve())
      }
      worker.on('message', (outcome: Outcome) => {
        outcomes[at] = outcome
        give()
      })
      worker.on('error', reject)
      give()
    })
  const cores = Math.min(tasks.length, Math.max(1, availableParallelism()))
  const workers = Array.from({ length: cores }, () => new Worker(new URL('./worker.ts', import.meta.url)))
  await Promise.all(workers.map(work))
  return outcomes
}
