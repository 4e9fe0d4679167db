/**
 * external-dns can keep its records of ownership under a prefix or suffix that only its own flags tell (--txt-prefix, --txt-suffix):
 * `PREFIX` + `a-` + first label + `SUFFIX` + rest of the name. Which of them are a route's is worked out from what else stands there. Pure.
 * https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/
 */
import type { Route53RouteSpec } from '../../../core/migration.ts'
import { plainName, type RecordSet, type RecordSets } from '../records.ts'

/** The domain that a record's name is in, where records beside it can be looked for; null for a wildcard and for the top of a domain. */
export function parentOf({ record }: Pick<Route53RouteSpec, 'record'>): string | null {
  const [label = '', ...rest] = record.split('.')
  return label === '*' || rest.length < 2 ? null : rest.join('.')
}

/** Those of `beside` that are TXT records and belong to the route's name by their own. */
export function affixedOwners(route: Route53RouteSpec, beside: RecordSets): RecordSets {
  const parent = parentOf(route)
  if (parent === null) return []
  const own = firstLabel(route.record)
  // Of `api` and `my-api`, which both stand in `a-my-api`, the longer one is meant.
  const others = new Set(beside.filter(({ Type }) => Type !== 'TXT').flatMap((set) => labelIn(set, parent)))
  return beside.filter((set) => {
    const [front] = set.Type === 'TXT' ? frontIn(set, parent) : []
    if (front === undefined || !holds(front, own)) return false
    return ![...others].some((label) => label.length > own.length && label.includes(own) && holds(front, label))
  })
}

/** What stands before the parent in the name of a set. */
function frontIn({ Name = '' }: RecordSet, parent: string): readonly string[] {
  const name = plainName(Name)
  return name.endsWith(`.${parent}`) ? [name.slice(0, -parent.length - 1)] : []
}

function labelIn(set: RecordSet, parent: string): readonly string[] {
  return frontIn(set, parent).filter((front) => !front.includes('.'))
}

/** As a word of its own: between the ends, dots, dashes and the like. */
function holds(front: string, label: string): boolean {
  const at = front.indexOf(label)
  if (at < 0) return false
  const around = [front[at - 1], front[at + label.length]]
  if (around.every((sign) => sign === undefined || !/[a-z0-9]/.test(sign))) return true
  return holds(front.slice(at + 1), label)
}

function firstLabel(name: string): string {
  return name.split('.')[0] ?? ''
}
