/**
 * JSON bodies, read strictly: malformed text is told with line and column, a key may stand only once (two `step`s in one order
 * would be a riddle), and keys that reach for a prototype are refused.
 */
import { ShiftError } from '../errors.ts'

const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']
const DEPTH_MAX = 64
/** More than a migration of hundreds of routes has; each is looked at by every rule of a schema. */
const TOKENS_MAX = 40_000
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^ \t\r\n{}[\],:"]+|"/gs

type Expected = 'a value' | 'a value or "]"' | 'a key' | 'a key or "}"' | '":"' | '"," or an end' | 'nothing more'

interface Open {
  readonly kind: '{' | '['
  readonly keys: Set<string>
}

/** Line and column, from 1. */
function place(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `line ${line}, column ${offset - (before.lastIndexOf('\n') + 1) + 1}`
}

function fail(text: string, offset: number, what: string): never {
  const message = `${place(text, offset)}: ${what}`
  throw new ShiftError('invalid_request', `the body is not valid JSON: ${message}`, {
    errors: [{ field: '', message }]
  })
}

function isScalar(token: string): boolean {
  try {
    JSON.parse(token)
    return !'{}[],:'.includes(token)
  } catch {
    return false
  }
}

/** Walks the tokens of one document; throws at the first that may not stand where it stands. */
function walk(text: string): void {
  const open: Open[] = []
  let expected: Expected = 'a value'
  const closed = (): Expected => (open.length === 0 ? 'nothing more' : '"," or an end')
  let tokens = 0
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0]
    tokens += 1
    if (tokens > TOKENS_MAX) fail(text, match.index, `more than ${TOKENS_MAX} keys, values and signs`)
    const wrong = () =>
      fail(text, match.index, `found ${token.length > 20 ? `${token.slice(0, 20)}…` : token}, expected ${expected}`)
    const inside = open.at(-1)
    if (token === '{' || token === '[') {
      if (!expected.startsWith('a value')) wrong()
      if (open.length === DEPTH_MAX) fail(text, match.index, `nested deeper than ${DEPTH_MAX} levels`)
      open.push({ kind: token, keys: new Set() })
      expected = token === '{' ? 'a key or "}"' : 'a value or "]"'
    } else if (token === '}' || token === ']') {
      const fits =
        inside?.kind === (token === '}' ? '{' : '[') &&
        (expected === '"," or an end' || expected.endsWith(`"${token}"`))
      if (!fits) wrong()
      open.pop()
      expected = closed()
    } else if (token === ',') {
      if (expected !== '"," or an end') wrong()
      expected = inside?.kind === '{' ? 'a key' : 'a value'
    } else if (token === ':') {
      if (expected !== '":"') wrong()
      expected = 'a value'
    } else if (!isScalar(token)) {
      wrong()
    } else if (expected.startsWith('a key')) {
      if (!token.startsWith('"')) wrong()
      takeKey(text, match.index, token, inside?.keys)
      expected = '":"'
    } else {
      if (!expected.startsWith('a value')) wrong()
      expected = closed()
    }
  }
  if (expected !== 'nothing more') fail(text, text.length, `the text ends, expected ${expected}`)
}

function takeKey(text: string, offset: number, token: string, keys: Set<string> | undefined): void {
  const key: unknown = JSON.parse(token)
  if (typeof key !== 'string' || !keys) return
  if (FORBIDDEN_KEYS.includes(key)) fail(text, offset, `the key ${token} is not allowed`)
  if (keys.has(key)) fail(text, offset, `the key ${token.slice(0, 60)} stands twice`)
  keys.add(key)
}

/** The value of a JSON text; undefined for an empty one. Throws `invalid_request` with the place of the fault. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined
  walk(text)
  return JSON.parse(text)
}
