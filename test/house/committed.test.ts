/**
 * What may be committed: nothing that is true on one machine only.
 */
import t from 'tap'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { projectFiles, ROOT, textOf } from './files.ts'

/** Put together here, so that this file does not hold what it forbids. `not` are files in which it is meant. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp, not?: RegExp])[] = [
  ['a path of a machine', new RegExp(String.raw`(?<![\w.])/(?:${['work', 'root', 'farm', 'Users'].join('|')})/`)],
  ['a home folder', new RegExp(String.raw`(?<![\w.])/home/(?!node\b)\w`)],
  ['a registry', new RegExp(['registry', String.raw`\.npm|registry`, String.raw`\.yarn|npm\.pkg\.git`].join(''))],
  ['a key of AWS', /\b(?:AKIA|ASIA)(?!.*EXAMPLE)[A-Z0-9]{16}\b/],
  ['a private key', new RegExp(['-----BEGIN', ' .*PRIVATE KEY'].join('')), /^test\/.*\/support\//]
]

const files = projectFiles()
const skip = files === null ? 'this is no git clone' : false

t.test('no committed file names a path of a machine, a registry or a secret', { skip }, async (t) => {
  for (const name of files ?? []) {
    const text = textOf(name)
    for (const [what, pattern, not] of FORBIDDEN) {
      if (not?.test(name)) continue
      const line = text.split('\n').findIndex((one) => pattern.test(one))
      if (line >= 0) t.fail(`${name}:${line + 1} names ${what}`)
    }
  }
  t.ok((files?.length ?? 0) > 100, 'the files were read')
})

t.test('what is forbidden is found', async (t) => {
  const wrong = [
    ['', 'work', 'x'].join('/'),
    ['', 'home', 'me'].join('/'),
    ['https://registry', 'npmjs.org'].join('.'),
    ['AKIA', 'ABCDEFGHIJKLMNOP'].join('')
  ]
  for (const text of wrong)
    t.ok(
      FORBIDDEN.some(([, pattern]) => pattern.test(text)),
      text
    )
  for (const text of ['src/work/x', './root/x', 'GET /v1/shifts', 'AKIAIOSFODNN7EXAMPLE']) {
    t.notOk(
      FORBIDDEN.some(([, pattern]) => pattern.test(text)),
      text
    )
  }
})

t.test('scripts that are run by their name may be run', { skip }, async (t) => {
  for (const name of (files ?? []).filter((file) => textOf(file).startsWith('#!'))) {
    t.ok(statSync(join(ROOT, name)).mode & 0o100, name)
  }
})

t.test('the lock file fits every platform, and every registry', async (t) => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as {
    packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>
  }
  for (const [path, { optionalDependencies = {}, resolved }] of Object.entries(packages)) {
    t.notOk(resolved?.startsWith('http'), `${path} is bound to no host`)
    for (const name of Object.keys(optionalDependencies)) {
      const known = packages[`node_modules/${name}`] ?? packages[`${path}/node_modules/${name}`]
      t.ok(known?.version, `${path}: ${name} has its place, or npm ci refuses the lock file`)
    }
  }
})
