/**
 * The rules of the house really fire: small wrong programs, laid out as the project is, under the project's own lint settings.
 * Each stands beside a right one, so that a rule that complains about everything is found as well.
 */
import t from 'tap'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT } from './files.ts'

interface Finding {
  readonly filename: string
  readonly code: string
}

/** What is wrong in one file, and the rule that must say so. */
interface Wrong {
  readonly claim: string
  readonly file: string
  readonly text: string
  readonly rule: string
}

const UNION = `export type Colour = 'red' | 'green'\nexport function name(colour: Colour): string {\n`
const FLOATING = 'typescript(no-floating-promises)'
const EXHAUSTIVE = 'typescript(switch-exhaustiveness-check)'
const IMPORTS = 'eslint(no-restricted-imports)'
const GLOBALS = 'eslint(no-restricted-globals)'
const PROPERTIES = 'eslint(no-restricted-properties)'

/** Every arrow that may not be drawn: a file, and what it must not know. */
const ARROWS: readonly (readonly [file: string, ...targets: readonly string[]])[] = [
  ['src/core/arrow#.ts', '../engine/x.ts', '../errors.ts', '../clock.ts', '../aws/x.ts', 'node:fs', 'p-retry'],
  ['src/core/deep/arrow#.ts', '../../engine/x.ts', '../../routers/router.ts', '../../config/x.ts'],
  ['src/routers/router.ts', '../engine/x.ts', '../aws/x.ts', '@aws-sdk/client-elastic-load-balancing-v2'],
  ['src/observers/observer.ts', '../stores/x.ts', '@aws-sdk/client-cloudwatch'],
  ['src/observers/alarms.ts', '../stores/x.ts', '@aws-sdk/client-cloudwatch'],
  ['src/probes/probe.ts', '../engine/x.ts', '../clock.ts', 'node:http'],
  ['src/probes/http.ts', '../engine/x.ts', '../observers/x.ts', '../aws/x.ts'],
  ['src/stores/store.ts', '../aws/x.ts', 'node:sqlite'],
  ['src/engine/arrow#.ts', '../http/x.ts', '../cli/x.ts', '../config/x.ts', '../lab/x.ts', '../main.ts', '../aws/x.ts'],
  [
    'src/engine/adapter#.ts',
    '../routers/alb/x.ts',
    '../stores/sqlite/x.ts',
    '../observers/index.ts',
    '../probes/http.ts',
    '@aws-sdk/x'
  ],
  ['src/routers/alb/arrow#.ts', '../../engine/x.ts', '../../observers/x.ts', '../../stores/x.ts', '../../http/x.ts'],
  ['src/observers/cloudwatch/arrow#.ts', '../../engine/x.ts', '../../routers/x.ts', '../../stores/x.ts'],
  ['src/stores/sqlite/arrow#.ts', '../../engine/x.ts', '../../routers/x.ts', '../../observers/x.ts', '../../aws/x.ts'],
  ['src/http/arrow#.ts', '../routers/x.ts', '../observers/x.ts', '../stores/x.ts', '../aws/x.ts', '../cli/x.ts'],
  ['src/cli/arrow#.ts', '../engine/x.ts', '../stores/x.ts', '../routers/x.ts', '../http/x.ts', '../aws/x.ts'],
  ['src/lab/arrow#.ts', '../engine/x.ts', '../http/x.ts', '../routers/x.ts', '../aws/x.ts', '../main.ts'],
  ['src/page/arrow#.ts', '../engine/x.ts', '../config/x.ts', '../clock.ts', '../cli/serve.ts', 'node:fs', 'p-retry'],
  ['src/page/view/arrow#.ts', '../../http/x.ts', '../../errors.ts', '../../cli/start.ts', 'node:http', 'pino'],
  ['src/core/page#.ts', '../page/x.ts'],
  ['src/engine/page#.ts', '../page/x.ts'],
  ['src/http/page#.ts', '../page/x.ts'],
  ['src/http/page/page#.ts', '../../page/x.ts'],
  ['src/http/routes/page#.ts', '../../page/x.ts'],
  ['src/cli/screen/page#.ts', '../../page/x.ts'],
  ['src/report/page#.ts', '../page/x.ts'],
  ['src/main.ts', './page/x.ts']
]

const TIMERS = ['core/x', 'engine/x', 'routers/alb/x', 'observers/cloudwatch/x', 'stores/sqlite/x', 'http/x', 'cli/x']

