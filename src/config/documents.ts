/**
 * Text with YAML documents to named values: which kind each document is, who reads it, and that no name stands twice. The
 * same for a file, a folder and a request's body.
 */
import type { Named } from '../engine/sluice.ts'
import { valueAt } from './path.ts'
import { complain, formatPlace, isError, type Problem } from './problem.ts'
import { readMigration } from './migrations.ts'
import { readPolicy } from './policies.ts'
import type { Reader } from './read.ts'
import type { Migration } from '../core/migration.ts'
import type { Policy } from '../core/policy.ts'
import { eitherOf, nearest } from './suggest.ts'
import { readYaml, type YamlDocument } from './yaml.ts'
import type { Env } from './env.ts'

export interface Kinds {
  readonly Policy: Policy
  readonly Migration: Migration
}

export type Kind = keyof Kinds

export const KINDS: readonly Kind[] = ['Policy', 'Migration']

const READERS: { readonly [K in Kind]: Reader<Kinds[K]> } = { Policy: readPolicy, Migration: readMigration }

/** Where a name was said, for telling duplicates. A document that is wrong elsewhere still takes its name. */
export interface Claim {
  readonly kind: Kind
  readonly name: string
  readonly at: Problem
}

export interface Documents<T> {
  /** Only documents without an error. */
  readonly items: readonly Named<T>[]
  readonly claims: readonly Claim[]
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Every document of `text`, each of kind `kind`. `region`: of the daemon's settings. */
export function parseDocuments<K extends Kind>(
  kind: K,
  text: string,
  file: string,
  env: Env,
  region: string | null = null
): Documents<Kinds[K]> {
  const { documents, problems } = readYaml(text, file, env)
  const parts = documents.map((doc) => parseDocument(kind, doc, file, region))
  return joined([{ items: [], claims: [], errors: problems, warnings: [] }, ...parts])
}

/** One document, which must be of kind `kind`. */
export function parseDocument<K extends Kind>(
  kind: K,
  doc: YamlDocument,
  file: string,
  region: string | null = null
): Documents<Kinds[K]> {
  const stated = valueAt(doc.value, ['kind'])
  if (stated !== kind && KINDS.some((other) => other === stated)) {
    // Reading a migration as a policy would find every one of its keys unknown.
    const wrong = doc.problem(complain(['kind'], `is ${String(stated)}, but must be ${kind} here`))
    return { items: [], claims: [], errors: [wrong], warnings: [] }
  }
  const { value, complaints } = READERS[kind](doc.value, doc.written, region)
  const name = valueAt(doc.value, ['name'])
  const claims = typeof name === 'string' ? [{ kind, name, at: doc.problem(complain(['name'], '')) }] : []
  return {
    items: value === null ? [] : [{ name: value.name, file, value }],
    claims,
    errors: doc.problems(complaints.filter(isError)),
    warnings: doc.problems(complaints.filter((one) => !isError(one)))
  }
}

/** Which kind a document says to be, or a problem. */
export function kindOf(doc: YamlDocument): Kind | Problem {
  const stated = valueAt(doc.value, ['kind'])
  const kind = KINDS.find((one) => one === stated)
  if (kind) return kind
  const near = typeof stated === 'string' ? nearest(stated, KINDS) : null
  const given = stated === undefined ? 'is missing' : `is ${JSON.stringify(stated)}`
  const help = near === null ? '' : `; did you mean ${near}?`
  return doc.problem(complain(['kind'], `${given}: it must be ${eitherOf(KINDS)}${help}`))
}

/** One after the other; does not look for duplicates. */
export function joined<T>(parts: readonly Documents<T>[]): Documents<T> {
  return {
    items: parts.flatMap(({ items }) => items),
    claims: parts.flatMap(({ claims }) => claims),
    errors: parts.flatMap(({ errors }) => errors),
    warnings: parts.flatMap(({ warnings }) => warnings)
  }
}

/** A name that stands twice is an error at the second place. */
export function duplicates(claims: readonly Claim[]): readonly Problem[] {
  return claims.flatMap(({ kind, name, at }, i) => {
    const first = claims.slice(0, i).find((other) => other.kind === kind && other.name === name)
    const message = `there is another ${kind} named ${name}, at ${first ? formatPlace(first.at) : ''}: names must differ`
    return first ? [{ ...at, message }] : []
  })
}
