/**
 * A migration document to the Migration of the core: shape, then routes, then what holds between routes. Never reads files
 * nor asks AWS.
 */
import { gateProblems } from '../core/policyRules.ts'
import { claimsOf, type Migration, type RouteSpec } from '../core/migration.ts'
import { checkOf } from './check.ts'
import { gateComplaints, probeComplaints } from './gateRules.ts'
import { toGate } from './gates.ts'
import { complain, type Complaint } from './problem.ts'
import { readAs, readInline, type Inline, type Read, type Reader } from './read.ts'
import { toRoute } from './routes.ts'
import { migrationSchema, type MigrationDocument } from './schemas/migration.ts'
import { eitherOf } from './suggest.ts'

const check = checkOf(migrationSchema)

/** Reads the value of one document of kind Migration. */
export const readMigration: Reader<Migration> = (value, written, region = null): Read<Migration> => {
  const { value: doc, complaints } = check(value, written)
  if (doc === null) return { value: null, complaints }
  const found: Complaint[] = [...complaints]
  const outer = { defaults: doc.defaults, region }
  const specs = doc.routes.map((route, i) => toRoute(route, outer, ['routes', i], (one) => found.push(one)))
  const routes = specs.filter((route) => route !== null)
  const gates = doc.gates.map(toGate)
  found.push(
    ...sameNames(doc),
    ...sameClaims(doc, specs),
    ...strangers(doc),
    ...gateComplaints(doc.gates),
    ...gateProblems(gates).map((one) => ({ ...one, at: 'value' as const }))
  )
  const { name, description } = doc
  const versions = doc.versions ? { from: doc.versions.from, to: doc.versions.to } : null
  return readAs({ name, description, versions, routes, gates }, found)
}

/** An inline migration of a request; `root` is the JSON pointer to it, `region` that of the daemon's settings. */
export function parseMigrationObject(value: unknown, root = '', region: string | null = null): Inline<Migration> {
  return readInline(withoutProbes, 'Migration', value, root, region)
}

const withoutProbes: Reader<Migration> = (value, written, region) => {
  const probes = probeComplaints(value)
  const { value: migration, complaints } = readMigration(value, written, region)
  return readAs(migration, [...probes, ...complaints])
}

function sameNames({ routes }: MigrationDocument): readonly Complaint[] {
  return routes.flatMap(({ name }, i) =>
    routes.findIndex((route) => route.name === name) < i
      ? [complain(['routes', i, 'name'], `there is another route named ${name}: names must differ`)]
      : []
  )
}

/** Two routes may not be one and the same listener, rule or record: each would undo what the other writes. */
function sameClaims(doc: MigrationDocument, routes: readonly (RouteSpec | null)[]): readonly Complaint[] {
  return routes.flatMap((route, i) => {
    const claims = route === null ? [] : claimsOf(route)
    const first = routes.findIndex((other) => other !== null && claimsOf(other).some((claim) => claims.includes(claim)))
    if (route === null || first >= i) return []
    const message = `is what route ${doc.routes[first]?.name} moves already: a route of its own for each`
    switch (route.type) {
      case 'alb':
        return [complain(['routes', i, route.target.kind], `${message} listener or rule`)]
      case 'route53':
        return [complain(['routes', i, 'record'], `${message} record; all its types move together`)]
    }
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
