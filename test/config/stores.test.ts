/**
 * Where shifts are kept: what the configuration of a shared table has to fit together.
 */
import t, { type Test } from 'tap'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/config.ts'
import type { Env } from '../../src/config/env.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { marked } from './support.ts'

const REGION = { AWS_REGION: 'eu-west-1' }

function fileOf(t: Pick<Test, 'testdir'>, text: string): string {
  return join(t.testdir({ policies: {}, config: { migrations: {} }, 'sluice.yaml': text }), 'sluice.yaml')
}

async function problemsOf(file: string, env: Env): Promise<readonly string[]> {
  try {
    await loadConfig(file, env)
    return []
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault
    return fault.message.split('\n').map((line) => line.replace(file, 'F'))
  }
}

const table = { type: 'dynamodb', table: 'sluice', region: 'eu-west-1', leaseMs: 6_000, writeMs: 5_000 }

t.test('a shared table has a lease of 6 s, and writes of at most 5 s', async (t) => {
  const { store } = await loadConfig(fileOf(t, 'store: { type: dynamodb }'), REGION)
  t.same(store, table)
})

t.test('each of its settings can be changed', async (t) => {
  const text = [
    'store: { type: dynamodb, table: team.sluice_2, lease: 12s, writeDeadline: 8s }',
    'aws: { region: ap-northeast-1 }'
  ].join('\n')
  const { store } = await loadConfig(fileOf(t, text), REGION)
  t.same(store, { ...table, table: 'team.sluice_2', region: 'ap-northeast-1', leaseMs: 12_000, writeMs: 8_000 })
})

const wrong: readonly (readonly [what: string, lines: string, env: Env, message: RegExp])[] = [
  [
    'no region',
    'store:\n  type: ‸dynamodb',
    {},
    /store\.type: is dynamodb, which needs to know the region: aws\.region/
  ],
  [
    'a lease that a write can outlast',
    'store:\n  type: dynamodb\n  lease: ‸5s',
    REGION,
    /store\.lease: is 5s; allowed: at least 5s500ms, half a second above store\.writeDeadline/
  ],
  [
    'a lease that leaves users waiting',
    'store:\n  type: dynamodb\n  lease: ‸31s',
    REGION,
    /store\.lease: is 31s; allowed: at most 30s/
  ],
  [
    'a write that has no time',
    'store:\n  type: dynamodb\n  writeDeadline: ‸500ms',
    REGION,
    /store\.writeDeadline: is 500ms; allowed: at least 1s/
  ],
  [
    'a name that is none',
    'store:\n  type: dynamodb\n  table: ‸a b',
    REGION,
    /store\.table: .*the name of a DynamoDB table/
  ]
]

for (const [what, lines, env, message] of wrong) {
  t.test(`${what} is refused in one clear sentence`, async (t) => {
    const { text, places } = marked(lines)
    const problems = await problemsOf(fileOf(t, text), env)
    t.equal(problems.length, 1, problems.join(' | '))
    t.match(problems[0], message)
    t.ok(problems[0]?.startsWith(`F:${places[0]?.line}:${places[0]?.column}: `), problems.join())
  })
}

t.test('what belongs to a table is not looked at where shifts are kept in a file', async (t) => {
  t.same(await problemsOf(fileOf(t, 'store: { type: sqlite, lease: 1s, writeDeadline: 9s }'), {}), [])
})
