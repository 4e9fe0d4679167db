/**
 * Requests that no honest client sends: made from the OpenAPI document, so that every path, parameter and body is reached, and
 * then spoilt.
 */
import * as fc from 'fast-check'
import { TOKENS } from '../build.ts'

type Json = { readonly [key: string]: any }

const METHODS = ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT', 'PATCH'] as const

/** Words that mean something to somebody: a prototype, a shell, a database, a template, a path, a terminal. */
const WORDS = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '',
  ' ',
  '.',
  '..',
  '../../../etc/passwd',
  '\u0000',
  'a\u0000b',
  '\u202E\u0000\uFEFF',
  '😀'.repeat(40),
  'ﷺ𝒳Ω≈ç√∫',
  '\uD800',
  "'; DROP TABLE shifts; --",
  '${AWS_SECRET_ACCESS_KEY}',
  '{{7*7}}',
  '$(reboot)',
  '<script>alert(1)</script>',
  'http://169.254.169.254/latest/meta-data/',
  'a'.repeat(5_000),
  'shop',
  'standard',
  'shf_01K00000000000000000000001'
]

const NUMBERS = [0, -0, -1, 1.5, 0.1, 100, 100.1, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324, Number.MAX_VALUE]

export const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) }
)

const key = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 }))
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double(), fc.maxSafeInteger())
const leaf = fc.oneof(word, number, fc.boolean(), fc.constant(null))

