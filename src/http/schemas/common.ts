/**
 * Pieces that the schemas share. A schema stands once: it validates the request, types the handler and is the document.
 */
import { Type, type Static, type TSchema } from 'typebox'
import type { FastifyTypeProvider } from 'fastify'
import { CODES, type Code } from '../../errors.ts'

/** Lets Fastify type a handler's body, query and parameters by the route's schemas. */
export interface Typed extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** One of a closed set of words. */
export function oneOf<const T extends string>(
  values: readonly T[],
  options: { description?: string; default?: T } = {}
) {
  return Type.Unsafe<T>({ type: 'string', enum: values, ...options })
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** A closed object: a key that is not named is an error. */
export function closed<T extends Record<string, TSchema>>(properties: T, options: { examples?: unknown[] } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

export const At = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })

export const Percent = Type.Number({ minimum: 0, maximum: 100, description: 'Percent of traffic meant for new' })

/** A reference to a component of the document. */
export function ref(id: string) {
  return Type.Unsafe<unknown>({ $ref: `${id}#` })
}

/** One page of a list. */
export function pageOf(id: string) {
  return Type.Object({
    items: Type.Array(ref(id)),
    next: nullable(Type.String({ description: 'Ask for the next page with it' }))
  })
}

/** Problems that any call can end in. */
const ALWAYS: readonly Code[] = ['too_many_requests', 'internal', 'store_unavailable']

interface Success {
  readonly status: 200 | 201 | 202
  readonly description: string
  readonly content: Readonly<Record<string, TSchema>>
  readonly headers?: Readonly<Record<string, { readonly type: string; readonly description: string }>>
}

/** The `response` part of a route's schema: what it answers when it works, and the problem documents it can end in. */
export function responses(success: Success, codes: readonly Code[]): Record<string, unknown> {
  const problems = new Map<number, Code[]>()
  for (const code of [...codes, ...ALWAYS]) {
    const status = CODES[code][0]
    problems.set(status, [...(problems.get(status) ?? []), code])
  }
  const content = Object.fromEntries(Object.entries(success.content).map(([type, schema]) => [type, { schema }]))
  const { description, headers } = success
  return {
    [success.status]: { description, content, ...(headers ? { headers } : {}) },
    ...Object.fromEntries(
      [...problems].map(([status, all]) => [
        status,
        {
          description: all.map((code) => `\`${code}\`: ${CODES[code][1]}`).join('. '),
          content: { 'application/problem+json': { schema: ref('Problem') } }
        }
      ])
    )
  }
}

/** What works and answers one JSON document. */
export function json(status: 200 | 201 | 202, description: string, schema: TSchema): Success {
  return { status, description, content: { 'application/json': schema } }
}
