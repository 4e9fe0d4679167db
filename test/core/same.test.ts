import t from 'tap'
import fc from 'fast-check'
import { sameJson } from '../../src/core/same.ts'

t.test('two values are the same exactly where the same JSON would be stored of them', (t) => {
  const tree = fc.jsonValue({ maxDepth: 3 })
  fc.assert(fc.property(tree, tree, (a, b) => sameJson(a, b) === (canonical(a) === canonical(b))))
  fc.assert(fc.property(tree, (a) => sameJson(a, JSON.parse(JSON.stringify(a)))))
  t.end()
})

t.test('a field that is undefined is absent, and the order of fields does not count', (t) => {
  t.ok(sameJson({ a: 1, b: undefined }, { a: 1 }))
  t.ok(sameJson({ a: 1 }, { a: 1, b: undefined }))
  t.ok(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 }))
  t.notOk(sameJson({ a: 1 }, { a: 1, b: null }))
  t.notOk(sameJson([1], { 0: 1 }))
  t.end()
})

/** With the fields in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )
}