/** Any JSON, with names that are traps. Written by hand, as JSON.stringify would lose __proto__. */
const anyJson: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf.map((value) => JSON.stringify(value)),
    fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('node')), { maxLength: 4 })
      .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`)
  )
})).node

/** Texts that are no JSON, or too much of it. */
const NO_JSON = [
  '',
  ' ',
  '{',
  '}',
  '[1,]',
  '{"a":1,"a":2}',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '1e400',
  '-',
  '0123',
  'NaN',
  '\uFEFF{}',
  '{"reason":"\u0000"}',
  '{"reason":"\\ud800"}',
  '['.repeat(10_000),
  '{"a":'.repeat(10_000),
  `[${'1,'.repeat(50_000)}1]`,
  `{"reason":"${'x'.repeat(300_000)}"}`,
  `{"step":${'9'.repeat(1_000)}}`
]

const noJson = fc.oneof(fc.constantFrom(...NO_JSON), fc.string({ maxLength: 60, unit: 'binary' }))

/** Something near to what the schema allows, or next to it. */
function near(schema: Json): fc.Arbitrary<string> {
  const spoilt = { weight: 1, arbitrary: anyJson }
  const valid = (arbitrary: fc.Arbitrary<string>) => fc.oneof({ weight: 8, arbitrary }, spoilt)
  if (schema['enum']) return valid(fc.constantFrom(...schema['enum'].map((each: unknown) => JSON.stringify(each))))
  switch ([schema['type']].flat()[0]) {
    case 'object':
      return valid(nearObject(schema))
    case 'array':
      return valid(fc.array(near(schema['items'] ?? {}), { maxLength: 4 }).map((items) => `[${items.join(',')}]`))
    case 'integer':
    case 'number':
      return valid(fc.integer({ min: 0, max: 4 }).map(String))
    case 'boolean':
      return valid(fc.boolean().map(String))
    case 'string':
      return valid(word.map((text) => JSON.stringify(text)))
    default:
      return anyJson
  }
}

function nearObject(schema: Json): fc.Arbitrary<string> {
  const pairs = Object.entries<Json>(schema['properties'] ?? {}).map(([name, inner]) =>
    fc.tuple(fc.boolean(), near(inner)).map(([kept, value]) => {
      const needed = (schema['required'] ?? []).includes(name)
      return kept || needed ? [`${JSON.stringify(name)}:${value}`] : []
    })
  )
  const more = fc.oneof(
    { weight: 6, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.tuple(key, anyJson).map(([name, value]) => [`${JSON.stringify(name)}:${value}`]) }
  )
  return fc.tuple(fc.tuple(...pairs), more).map(([own, other]) => `{${[...own.flat(), ...other].join(',')}}`)
}

/** Stands for the id of a shift that is open. */
export const OPEN_SHIFT = 'the-open-shift'

/** One part of a path: encoded once, twice, half or not at all. */
const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(OPEN_SHIFT, 'shf_01K00000000000000000000001') },
  { weight: 1, arbitrary: fc.constantFrom('shop', 'standard', 'stopped') },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map(encodeURIComponent) },
  { weight: 1, arbitrary: fc.constantFrom(...WORDS.filter((text) => text !== '\uD800')).map(encodeURIComponent) },
  fc.constantFrom(
    '%2e%2e%2f',
    '..%2f..%2fetc',
    '%252e%252e',
    '%00',
    '%',
    '%zz',
    '%c0%ae%c0%ae',
    '%ff',
    'a/../b',
    '..;/',
    '\\..\\'
  )
)

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/yaml',
  'text/plain',
  'text/html',
  'multipart/form-data',
  'x/y',
  ''
]

const AUTHORIZATIONS = [
  ...Object.values(TOKENS).map((token) => `Bearer ${token}`),
  `Bearer ${TOKENS.admin}`,
  `Bearer ${TOKENS.admin}`,
  'Bearer wrong',
  'Bearer ',
  'Basic YTpi',
  `bearer ${TOKENS.viewer}x`,
  'Bearer a b'
]

const headers = fc.record(
  {
    authorization: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(`Bearer ${TOKENS.bot}`, `Bearer ${TOKENS.admin}`) },
      fc.constantFrom(...AUTHORIZATIONS)
    ),
    'content-type': fc.oneof({ weight: 5, arbitrary: fc.constant('application/json') }, fc.constantFrom(...TYPES)),
    // No stream: it does not end by itself.
    accept: fc.constantFrom(
      'application/json',
      '*/*',
      'text/html',
      'a/b',
      'text/*;q=0',
      ';;;',
      'application/json;q=zzz'
    ),
    'idempotency-key': fc.oneof(fc.constantFrom('a', 'b', 'x'.repeat(300)), fc.string({ maxLength: 10 })),
    'last-event-id': fc.constantFrom('1', '-1', '1e9', 'x', '9'.repeat(30)),
    host: fc.constantFrom('localhost', 'evil.example', '127.0.0.1:80', '[::1]', 'a b', ''),
    origin: fc.constantFrom('null', 'https://evil.example', 'http://localhost'),
    'x-forwarded-for': fc.constantFrom('127.0.0.1', '::1', 'x'.repeat(2_000)),
    'x-http-method-override': fc.constant('DELETE')
  },
  { requiredKeys: ['authorization', 'content-type'] }
)

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom('phase', 'limit', 'cursor', 'migration', 'after', 'wait', 'until', '__proto__', 'a[b]', 'x'),
          fc.oneof(fc.constantFrom('0', '1', '-1', '200', '1e9', 'baking', 'baking,x', '0s', '1h', 'ended', ''), word)
        ),
        { maxLength: 4 }
      )
      .map(
        (pairs) => `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`
      )
  },
  { weight: 1, arbitrary: fc.constantFrom('?', '?&&&', '?%', '?a=%ff', '?limit=1&limit=2', `?${'a=1&'.repeat(400)}`) }
)

interface Operation {
  readonly method: (typeof METHODS)[number]
  readonly path: string
  readonly body: Json | null
}

function operationsOf(document: Json): readonly Operation[] {
  return Object.entries<Json>(document['paths']).flatMap(([path, item]) =>
    Object.entries<Json>(item)
      .filter(([method]) => METHODS.includes(method.toUpperCase() as 'GET'))
      .map(([method, operation]) => ({
        method: method.toUpperCase() as 'GET',
        path,
        body: operation['requestBody']?.content?.['application/json']?.schema ?? null
      }))
  )
}

function bodyOf(schema: Json | null): fc.Arbitrary<string | undefined> {
  const made = schema === null ? fc.constant(undefined) : near(schema)
  return fc.oneof({ weight: 10, arbitrary: made }, { weight: 2, arbitrary: anyJson }, { weight: 1, arbitrary: noJson })
}

export interface Strange {
  readonly method: (typeof METHODS)[number]
  readonly url: string
  readonly headers: Record<string, string>
  readonly payload?: string
}

/** One request to something that the OpenAPI document describes, or to nothing. */
export function requests(document: Json): fc.Arbitrary<Strange> {
  const known = fc.constantFrom(...operationsOf(document)).chain((operation) =>
    fc
      .record({
        part,
        // Orders take no query: few of them would arrive with one.
        query: operation.method === 'GET' ? query : fc.oneof({ weight: 8, arbitrary: fc.constant('') }, query),
        headers,
        payload: bodyOf(operation.body),
        method: fc.oneof({ weight: 9, arbitrary: fc.constant(operation.method) }, fc.constantFrom(...METHODS))
      })
      .map((made) => ({ ...made, url: operation.path.replace(/\{\w+\}/, () => made.part) + made.query }))
  )
  const unknown = fc
    .record({
      parts: fc.array(part, { maxLength: 4 }),
      query,
      headers,
      payload: bodyOf(null),
      method: fc.constantFrom(...METHODS)
    })
    .map((made) => ({ ...made, url: `/${made.parts.join('/')}${made.query}` }))
  return fc
    .oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: unknown })
    .map(({ method, url, headers: sent, payload }) => ({
      method,
      url,
      headers: sent,
      ...(payload === undefined || method === 'GET' || method === 'HEAD' ? {} : { payload })
    }))
}
