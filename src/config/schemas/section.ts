/**
 * Maps with known keys only, and the way from our schema to the JSON Schema that validators and editors read.
 */
import Type from 'typebox'
import type { TObjectOptions, TProperties } from 'typebox'
import { ANNOTATIONS } from './leaf.ts'

/** A map in which an unknown key is an error. */
export function closed<Properties extends TProperties>(properties: Properties, options: TObjectOptions = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** A closed map that may be left out, as each of its keys has a default. */
export function section<Properties extends TProperties>(description: string, properties: Properties) {
  return closed(properties, { default: {}, description })
}

/** A list of names without repeats. */
export function names(description: string) {
  return Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    uniqueItems: true,
    allowed: 'a list of at least one name, each once',
    description
  })
}

/**
 * One schema for values of a JSON type, another for all others: unlike with anyOf, errors speak of one of the two only.
 * (Written without the keyword `then`, as an object with a member of that name is taken for a promise where it is awaited.)
 */
export function byType(type: 'object' | 'string' | 'array', matching: object, otherwise: object) {
  return {
    allOf: [
      { if: { type }, else: otherwise },
      { if: { not: { type } }, else: matching }
    ]
  }
}

export interface JsonSchema {
  readonly [key: string]: unknown
}

/**
 * Plain JSON Schema of a type. What has a default need not be written: it is taken out of `required` here and not marked
 * optional there, so that the static type is that of a document in which the defaults have been filled.
 */
export function jsonSchemaOf(type: object): JsonSchema {
  return walked(JSON.parse(JSON.stringify(type)), withoutDefaulted)
}

/** The same without our annotations, with its dialect and title: what an editor is given. */
export function editorSchemaOf(type: object, title: string): JsonSchema {
  const annotations: readonly string[] = [...ANNOTATIONS, 'discriminator']
  const bare = walked(jsonSchemaOf(type), (node) =>
    Object.fromEntries(Object.entries(node).filter(([key]) => !annotations.includes(key)))
  )
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...bare }
}

type Node = Record<string, unknown>

function walked(value: unknown, change: (node: Node) => Node): Node {
  const inside = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(inside)
    return isNode(inner) ? walked(inner, change) : inner
  }
  if (!isNode(value)) return {}
  // The values of `properties` are schemas, its keys are not keywords.
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key !== 'properties' || !isNode(inner)) return [key, key === 'default' ? inner : inside(inner)]
    return [key, Object.fromEntries(Object.entries(inner).map(([name, schema]) => [name, inside(schema)]))]
  })
  return change(Object.fromEntries(entries))
}

function withoutDefaulted(node: Node): Node {
  const { required, properties } = node
  if (!Array.isArray(required) || !isNode(properties)) return node
  const needed = required.filter((key) => {
    const schema = properties[String(key)]
    return !(isNode(schema) && 'default' in schema)
  })
  return needed.length > 0
    ? { ...node, required: needed }
    : Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'required'))
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
