/**
 * The one question that is open: what will happen, and what goes along. Nothing is ordered without it.
 */
import { makeStore } from './store.ts'

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Question {
  readonly title: string
  readonly consequence: string
  readonly confirm: string
  readonly safe: boolean
  readonly danger: boolean
  readonly text: { readonly label: string; readonly required: boolean } | null
  /** Old looks unfit: going back can be forced. */
  readonly forcible: boolean
  /** One of these, where there is a choice; the first is chosen. */
  readonly choices: readonly Choice[]
  /** Does it. What it rejects with is shown. */
  run(answer: Answer): Promise<string>
}

export interface Answer {
  readonly text: string
  readonly force: boolean
  readonly choice: string
}

export const question = makeStore<Question | null>(null)
