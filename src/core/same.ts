/**
 * Whether two plain values would be stored as the same JSON, without writing any: what both share, which is most of a state
 * that a decision did not touch, is not looked into.
 */

/** A field that is undefined counts as absent, as in JSON; the order of fields does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameItems(a, b)
  return sameFields(a, b)
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
}

function sameFields(a: object, b: object): boolean {
  const [one, other] = [fieldsOf(a), fieldsOf(b)]
  for (const name of Object.keys(one)) if (!sameJson(one[name], other[name])) return false
  return Object.keys(other).every((name) => other[name] === undefined || one[name] !== undefined)
}

function fieldsOf(value: object): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>
}
