/**
 * From a validator's error to a sentence: where, what was given, what is allowed. One error, one complaint, or none where
 * the error only says that another one has happened.
 */
import type { ErrorObject } from 'ajv'
import { complain, type Complaint } from './problem.ts'
import { pathOf, type Path } from './path.ts'
import { eitherOf, nearest } from './suggest.ts'

interface Annotated {
  readonly [keyword: string]: unknown
  readonly allowed?: string
  readonly notAvailable?: readonly string[]
  readonly ifMissing?: string
  readonly hidden?: boolean
  readonly properties?: Readonly<Record<string, Annotated>>
  readonly oneOf?: readonly Annotated[]
  readonly enum?: readonly unknown[]
  readonly const?: string
  readonly minimum?: number
  readonly maximum?: number
}

export const NOT_AVAILABLE = 'is not available in this version'

/** `written`: how the value at a path stands in the file, where it came from the environment. */
export function complaintOf(error: ErrorObject, written: (path: Path) => string | null): Complaint | null {
  const path = pathOf(error.instancePath)
  const schema = (error.parentSchema ?? {}) as Annotated
  const given = shown(error.data, schema, written(path))
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'if':
      return null
    case 'required':
      return missing(
        [...path, String(params['missingProperty'])],
        schema.properties?.[String(params['missingProperty'])] ?? {}
      )
    case 'additionalProperties':
      return unknownKey([...path, String(params['additionalProperty'])], schema)
    case 'not':
      return schema.enum ? complain(path, `${given} ${NOT_AVAILABLE}`) : complain(path, NOT_AVAILABLE, 'key')
    case 'enum':
      return complain(path, wrongWord(error.data, given, schema))
    case 'discriminator':
      return wrongType(path, schema, params)
    default:
      return complain(path, `is ${given}, but must be ${allowedBy(schema)}${hint(error, schema)}`)
  }
}

function missing(path: Path, schema: Annotated): Complaint {
  return complain(path, `is missing: ${schema.ifMissing ?? `it must be ${allowedBy(schema)}`}`)
}

function unknownKey(path: Path, schema: Annotated): Complaint {
  const known = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => (inner['not'] ? [] : [key]))
  const near = nearest(String(path.at(-1)), known)
  const help = near === null ? `known here: ${known.join(', ')}` : `did you mean ${near}?`
  return complain(path, `unknown key; ${help}`, 'key')
}

function wrongWord(data: unknown, given: string, schema: Annotated): string {
  const words = (schema.enum ?? []).map(String)
  if (schema.notAvailable?.includes(String(data))) return `${given} ${NOT_AVAILABLE}: it must be ${eitherOf(words)}`
  const near = typeof data === 'string' ? nearest(data, words) : null
  return `is ${given}, but must be ${eitherOf(words)}${near === null || words.length < 2 ? '' : `; did you mean ${near}?`}`
}

function wrongType(path: Path, schema: Annotated, params: Readonly<Record<string, unknown>>): Complaint {
  const key = String(params['tag'])
  const types = (schema.oneOf ?? []).flatMap((one) => {
    const type = one.properties?.[key] ?? {}
    return type.const === undefined ? [] : [type.const]
  })
  const value = params['tagValue']
  if (value === undefined) return complain([...path, key], `is missing: it must be ${eitherOf(types)}`)
  const near = typeof value === 'string' ? nearest(value, types) : null
  const help = near === null || types.length < 2 ? '' : `; did you mean ${near}?`
  return complain([...path, key], `is ${shown(value, {}, null)}, but must be ${eitherOf(types)}${help}`)
}

/** YAML makes numbers and booleans of what was meant as text. */
function hint(error: ErrorObject, schema: Annotated): string {
  const scalar = typeof error.data === 'number' || typeof error.data === 'boolean'
  return error.keyword === 'type' && schema['type'] === 'string' && schema.allowed === undefined && scalar
    ? ': put it in quotes'
    : ''
}

function allowedBy(schema: Annotated): string {
  if (schema.allowed !== undefined) return schema.allowed
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return eitherOf(schema.enum)
  switch (schema['type']) {
    case 'integer':
      return `a whole number${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return 'text'
    case 'array':
      return 'a list'
    default:
      return 'a map'
  }
}

function range({ minimum, maximum }: Annotated): string {
  if (minimum === undefined) return ''
  return maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`
}

const LONGEST_SHOWN = 80

function shown(data: unknown, schema: Annotated, written: string | null): string {
  if (schema.hidden) return 'not right (it is not shown here)'
  // What the environment holds may be a secret.
  if (written !== null) return `${written} (from the environment)`
  if (data === null || data === undefined) return 'empty'
  if (Array.isArray(data)) return data.length === 0 ? 'an empty list' : 'a list'
  if (typeof data === 'object') return 'a map'
  const text = JSON.stringify(data)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
