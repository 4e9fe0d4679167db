/** One core's share of the benchmark: a task comes, its sums go back. */
import { parentPort } from 'node:worker_threads'
import { RULES } from './rules/index.ts'
import { simulate, type Task } from './simulate.ts'

parentPort?.on('message', (task: Task) => {
  const maker = RULES[task.rule]
  if (!maker) throw new Error(`no such rule: ${task.rule}`)
  parentPort?.postMessage(simulate(task, maker))
})
