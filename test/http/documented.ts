/**
 * Checks an answer against the OpenAPI document that the app itself serves: the status must be documented, and the body must
 * match its schema exactly: a field that the schema does not name is a fault.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createRequire } from 'node:module'
import type { Ajv } from 'ajv'

const addFormats = createRequire(import.meta.url)('ajv-formats') as (ajv: Ajv2020 | Ajv) => void

type Json = { [key: string]: any }

/** Objects that list their properties have no others. */
function closeObjects(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeObjects)
  if (typeof schema !== 'object' || schema === null) return schema
  const closed: Json = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closeObjects(value)]))
  if (closed['properties'] && closed['additionalProperties'] === undefined) closed['additionalProperties'] = false
  return closed
}

export interface Answer {
  readonly statusCode: number
  readonly headers: { readonly [name: string]: unknown }
  readonly body: string
}

export function documented(document: Json): (method: string, url: string, answer: Answer) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema({ $id: 'doc', components: closeObjects(document['components']) })
  const compiled = new Map<string, ValidateFunction>()
  const templates = Object.keys(document['paths']).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`)
  }))
  const check = (key: string, schema: unknown): ValidateFunction => {
    const text = JSON.stringify(closeObjects(schema)).replaceAll('"#/components', '"doc#/components')
    const made = compiled.get(key) ?? ajv.compile(JSON.parse(text))
    compiled.set(key, made)
    return made
  }
  return (method, url, { statusCode, headers, body }) => {
    const path = url.split('?')[0] ?? ''
    if (/^\/(docs|assets)/.test(path)) return null
    const sent = headers['content-type']
    const type = typeof sent === 'string' ? (sent.split(';')[0] ?? '') : ''
    const template = templates.find(({ pattern }) => pattern.test(path))?.template ?? ''
    const operation = document['paths'][template]?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
    if (!operation) {
      const valid = check('problem', { $ref: '#/components/schemas/Problem' })
      return statusCode >= 400 && valid(JSON.parse(body)) ? null : `${method} ${url}: ${JSON.stringify(valid.errors)}`
    }
    const response = operation.responses[statusCode]
    if (!response) return `${method} ${template} does not document ${statusCode}`
    if (!response.content) return body === '' ? null : `${method} ${template} ${statusCode} should have no body`
    const media = response.content[type]
    if (!media) return `${method} ${template} ${statusCode} does not document ${type}`
    if (!type.endsWith('json') || method === 'HEAD') return null
    const valid = check(`${method} ${template} ${statusCode} ${type}`, media.schema)
    return valid(JSON.parse(body)) ? null : `${method} ${template} ${statusCode}: ${JSON.stringify(valid.errors)}`
  }
}
