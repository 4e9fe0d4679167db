/**
 * Policies and migrations on disk, and reading them again.
 */
import { ShiftError, type Code } from '../../errors.ts'
import type { Migration } from '../../core/migration.ts'
import type { Policy } from '../../core/policy.ts'
import type { Named } from '../../engine/sluice.ts'
import { migrationDocument, policyDocument, type Document } from '../catalogueDocuments.ts'
import type { AppDeps } from '../deps.ts'
import { json, pageOf, ref, responses } from '../schemas/common.ts'
import { NameParams } from '../schemas/queries.ts'
import type { Routes } from './route.ts'

interface Kind<T> {
  readonly plural: 'policies' | 'migrations'
  readonly title: string
  readonly missing: Code
  all(): readonly Named<T>[]
  document(value: T): Document
}

function shown<T>(kind: Kind<T>, { name, file, value }: Named<T>) {
  return { name, file, document: kind.document(value) }
}

function find<T>(kind: Kind<T>, name: string) {
  const found = kind.all().find((each) => each.name === name)
  if (found) return shown(kind, found)
  const names = kind.all().map((each) => each.name)
  const asked = name.length > 100 ? `${name.slice(0, 100)}…` : name
  throw new ShiftError(
    kind.missing,
    `there is no ${JSON.stringify(asked)} among the ${kind.plural}; there are: ${names.length === 0 ? 'none' : names.join(', ')}`
  )
}

function kindRoutes<T>(app: Routes, kind: Kind<T>): void {
  const tags = ['catalogue']
  const list = {
    operationId: `list${kind.title}`,
    summary: `All ${kind.plural}`,
    tags,
    response: responses(json(200, `All ${kind.plural}`, pageOf('Document')), [
      'invalid_request',
      'unauthorized',
      'forbidden'
    ])
  }
  const one = {
    operationId: `get${kind.title}`,
    summary: `One of the ${kind.plural}`,
    tags,
    params: NameParams,
    response: responses(json(200, 'The document', ref('Document')), [
      'invalid_request',
      'unauthorized',
      'forbidden',
      kind.missing
    ])
  }
  app.get(`/v1/${kind.plural}`, { schema: list, config: { access: 'viewer' } }, async () => ({
    items: kind.all().map((each) => shown(kind, each)),
    next: null
  }))
  app.get(`/v1/${kind.plural}/:name`, { schema: one, config: { access: 'viewer' } }, async ({ params }) =>
    find(kind, params.name)
  )
}

export function catalogueRoutes(app: Routes, { sluice }: AppDeps): void {
  const { catalogue } = sluice
  kindRoutes<Policy>(app, {
    plural: 'policies',
    title: 'Policies',
    missing: 'policy_not_found',
    all: () => catalogue.policies(),
    document: policyDocument
  })
  kindRoutes<Migration>(app, {
    plural: 'migrations',
    title: 'Migrations',
    missing: 'migration_not_found',
    all: () => catalogue.migrations(),
    document: migrationDocument
  })
  const schema = {
    operationId: 'reload',
    summary: 'Read policies and migrations again: all or nothing',
    tags: ['catalogue'],
    response: responses(json(200, 'How many were read', ref('Reloaded')), [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'body_too_large',
      'unsupported_media_type',
      'invalid_configuration'
    ])
  }
  app.post('/v1/reload', { schema, config: { access: 'admin' } }, async () => catalogue.reload())
}
