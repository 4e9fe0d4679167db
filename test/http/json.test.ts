import t from 'tap'
import fc from 'fast-check'
import { canonicalJson, digestOf } from '../../src/http/canonical.ts'
import { parseJson } from '../../src/http/json.ts'

/** Values whose keys are not refused on purpose. */
const values = fc
  .jsonValue({ maxDepth: 5 })
  .filter((value) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(value)))

t.test('every JSON text is read as JSON.parse reads it', async (t) => {
  fc.assert(
    fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      t.strictSame(parseJson(text), JSON.parse(text))
    }),
    { numRuns: 300 }
  )
  t.strictSame(parseJson(' {"a" : [ 1 , -2.5e3 , "x\\u0041\\"" , null ] , "b" : {} }\r\n'), {
    a: [1, -2500, 'xA"', null],
    b: {}
  })
})

t.test('whatever JSON.parse refuses is refused, with a place', async (t) => {
  const alphabet = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '1',
    '01',
    'true',
    'nul',
    ' ',
    '\n',
    '\\',
    '\u00a0'
  )
  fc.assert(
    fc.property(fc.array(alphabet, { minLength: 1, maxLength: 8 }), (parts) => {
      const text = parts.join('')
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      if (valid) return
      t.throws(() => parseJson(text), { code: 'invalid_request', message: /line \d+, column \d+: / }, text)
    }),
    { numRuns: 500 }
  )
})

t.test('the place of a fault is exact', async (t) => {
  const rows = [
    ['{"a":1,}', 'line 1, column 8: found }, expected a key'],
    ['{"a" 1}', 'line 1, column 6: found 1, expected ":"'],
    ['[1 2]', 'line 1, column 4: found 2, expected "," or an end'],
    ['[1]\n[2]', 'line 2, column 1: found [, expected nothing more'],
    ['{"a":\n  "b\n"}', 'line 2, column 3'],
    ['[1}', 'line 1, column 3: found }'],
    ['{a:1}', 'line 1, column 2: found a, expected a key or "}"'],
    ['"open', 'line 1, column 1: found ", expected a value'],
    ['   ', 'line 1, column 4: the text ends, expected a value'],
    ["{'a':1}", 'line 1, column 2']
  ] as const
  for (const [text, words] of rows) {
    try {
      parseJson(text)
      t.fail(text)
    } catch (error) {
      t.ok(error instanceof Error && error.message.includes(words), `${text}: ${String(error)}`)
    }
  }
})

t.test('a key may stand once in an object, and again in another', async (t) => {
  t.throws(() => parseJson('{"step":1,"st\\u0065p":2}'), /stands twice/)
  t.same(parseJson('[{"step":1},{"step":2}]'), [{ step: 1 }, { step: 2 }])
})

t.test('a large body is read in reasonable time', async (t) => {
  const text = JSON.stringify({
    vars: Object.fromEntries(Array.from({ length: 8000 }, (_, i) => [`k${i}`, 'v"\\'.repeat(5)]))
  })
  t.same(parseJson(text), JSON.parse(text))
  t.same(parseJson(`"${'\\"'.repeat(120_000)}"`), '"'.repeat(120_000))
})

t.test('canonical JSON is the same for the same meaning, and another for another', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), values), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse())
      t.equal(digestOf(value), digestOf(turned))
      t.strictSame(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 200 }
  )
  t.not(digestOf({ a: [1, 2] }), digestOf({ a: [2, 1] }))
  t.not(digestOf({ a: 1 }), digestOf({ a: '1' }))
  t.equal(digestOf({ a: 1, b: undefined }), digestOf({ a: 1 }))
})
