/**
 * The thread that checks texts of strangers (checkApart.ts). It reads nothing but what it is sent.
 */
import { parentPort } from 'node:worker_threads'
import type { Asked } from './checkApart.ts'
import type { Problem } from './problem.ts'
import { validateText } from './validateText.ts'

/** An answer is for a person to read, whatever was sent. */
const PROBLEMS_MOST = 200
const MESSAGE_MOST = 1_000
const NAME_MOST = 200

function bounded(problems: readonly Problem[], what: string): readonly Problem[] {
  const short = problems.slice(0, PROBLEMS_MOST).map((problem) => ({
    ...problem,
    key: cut(problem.key, NAME_MOST),
    message: cut(problem.message, MESSAGE_MOST)
  }))
  const rest = problems.length - short.length
  if (rest === 0) return short
  return [...short, { file: 'body', place: null, key: '', message: `and ${rest} more ${what}` }]
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

parentPort?.on('message', ({ text, region }: Asked) => {
  const { errors, warnings, names } = validateText(text, 'body', { env: {}, region })
  parentPort?.postMessage({
    errors: bounded(errors, 'errors'),
    warnings: bounded(warnings, 'warnings'),
    names: names.slice(0, PROBLEMS_MOST).map(({ kind, name }) => ({ kind, name: cut(name, NAME_MOST) }))
  })
})
