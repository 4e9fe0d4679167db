import t from 'tap'
import fc from 'fast-check'
import { readYaml } from '../../src/config/yaml.ts'
import { substitute } from '../../src/config/substitute.ts'
import { spoken } from './support.ts'

const valueOf = (text: string, env: Record<string, string> = {}) => {
  const { documents, problems } = readYaml(text, 'f.yaml', env)
  t.same(spoken(problems), [])
  return documents[0]?.value
}

t.test('a file holds any number of documents; empty ones are left out', async (t) => {
  const values = (text: string) => readYaml(text, 'f.yaml', {}).documents.map(({ value }) => value)
  t.same(values('a: 1\n---\nb: 2\n---\n'), [{ a: 1 }, { b: 2 }])
  t.same(values('---\n---\n# nothing\n---\na: 1'), [{ a: 1 }])
  t.same(values(''), [])
  t.same(values('# only a comment\n'), [])
})

t.test('the document after a broken one is still read, and lines count from the top of the file', async (t) => {
  const { documents, problems } = readYaml('a: [1\n---\nb: 1\nb: 2\n---\nc: 3\n', 'f.yaml', {})
  t.same(
    documents.map(({ value }) => value),
    [{ c: 3 }]
  )
  t.match(spoken(problems), [/^f\.yaml:2:1: not valid YAML/, /^f\.yaml:4:1: this key stands twice/])
  t.same(documents[0]?.place(['c'], 'value'), { line: 6, column: 4 })
})

t.test('a plain value from the environment gets the type it would have had; one in quotes stays text', async (t) => {
  const env = { PORT: '8080', YES: 'true', NONE: '', RATE: '1.5', HEX: '12e5', NAME: 'shop' }
  t.equal(valueOf('${PORT}', env), 8080)
  t.equal(valueOf('"${PORT}"', env), '8080')
  t.equal(valueOf('${YES}', env), true)
  t.equal(valueOf('${RATE}', env), 1.5)
  t.equal(valueOf("'${HEX}'", env), '12e5')
  t.equal(valueOf('a-${NAME}-${PORT}', env), 'a-shop-8080')
  t.equal(valueOf('|\n  ${NAME}\n', env), 'shop\n')
  t.same(valueOf('a: ${NONE}\n', env), { a: null })
})

t.test('a default counts where the variable is not set, or set to nothing', async (t) => {
  t.equal(valueOf('${PORT:-8080}'), 8080)
  t.equal(valueOf('${PORT:-8080}', { PORT: '' }), 8080)
  t.equal(valueOf('${PORT:-8080}', { PORT: '0' }), 0)
  t.equal(valueOf('"${URL:-http://a:1/b}"'), 'http://a:1/b')
  t.equal(valueOf('"${X:-}"'), '')
})

t.test('two dollars make a literal one', async (t) => {
  t.equal(valueOf('$${NAME}'), '${NAME}')
  t.equal(valueOf('$cluster costs $5'), '$cluster costs $5')
})

t.test('a value cannot bring in YAML of its own, whatever it is', async () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('a: ${X}\nb: 1\n', 'a: "${X}"\nb: 1\n', 'a: >\n  ${X}\nb: 1\n'),
      (x, text) => {
        const [doc] = readYaml(text, 'f.yaml', { X: x }).documents
        const value = doc?.value
        if (typeof value !== 'object' || value === null) return false
        const { a, b, ...rest } = value as Record<string, unknown>
        return b === 1 && Object.keys(rest).length === 0 && (typeof a !== 'object' || a === null)
      }
    )
  )
  t.same(valueOf('a: ${X}', { X: '{ b: 1 }' }), { a: '{ b: 1 }' })
  t.same(valueOf('a: ${X}', { X: '1\nb: 2' }), { a: '1\nb: 2' })
  t.same(valueOf('a: ${X}', { X: '*x' }), { a: '*x' })
  t.same(valueOf('a: ${X}', { X: '${Y}' }), { a: '${Y}' }, 'nor another variable')
})

t.test('keys are never substituted', async (t) => {
  t.same(valueOf('${X}: 1', { X: 'a' }), { '${X}': 1 })
})

t.test('text without a reference is left alone, and every fault of a text is told', async (t) => {
  t.same(substitute('no $reference here', {}), { kind: 'untouched' })
  t.match(substitute('${A} ${1B} ${C', {}), {
    kind: 'failed',
    messages: [/variable A is not set/, /\$\{1B\} is not/, /\$\{C is not/]
  })
})

t.test('an unset variable is told at its place, and hides no other problem', async (t) => {
  const { problems, documents } = readYaml('a:\n  - 1\n  - ${GONE}\n', 'f.yaml', {})
  t.match(spoken(problems), [/^f\.yaml:3:5: the environment variable GONE is not set/])
  const complaint = (index: number) => ({ severity: 'error', path: ['a', index], at: 'value', message: 'no' }) as const
  t.same(
    documents[0]?.problems([complaint(0), complaint(1)]).map(({ key }) => key),
    ['a[0]']
  )
})

t.test('anchors work within limits', async (t) => {
  t.same(valueOf('a: &x { b: 1 }\nc: *x\n'), { a: { b: 1 }, c: { b: 1 } })
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed'].map((pair) => pair.split(''))) {
    bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`)
  }
  const { documents, problems } = readYaml(bomb.join('\n'), 'f.yaml', {})
  t.same(documents, [])
  t.match(spoken(problems), [/^f\.yaml:1:1: anchors and aliases expand to too much/])
})

t.test('what is nested thousands deep is a problem and not a crash', async (t) => {
  for (const text of ['['.repeat(20_000), `${'['.repeat(20_000)}${']'.repeat(20_000)}`, '- '.repeat(20_000)]) {
    const { documents, problems } = readYaml(text, 'f.yaml', {})
    t.equal(documents.length, 0)
    t.ok(problems.length > 0)
  }
})

t.test('values are plain and share nothing', async (t) => {
  const value = valueOf('a: &x { b: 1 }\nc: *x\n__proto__: { polluted: true }\n') as Record<
    string,
    Record<string, unknown>
  >
  t.not(value['a'], value['c'])
  t.notOk('polluted' in {})
  t.ok(Object.hasOwn(value, '__proto__'), 'it is a key like any other, so that it can be refused')
})

t.test('places: of keys, values, list items, aliases, and of what is missing', async (t) => {
  const [doc] = readYaml('a:\n  b: [1, { c: 2 }]\nd: &x { e: 1 }\nf: *x\n', 'f.yaml', {}).documents
  const at = (path: (string | number)[], what: 'key' | 'value') => {
    const { line, column } = doc?.place(path, what) ?? {}
    return `${line}:${column}`
  }
  t.equal(at([], 'value'), '1:1')
  t.equal(at(['a', 'b'], 'key'), '2:3')
  t.equal(at(['a', 'b'], 'value'), '2:6')
  t.equal(at(['a', 'b', 1], 'value'), '2:10')
  t.equal(at(['a', 'b', 1, 'c'], 'key'), '2:12')
  t.equal(at(['a', 'b', 1, 'missing'], 'value'), '2:10')
  t.equal(at(['a', 'missing'], 'value'), '1:1')
  t.equal(at(['f'], 'value'), '4:4')
  t.equal(at(['f', 'e'], 'value'), '3:12')
  t.equal(at(['f', 'missing'], 'value'), '4:1')
})
