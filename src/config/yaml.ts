/**
 * YAML text to plain values, each of which can be found again in the text. Everything that YAML itself can get wrong is
 * said here, with its place: syntax, keys that stand twice, unknown aliases and tags, alias bombs, unset variables. Knows no schema.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar, visit } from 'yaml'
import type { Document, Node, ParsedNode, YAMLError } from 'yaml'
import type { Env } from './env.ts'
import { keyPath, type Path } from './path.ts'
import type { Complaint, Place, Problem } from './problem.ts'
import { substitute } from './substitute.ts'

export interface YamlDocument {
  /** Plain JSON values; shares nothing, so it may be changed. */
  readonly value: unknown
  /** Where `path` stands; where there is no such key, the nearest thing around it. */
  readonly place: (path: Path, at: Complaint['at']) => Place
  /** How the value is written where it came from the environment, `${PORT}`; else null. */
  readonly written: (path: Path) => string | null
  readonly problem: (complaint: Pick<Complaint, 'path' | 'at' | 'message'>) => Problem
  /** Those that are news: what stands at a variable that is not set was complained about before. */
  readonly problems: (complaints: readonly Complaint[]) => readonly Problem[]
}

export interface YamlText {
  /** Those that could be read, for looking at what else is wrong where there are problems; empty ones are left out. */
  readonly documents: readonly YamlDocument[]
  readonly problems: readonly Problem[]
}

type Parsed = Document.Parsed<ParsedNode>

/** More uses of anchors than a hand-written file has; the limit is on what they expand to. */
const MAX_ALIASES = 100

/** Reads every document of `text`. `env` null: nothing is substituted. */
export function readYaml(text: string, file: string, env: Env | null): YamlText {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const report: Report = (offset, message) => {
    problems.push({ file, place: placeOf(lines, offset), key: '', message })
  }
  const documents: YamlDocument[] = []
  for (const doc of parsed(text, lines, report)) {
    const faults = faultsOf(doc)
    for (const fault of faults) report(fault.pos[0], sentenceOf(fault, lineAt(text, fault.pos[0])))
    if (faults.length > 0 || isEmpty(doc) || !aliasesKnown(doc, report)) continue
    const variables = expand(doc, env, report)
    const plain = plainValue(doc, report)
    if (plain) documents.push(documentOf(doc, plain.value, variables, file, lines))
  }
  return { documents, problems }
}

type Report = (offset: number, message: string) => void

function parsed(text: string, lines: LineCounter, report: Report): readonly Parsed[] {
  try {
    const options = { version: '1.2', schema: 'core', strict: true, uniqueKeys: true, stringKeys: true } as const
    return [...parseAllDocuments(text, { ...options, prettyErrors: false, lineCounter: lines })]
  } catch (fault) {
    // Only what is nested thousands deep makes the parser itself give up.
    report(0, `cannot be read as YAML: ${messageOf(fault)}`)
    return []
  }
}

/** Once the syntax is lost, what the parser says of the rest is noise: only the first such fault is told. */
function faultsOf(doc: Parsed): readonly YAMLError[] {
  const all = [...doc.errors, ...doc.warnings]
  const first = all.find(({ code }) => !INDEPENDENT.has(code))
  return all.filter((fault) => fault === first || INDEPENDENT.has(fault.code))
}

const INDEPENDENT: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'NON_STRING_KEY', 'TAG_RESOLVE_FAILED'])

function sentenceOf(fault: YAMLError, line: string): string {
  if (fault.code === 'DUPLICATE_KEY') return 'this key stands twice in the same map'
  const hint = line.includes('${') ? ' (between { } or [ ] a ${NAME} must be in quotes)' : ''
  return `not valid YAML: ${fault.message}${hint}`
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end)
}

function aliasesKnown(doc: Parsed, report: Report): boolean {
  let known = true
  visit(doc, {
    Alias: (_, node) => {
      if (node.resolve(doc) !== undefined) return
      known = false
      report(offsetOf(node), `*${node.source} has no anchor &${node.source} before it`)
    }
  })
  return known
}

interface Variables {
  /** How a scalar was written that the environment has replaced, by its node. */
  readonly written: ReadonlyMap<unknown, string>
  /** Scalars that could not be replaced. */
  readonly unset: ReadonlySet<unknown>
}

/** Puts in the environment's values. */
function expand(doc: Parsed, env: Env | null, report: Report): Variables {
  const written = new Map<unknown, string>()
  const unset = new Set<unknown>()
  visit(doc, {
    Scalar: (key, node) => {
      if (key === 'key' || env === null || typeof node.value !== 'string') return
      const result = substitute(node.value, env)
      if (result.kind === 'failed') {
        unset.add(node)
        for (const message of result.messages) report(offsetOf(node), message)
      }
      if (result.kind !== 'replaced') return
      written.set(node, node.value)
      // What stands in quotes stays text; a plain value gets the type that it would have had if written there.
      node.value = node.type === Scalar.PLAIN ? retyped(doc, result.text) : result.text
    }
  })
  return { written, unset }
}

function retyped(doc: Parsed, text: string): unknown {
  for (const tag of doc.schema.tags) {
    if (tag.collection === undefined && tag.default === true && tag.test?.test(text)) {
      const value = tag.resolve(text, () => undefined, doc.options)
      return isScalar(value) ? value.value : value
    }
  }
  return text
}

function plainValue(doc: Parsed, report: Report): { readonly value: unknown } | null {
  try {
    return { value: copied(doc.toJS({ maxAliasCount: MAX_ALIASES })) }
  } catch (fault) {
    const bomb = fault instanceof ReferenceError
    report(
      offsetOf(doc.contents),
      bomb ? 'anchors and aliases expand to too much' : `cannot be read: ${messageOf(fault)}`
    )
    return null
  }
}

/** A copy in which an alias is a value of its own: filling a default in one place must not change another. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]))
}

function documentOf(
  doc: Parsed,
  value: unknown,
  { written, unset }: Variables,
  file: string,
  lines: LineCounter
): YamlDocument {
  const place: YamlDocument['place'] = (path, at) => placeOf(lines, offsetOf(nodeAt(doc, path, at)))
  const problem: YamlDocument['problem'] = ({ path, at, message }) => {
    return { file, place: place(path, at), key: keyPath(path), message }
  }
  return {
    value,
    place,
    written: (path) => written.get(nodeAt(doc, path, 'value')) ?? null,
    problem,
    problems: (complaints) => complaints.filter(({ path }) => !unset.has(nodeAt(doc, path, 'value'))).map(problem)
  }
}

/** The node of `path`; where the way ends before, the key (or list item) that it ends in. */
function nodeAt(doc: Parsed, path: Path, at: Complaint['at']): unknown {
  let value: unknown = doc.contents
  let key: unknown = doc.contents
  for (const part of path) {
    const inside: unknown = isAlias(value) ? value.resolve(doc) : value
    if (isMap(inside)) {
      const pair = inside.items.find((one) => isScalar(one.key) && String(one.key.value) === String(part))
      if (pair === undefined) return key
      key = pair.key
      value = pair.value ?? pair.key
    } else if (isSeq(inside) && inside.items[Number(part)] !== undefined) {
      value = inside.items[Number(part)]
      key = value
    } else return key
  }
  return at === 'key' ? key : value
}

function isEmpty(doc: Parsed): boolean {
  return doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null && doc.contents.source === '')
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
