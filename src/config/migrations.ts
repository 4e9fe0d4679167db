/**
 * A migration document to the Migration of the core: shape, then routes, then what holds between routes. Never reads files
 * nor asks AWS.
 */
import { gateProblems } from '../core/policy-rules.ts'
import type { AlbRouteSpec, Migration } from '../core/migration.ts'
import { checkOf } from './check.ts'
import { toGate } from './gates.ts'
import { complain, type Complaint } from './problem.ts'
import { readAs, readInline, type Inline, type Read, type Reader } from './read.ts'
import { toRoute } from './routes.ts'
import { migrationSchema, type MigrationDocument } from './schemas/migration.ts'
import { eitherOf } from './suggest.ts'

const check = checkOf(migrationSchema)

/** Reads the value of one document of kind Migration. */
export const readMigration: Reader<Migration> = (value, written): Read<Migration> => {
  const { value: doc, complaints } = check(value, written)
  if (doc === null) return { value: null, complaints }
  const found: Complaint[] = [...complaints]
  const routes = doc.routes.flatMap(
    (route, i) => toRoute(route, doc.defaults, ['routes', i], (one) => found.push(one)) ?? []
  )
  const gates = doc.gates.map(toGate)
  found.push(
    ...sameNames(doc),
    ...sameKeys(doc, routes),
    ...strangers(doc),
    ...gateProblems(gates).map((one) => ({ ...one, at: 'value' as const }))
  )
  const { name, description } = doc
  const versions = doc.versions ? { from: doc.versions.from, to: doc.versions.to } : null
  return readAs({ name, description, versions, routes, gates }, found)
}

/** An inline migration of a request; `root` is the JSON pointer to it. */
export function parseMigrationObject(value: unknown, root = ''): Inline<Migration> {
  return readInline(readMigration, 'Migration', value, root)
}

function sameNames({ routes }: MigrationDocument): readonly Complaint[] {
  return routes.flatMap(({ name }, i) =>
    routes.findIndex((route) => route.name === name) < i
      ? [complain(['routes', i, 'name'], `there is another route named ${name}: names must differ`)]
      : []
  )
}

/** Two routes may not be one and the same listener or rule: each would undo what the other writes. */
function sameKeys(doc: MigrationDocument, routes: readonly AlbRouteSpec[]): readonly Complaint[] {
  return doc.routes.flatMap((route, i) => {
    const arn = route.listener ?? route.rule
    const first = doc.routes.findIndex((other) => (other.listener ?? other.rule) === arn)
    const valid = routes.some(({ target }) => target.arn === arn)
    if (arn === undefined || first >= i || !valid) return []
    const path = ['routes', i, route.listener === undefined ? 'rule' : 'listener']
    return [
      complain(
        path,
        `is what route ${doc.routes[first]?.name} moves already: a route of its own for each listener or rule`
      )
    ]
  })
}

function strangers({ routes, gates }: MigrationDocument): readonly Complaint[] {
  const names = routes.map(({ name }) => name)
  return gates.flatMap((gate, i) =>
    (gate.routes ?? []).flatMap((name, j) =>
      names.includes(name)
        ? []
        : [complain(['gates', i, 'routes', j], `there is no route ${name} here; it must be ${eitherOf(names)}`)]
    )
  )
}
