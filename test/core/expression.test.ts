import fc from 'fast-check'
import t from 'tap'
import { evaluate, idsOf, parseExpression, type Expression } from '../../src/core/expression.ts'

const VALUES: Readonly<Record<string, number | null>> = { failed: 3, all: 150, none: null, zero: 0 }

function parsed(text: string): Expression {
  const expression = parseExpression(text)
  if (expression.kind === 'problem') throw new Error(`${expression.at}: ${expression.detail}`)
  return expression
}

const value = (text: string) => evaluate(parsed(text), (id) => VALUES[id] ?? null)

t.test('arithmetic as everybody reads it: ranks, from left to right, parentheses, a minus sign', async (t) => {
  const rows: readonly (readonly [string, number])[] = [
    ['1', 1],
    ['.5 + 1.25', 1.75],
    ['failed / all', 0.02],
    ['failed/all*100', 2],
    ['100 * (failed / all)', 2],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['100 / 10 / 5', 2],
    ['-failed + 5', 2],
    ['2 - -3', 5],
    ['-(1 + 1) * 3', -6],
    ['  failed\t+\n1 ', 4],
    ['1-1', 0]
  ]
  for (const [text, wanted] of rows) t.equal(value(text), wanted, text)
})

t.test('what has no value has none: a missing id, a division by zero, and everything built on them', async (t) => {
  for (const text of [
    'none',
    '1 / 0',
    'failed / zero',
    '0 / zero',
    '1 + none * 0',
    '-(none)',
    'unknown',
    '(1/0) * 0'
  ]) {
    t.equal(value(text), null, text)
  }
  t.equal(
    evaluate(parsed('big * big'), () => 1e200),
    null,
    'too large to be a number'
  )
  t.equal(
    evaluate(parsed('x'), () => NaN),
    null
  )
})

t.test('a text that is no expression is told with its place', async (t) => {
  const rows: readonly (readonly [string, number, RegExp])[] = [
    ['', 0, /missing before the end/],
    ['1 +', 3, /missing before the end/],
    ['failed all', 7, /an operator is missing before all/],
    ['failed / / all', 9, /missing before \//],
    ['(1 + 2', 6, /closing parenthesis/],
    ['1 + 2)', 5, /before \)/],
    ['failed % all', 7, /% is not allowed/],
    ['a > 1', 2, /> is not allowed/],
    ['process.exit()', 7, /\. is not allowed/],
    ['2 ** 3', 3, /missing before \*/],
    ['1e5', 1, /before e5/]
  ]
  for (const [text, at, detail] of rows) {
    const found = parseExpression(text)
    t.match(found, { kind: 'problem', at, detail }, text)
  }
})

t.test('neither length nor depth can hurt', async (t) => {
  t.match(parseExpression(`${'1+'.repeat(2000)}1`), { kind: 'problem', detail: /longer than 2048/ })
  t.match(parseExpression('('.repeat(2000)), { kind: 'problem', detail: /too deeply nested/ })
  t.match(parseExpression(`${'-'.repeat(2000)}1`), { kind: 'problem', detail: /too deeply nested/ })
  t.equal(value(`${'('.repeat(40)}7${')'.repeat(40)}`), 7)
})

t.test('ids are named once, in their order', async (t) => {
  t.strictSame(idsOf(parsed('(b - a) / b * -c + 1')), ['b', 'a', 'c'])
  t.strictSame(idsOf(parsed('1 + 2')), [])
})

interface Written {
  readonly text: string
  readonly value: number | null
}

function combined(left: Written, operator: string, right: Written): Written {
  const [a, b] = [left.value, right.value]
  const results = {
    '+': (a ?? 0) + (b ?? 0),
    '-': (a ?? 0) - (b ?? 0),
    '*': (a ?? 0) * (b ?? 0),
    '/': (a ?? 0) / (b ?? 0)
  }
  const value = a === null || b === null ? null : (results[operator as keyof typeof results] ?? null)
  const finite = value !== null && Number.isFinite(value) ? value : null
  return { text: `(${left.text} ${operator} ${right.text})`, value: finite }
}

t.test('a printed tree is parsed to the same value, or to none where a part of it has none', async () => {
  const leaf: fc.Arbitrary<Written> = fc.oneof(
    fc.nat(1000).map((n) => ({ text: String(n), value: n })),
    fc.constantFrom('failed', 'all', 'zero', 'none').map((id) => ({ text: id, value: VALUES[id] ?? null }))
  )
  const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')).map(([a, o, b]) => combined(a, o, b))
    )
  }))
  fc.assert(
    fc.property(tree, (written) => value(written.text) === written.value),
    { numRuns: 500 }
  )
})

t.test('any text is parsed or refused, never thrown at', async () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => typeof parseExpression(text).kind === 'string'))
})
