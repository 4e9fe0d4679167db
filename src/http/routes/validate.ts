/**
 * POST /v1/validate: what the daemon would say to a YAML text, without taking it over.
 */
import { Type } from 'typebox'
import { ShiftError } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { parseJson } from '../json.ts'
import { json, ref, responses } from '../schemas/common.ts'
import type { Routes } from './route.ts'

const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/plain']

const schema = {
  operationId: 'validate',
  summary: 'Check one or more YAML documents',
  description: 'As text, or as a JSON string that holds the text; a JSON object is a document too, as JSON is YAML.',
  tags: ['catalogue'],
  consumes: [...YAML_TYPES, 'application/json'],
  body: Type.String({ minLength: 1, 'x-allowed': 'one or more YAML documents as text' }),
  response: responses(json(200, 'What was found; `valid` says whether it would be taken', ref('Validation')), [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'body_too_large',
    'unsupported_media_type'
  ])
}

/** A JSON string is the text that it holds; any other JSON is its own text, so that errors name the right line. */
function textOf(body: string): string {
  const value = parseJson(body)
  return typeof value === 'string' ? value : body
}

export function validateRoutes(app: Routes, { validate }: AppDeps): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(YAML_TYPES, { parseAs: 'string' }, async (_request: unknown, text: string) => text)
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, text: string) =>
      textOf(text)
    )
    scope.post('/v1/validate', { schema, config: { access: 'viewer' } }, async ({ body }) => {
      if (typeof body !== 'string') throw new ShiftError('invalid_request', 'the body is empty; allowed: YAML as text')
      const { errors, warnings, names } = await validate(body)
      return { valid: errors.length === 0, errors, warnings, names }
    })
  })
}
