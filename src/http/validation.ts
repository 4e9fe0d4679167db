/**
 * Checks a request against the schemas of its route: body, query and headers together, so that all faults are told at once.
 * The framework's own validation stops at the first part, which is why it is not used. Bodies are never coerced.
 */
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import type { FastifyRequest, FastifySchema } from 'fastify'
import { parseDuration } from '../core/duration.ts'
import { ShiftError, type FieldError } from '../errors.ts'
import { detailOf } from './bounded.ts'
import { fieldErrors, type Part } from './fieldErrors.ts'

const OPTIONS: Options = {
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  verbose: true,
  useDefaults: true,
  removeAdditional: false,
  multipleOfPrecision: 6
}

function makeAjv(coerceTypes: boolean): Ajv2020 {
  const ajv = new Ajv2020({ ...OPTIONS, coerceTypes })
  ajv.addKeyword({ keyword: 'x-allowed', schemaType: 'string' })
  ajv.addKeyword({
    keyword: 'x-max-duration-ms',
    type: 'string',
    schemaType: 'number',
    validate: (limit: number, text: string) => {
      const ms = parseDuration(text)
      return ms !== null && ms <= limit
    }
  })
  return ajv
}

const STRICT = makeAjv(false)
/** Query values and headers arrive as text. */
const COERCING = makeAjv(true)

interface PartCheck {
  readonly part: Part
  readonly valid: ValidateFunction
  readonly names: readonly string[]
  /** Query parameters that hold lists, given as `a,b` or repeated. */
  readonly lists: readonly string[]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  return isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {}
}

function partCheck(part: Part, schema: unknown): PartCheck | null {
  if (!isObject(schema)) return null
  const properties = propertiesOf(schema)
  const isList = (name: string) => {
    const property = properties[name]
    return isObject(property) && property['type'] === 'array'
  }
  return {
    part,
    valid: (part === 'body' ? STRICT : COERCING).compile(schema),
    names: Object.keys(properties),
    lists: part === 'querystring' ? Object.keys(properties).filter(isList) : []
  }
}

/** Lists as lists; an absent optional body is an empty object. */
function prepare(check: PartCheck, request: FastifyRequest): unknown {
  if (check.part === 'body') return (request.body ??= {})
  if (check.part === 'headers') return request.headers
  const query = request.query
  if (!isObject(query)) return {}
  for (const name of check.lists) {
    const given = query[name]
    if (given !== undefined) {
      query[name] = [given].flat().flatMap((each: unknown) => (typeof each === 'string' ? each.split(',') : [each]))
    }
  }
  return query
}

function refuse(errors: readonly FieldError[]): never {
  throw new ShiftError('invalid_request', detailOf(errors), { errors })
}

/**
 * A check for the requests of one route. It throws `invalid_request` with every fault, and fills in defaults. A route without a
 * query schema takes no query.
 */
export function requestCheck(schema: FastifySchema): (request: FastifyRequest) => void {
  const querystring = schema.querystring ?? { type: 'object', properties: {}, additionalProperties: false }
  const checks = [
    partCheck('body', schema.body),
    partCheck('querystring', querystring),
    partCheck('headers', schema.headers)
  ].filter((check) => check !== null)
  return (request) => {
    const errors = checks.flatMap((check) => {
      // A body that is null stays null: it was sent.
      const value = check.part === 'body' && request.body === null ? null : prepare(check, request)
      return check.valid(value) ? [] : fieldErrors(check.part, check.valid.errors ?? [], check.names)
    })
    if (errors.length > 0) refuse(errors)
  }
}
