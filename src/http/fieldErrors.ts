/**
 * Turns what the schema validator says into what a person can act on: which field, what was given, what is allowed.
 */
import type { ErrorObject } from 'ajv'
import type { FieldError } from '../errors.ts'

/** The parts of a schema that say what is allowed. */
interface Shape {
  readonly 'x-allowed'?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
}

const VALUE_LENGTH_MAX = 60

/** The value as JSON, cut where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text
}

function range(low: number | undefined, high: number | undefined): string {
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`
  if (low !== undefined) return ` from ${low}`
  return high === undefined ? '' : ` up to ${high}`
}

/** What a schema allows, in words. */
export function allowed(shape: Shape): string {
  if (shape['x-allowed'] !== undefined) return shape['x-allowed']
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(', ')
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  const types = typeof shape.type === 'string' ? [shape.type] : (shape.type ?? [])
  return types.map((type) => describe(type, shape)).join(' or ')
}

function describe(type: string, shape: Shape): string {
  switch (type) {
    case 'string':
      return shape.maxLength === undefined
        ? 'a string'
        : `a string of ${shape.minLength ?? 0} to ${shape.maxLength} characters`
    case 'integer':
      return `an integer${range(shape.minimum, shape.maximum)}`
    case 'number':
      return `a number${range(shape.minimum, shape.maximum)}`
    case 'array': {
      const items = shape.items ? ` of ${allowed(shape.items)}` : ''
      return `a list${items}${shape.maxItems === undefined ? '' : ` with${range(shape.minItems ?? 0, shape.maxItems)} entries`}`
    }
    case 'object':
      return 'an object'
    default:
      return type
  }
}

/** One part of a request: how its fields are named. */
export type Part = 'body' | 'querystring' | 'headers'

function fieldOf(part: Part, pointer: string, headerNames: readonly string[]): string {
  if (part === 'body') return pointer
  const name = pointer.split('/')[1] ?? ''
  if (part === 'querystring') return name
  return headerNames.find((each) => each.toLowerCase() === name) ?? name
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shapeOf(value: unknown): Shape {
  return isRecord(value) ? value : {}
}

/** Pointer and message of one fault. */
function explain(error: ErrorObject): { pointer: string; message: string } {
  const parent = shapeOf(error.parentSchema)
  const at = error.instancePath
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'required': {
      const name = String(params['missingProperty'])
      return {
        pointer: `${at}/${escapePointer(name)}`,
        message: `is missing; allowed: ${allowed(parent.properties?.[name] ?? {})}`
      }
    }
    case 'additionalProperties': {
      const name = String(params['additionalProperty'])
      const known = Object.keys(parent.properties ?? {})
      const names = known.length === 0 ? 'none' : known.join(', ')
      return { pointer: `${at}/${escapePointer(name)}`, message: `unknown; allowed here: ${names}` }
    }
    case 'dependentRequired': {
      const name = String(params['property'])
      return {
        pointer: `${at}/${escapePointer(name)}`,
        message: `stands alone; allowed: only together with ${String(params['missingProperty'])}`
      }
    }
    default:
      return { pointer: at, message: `${show(error.data)} is not allowed; allowed: ${allowed(parent)}` }
  }
}

/** One error for each wrong field, in the order in which they were found. */
export function fieldErrors(part: Part, errors: readonly ErrorObject[], headerNames: readonly string[]): FieldError[] {
  const found = new Map<string, string>()
  for (const error of errors) {
    const { pointer, message } = explain(error)
    const field = fieldOf(part, pointer, headerNames)
    if (!found.has(field)) found.set(field, message)
  }
  return [...found].map(([field, message]) => ({ field, message }))
}