const WRONG: readonly Wrong[] = [
  {
    claim: 'a promise that nobody waits for',
    file: 'src/engine/floating.ts',
    text: `async function f(): Promise<void> {}\nexport function g(): void {\n  f()\n}\n`,
    rule: FLOATING
  },
  {
    claim: 'a promise that nobody waits for, in a test',
    file: 'test/floating.ts',
    text: `async function f(): Promise<void> {}\nexport function g(): void {\n  f()\n}\n`,
    rule: FLOATING
  },
  {
    claim: 'a switch that forgets a case',
    file: 'src/core/forgets.ts',
    text: `${UNION}  switch (colour) {\n    case 'red':\n      return 'r'\n  }\n  return ''\n}\n`,
    rule: EXHAUSTIVE
  },
  ...ARROWS.flatMap(([file, ...targets]) =>
    targets.map((target, n) => ({
      claim: `${file} imports ${target}`,
      file: file.replace('#', String(n)),
      text: `import * as x from '${target}'\nexport const y = x\n`,
      rule: IMPORTS
    }))
  ),
  ...['Date.now()', 'setTimeout', 'setInterval', 'setImmediate', 'process', 'fetch', 'performance', 'console'].map(
    (it) => ({
      claim: `the core uses ${it}`,
      file: `src/core/global-${it.replace(/\W/g, '')}.ts`,
      text: `export const x: unknown = ${it}\n`,
      rule: GLOBALS
    })
  ),
  {
    claim: 'the core uses Math.random',
    file: 'src/core/dice.ts',
    text: 'export const x: number = Math.random()\n',
    rule: PROPERTIES
  },
  ...TIMERS.flatMap((where) => [
    {
      claim: `src/${where}.ts uses AbortSignal.timeout`,
      file: `src/${where}-signal.ts`,
      text: 'export const x: AbortSignal = AbortSignal.timeout(1)\n',
      rule: PROPERTIES
    },
    {
      claim: `src/${where}.ts imports node:timers/promises`,
      file: `src/${where}-timers.ts`,
      text: `import { setTimeout } from 'node:timers/promises'\nexport const x = setTimeout\n`,
      rule: IMPORTS
    }
  ]),
  {
    claim: 'an `any`',
    file: 'src/engine/any.ts',
    text: 'export function f(x: any): unknown {\n  return x\n}\n',
    rule: 'typescript(no-explicit-any)'
  },
  {
    claim: 'a function of more than 60 lines',
    file: 'src/engine/long.ts',
    text: `export function f(x: number): number {\n${'  x += 1\n'.repeat(60)}  return x\n}\n`,
    rule: 'eslint(max-lines-per-function)'
  },
  {
    claim: 'a file of more than 300 lines',
    file: 'src/engine/tall.ts',
    text: Array.from({ length: 301 }, (_, n) => `export const x${n} = ${n}\n`).join(''),
    rule: 'eslint(max-lines)'
  }
]

const RIGHT: Readonly<Record<string, string>> = {
  'src/clock.ts': `import { setTimeout } from 'node:timers/promises'\nexport const x = [setTimeout, AbortSignal.timeout(1), Date.now()]\n`,
  'src/core/fine.ts': `import { y } from './other.ts'\nexport const x: number = Math.max(1, y)\n`,
  'src/core/other.ts': `${UNION}  switch (colour) {\n    case 'red':\n      return 'r'\n    case 'green':\n      return 'g'\n  }\n}\nexport const y = 1\n`,
  'src/engine/fine.ts': `import { y } from '../core/other.ts'\nimport type { R } from '../routers/router.ts'\nexport const x: R = y\n`,
  'src/routers/router.ts': `import { y } from '../core/other.ts'\nexport type R = typeof y\n`,
  'src/routers/alb/fine.ts': `import type { R } from '../router.ts'\nexport const x: R = 1\n`,
  'src/http/fine.ts': `import { x } from '../engine/fine.ts'\nexport async function f(): Promise<void> {\n  await Promise.resolve(x)\n}\n`,
  'src/http/routes/fine.ts': `import { y } from '../page/send.ts'\nexport const x = y\n`,
  'src/http/page/send.ts': `export { y } from '../../core/other.ts'\n`,
  'src/page/fine.ts': `import { x } from 'preact'\nimport { y } from '../core/other.ts'\nimport { z } from './view/fine.ts'\nexport const all = [x, y, z]\n`,
  'src/page/view/fine.ts': `import { x } from 'preact/hooks'\nimport { html } from 'htm/preact'\nimport uPlot from 'uplot'\nimport { y } from '../../core/other.ts'\nimport { s } from '../../cli/sse.ts'\nimport { f } from '../format.ts'\nexport const z = [x, html, uPlot, y, s, f]\n`,
  'src/cli/fine.ts': `import { y } from '../core/other.ts'\nexport const at: unknown = [y, Date.now(), process.argv, fetch]\n`
}

/** The project's settings over these files; answers what was found, by file. */
async function lint(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-lint-')))
  try {
    for (const name of ['.oxlintrc.json', 'tsconfig.json']) await cp(join(ROOT, name), join(folder, name))
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    const found = new Map<string, string[]>()
    for (const { filename, code } of await oxlint(folder)) {
      found.set(filename, [...(found.get(filename) ?? []), code])
    }
    return found
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function oxlint(folder: string): Promise<readonly Finding[]> {
  const program = join(ROOT, 'node_modules/oxlint/bin/oxlint')
  // The test runner's own NODE_OPTIONS would be loaded into the linter, which does not bear it.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, program, '--type-aware', '--format', 'json']
  return new Promise((resolve, reject) =>
    execFile('env', args, { cwd: folder, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      // The linter exits 1 where it has found something: that is no failure here, and no output is one.
      if (stdout.startsWith('{'))
        resolve((JSON.parse(stdout) as { readonly diagnostics: readonly Finding[] }).diagnostics)
      else reject(new Error(`the linter said nothing: ${error?.message ?? ''} ${stderr}`))
    })
  )
}

/** Ports are single files, so that several wrong texts need several runs: each run takes what has a place of its own. */
function runs(wrong: readonly Wrong[]): readonly (readonly Wrong[])[] {
  const all: Wrong[][] = []
  for (const one of wrong) {
    const free = all.find((run) => run.every(({ file }) => file !== one.file))
    if (free) free.push(one)
    else all.push([one])
  }
  return all
}

t.test('every rule of the house fires on what it forbids', async (t) => {
  for (const run of runs(WRONG)) {
    const found = await lint(Object.fromEntries(run.map(({ file, text }) => [file, text])))
    for (const { claim, file, rule } of run) t.ok(found.get(file)?.includes(rule), `${claim}: ${rule}`)
  }
})

t.test('and on nothing else: what is allowed passes', async (t) => {
  t.strictSame(await lint(RIGHT), new Map())
})
