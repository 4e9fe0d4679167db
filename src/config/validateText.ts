/**
 * Says what is wrong with a text that holds policies and migrations, without keeping any of it: `sluice validate` and
 * `POST /v1/validate`.
 */
import { duplicates, joined, kindOf, parseDocument, type Documents, type Kind } from './documents.ts'
import type { Env } from './env.ts'
import { inOrder, type Problem } from './problem.ts'
import { readYaml } from './yaml.ts'

export interface Validation {
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** What the text defines, in its order, with or without errors. */
  readonly names: readonly { readonly kind: Kind; readonly name: string }[]
}

export interface ValidationContext {
  /** What `${NAME}` stands for. The daemon gives an empty one: a request must not read its environment. */
  readonly env: Env
  /** Of the daemon's settings, where they are known. */
  readonly region?: string | null
}

/** `file` is what problems are told to be in. */
export function validateText(text: string, file: string, { env, region = null }: ValidationContext): Validation {
  const { documents, problems } = readYaml(text, file, env)
  const parts = documents.map((doc): Documents<unknown> => {
    const kind = kindOf(doc)
    return typeof kind === 'string'
      ? parseDocument(kind, doc, file, region)
      : { items: [], claims: [], errors: [kind], warnings: [] }
  })
  const all = joined(parts)
  const empty: Problem = { file, place: null, key: '', message: 'holds no document' }
  const nothing = documents.length === 0 && problems.length === 0 ? [empty] : []
  return {
    errors: inOrder([...problems, ...nothing, ...all.errors, ...duplicates(all.claims)]),
    warnings: inOrder(all.warnings),
    names: all.claims.map(({ kind, name }) => ({ kind, name }))
  }
}
