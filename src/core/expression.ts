/**
 * The arithmetic of a metric gate (CONTRACT 4.1): numbers, ids, `+ - * / ( )` and a minus sign, nothing else. Text from a policy
 * is parsed into data and evaluated by a fold over it; it is never run. What has no value has none: nothing here becomes 0.
 */

/** A parsed expression. Plain JSON. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'minus'; readonly of: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: '+' | '-' | '*' | '/'
      readonly left: Expression
      readonly right: Expression
    }

/** Why a text is no expression. `at` counts characters from 0. */
export interface ExpressionProblem {
  readonly kind: 'problem'
  readonly at: number
  readonly detail: string
}

/** As CloudWatch's own limit for an expression. */
const MAX_LENGTH = 2048
/** Parentheses and signs within each other; far beyond what anybody writes. */
const MAX_DEPTH = 50

interface Token {
  readonly kind: 'number' | 'id' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))/y

/** `failed / (all + 1)` as data, or why it is none. Never throws. */
export function parseExpression(text: string): Expression | ExpressionProblem {
  if (text.length > MAX_LENGTH) return problem(MAX_LENGTH, `longer than ${MAX_LENGTH} characters`)
  const tokens = tokensOf(text)
  if ('kind' in tokens) return tokens
  const reader = readerOf(tokens)
  const found = sum(reader, 0)
  if (found.kind === 'problem') return found
  const rest = reader.peek()
  return rest.kind === 'end' ? found : problem(rest.at, `an operator is missing before ${named(rest)}`)
}

/** Every id that it names, each once, in order of appearance. */
export function idsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'id':
      return [expression.id]
    case 'minus':
      return idsOf(expression.of)
    case 'binary':
      return [...new Set([...idsOf(expression.left), ...idsOf(expression.right)])]
  }
}

/** Its value; null where an id has none, after a division by zero, or where the result is no finite number. */
export function evaluate(expression: Expression, valueOf: (id: string) => number | null): number | null {
  switch (expression.kind) {
    case 'number':
      return finite(expression.value)
    case 'id':
      return finite(valueOf(expression.id))
    case 'minus': {
      const value = evaluate(expression.of, valueOf)
      return value === null ? null : -value
    }
    case 'binary': {
      const left = evaluate(expression.left, valueOf)
      const right = evaluate(expression.right, valueOf)
      return left === null || right === null ? null : finite(calculate(expression.operator, left, right))
    }
  }
}

function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

function tokensOf(text: string): readonly Token[] | ExpressionProblem {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  let at = 0
  while (at < end) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)
    if (!found) {
      const bad = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
      return problem(bad, `${text[bad] ?? ''} is not allowed: numbers, ids, + - * / and parentheses are`)
    }
    const [, number, id, sign] = found
    const piece = number ?? id ?? sign ?? ''
    const kind = number !== undefined ? 'number' : id !== undefined ? 'id' : 'sign'
    at = TOKEN.lastIndex
    tokens.push({ kind, text: piece, at: at - piece.length })
  }
  return [...tokens, { kind: 'end', text: '', at: end }]
}

interface Reader {
  peek(): Token
  take(): Token
}

function readerOf(tokens: readonly Token[]): Reader {
  let next = 0
  const last = tokens.length - 1
  const peek = (): Token => tokens[Math.min(next, last)] ?? { kind: 'end', text: '', at: 0 }
  return {
    peek,
    take: () => {
      const token = peek()
      next += 1
      return token
    }
  }
}

type Parsed = Expression | ExpressionProblem

function sum(reader: Reader, depth: number): Parsed {
  return chain(reader, ['+', '-'], () => product(reader, depth))
}

function product(reader: Reader, depth: number): Parsed {
  return chain(reader, ['*', '/'], () => factor(reader, depth))
}

/** Operators of one rank, from left to right. */
function chain(reader: Reader, operators: readonly string[], operand: () => Parsed): Parsed {
  let left = operand()
  while (left.kind !== 'problem' && reader.peek().kind === 'sign' && operators.includes(reader.peek().text)) {
    const operator = reader.take().text as '+' | '-' | '*' | '/'
    const right = operand()
    left = right.kind === 'problem' ? right : { kind: 'binary', operator, left, right }
  }
  return left
}

function factor(reader: Reader, depth: number): Parsed {
  const token = reader.take()
  if (depth > MAX_DEPTH) return problem(token.at, 'too deeply nested')
  if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
  if (token.kind === 'id') return { kind: 'id', id: token.text }
  if (token.text === '-') {
    const of = factor(reader, depth + 1)
    return of.kind === 'problem' ? of : { kind: 'minus', of }
  }
  if (token.text !== '(') return problem(token.at, `a number or an id is missing before ${named(token)}`)
  const inner = sum(reader, depth + 1)
  if (inner.kind === 'problem') return inner
  const close = reader.take()
  return close.text === ')' ? inner : problem(close.at, `a closing parenthesis is missing before ${named(close)}`)
}

function named(token: Token): string {
  return token.kind === 'end' ? 'the end' : token.text
}

function problem(at: number, detail: string): ExpressionProblem {
  return { kind: 'problem', at, detail }
}
