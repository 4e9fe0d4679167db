/**
 * What the pages say is so: links lead somewhere, examples are valid, what they list is what the program has.
 */
import t from 'tap'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { validateText } from '../../src/config/validateText.ts'
import { CODES } from '../../src/errors.ts'
import { EXIT } from '../../src/cli/exit.ts'
import { gateSchema } from '../../src/config/schemas/gate.ts'
import { migrationSchema } from '../../src/config/schemas/migration.ts'
import { policySchema } from '../../src/config/schemas/policy.ts'
import { configSchema } from '../../src/config/schemas/config.ts'
import { ROOT, textOf } from './files.ts'
import about from '../../package.json' with { type: 'json' }

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).map((f) => `docs/${f}`)
]
  .filter((name) => name.endsWith('.md'))
  .sort()

/** The text of a second-level section, without its heading. */
function section(page: string, heading: string): string {
  const [, after = ''] = textOf(page).split(`\n## ${heading}\n`)
  return after.split('\n## ')[0] ?? ''
}

/** Everything in code marks. */
function marked(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word)
}

/** The first cell of each row of a table, without the heading's two rows. */
function firstCells(text: string): readonly string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) => row.split('|')[1]?.trim() ?? '')
}

function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
  )
}

/** Every key and value of a schema that this version refuses, in the words of a file. */
function refused(schema: unknown, key = ''): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((part) => refused(part, key))
  if (typeof schema !== 'object' || schema === null) return []
  const { notAvailable, not, enum: words, ...rest } = schema as Record<string, unknown>
  if (words !== undefined && not !== undefined) return words as string[]
  if (notAvailable !== undefined && not !== undefined) return [key]
  const values = Array.isArray(notAvailable) ? notAvailable.map((value) => `${key}: ${value}`) : []
  const inside = Object.entries(rest).flatMap(([name, part]) =>
    name === 'properties'
      ? Object.entries(part as object).flatMap(([property, its]) => refused(its, property))
      : refused(part, key)
  )
  return [...values, ...inside]
}

t.test('every link of every page leads to a file, and to a heading of it', async (t) => {
  for (const page of PAGES) {
    for (const [, target = ''] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(ROOT, file)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(file).includes(anchor), `${page}: ${target} is a heading`)
    }
  }
})

/** The names of what is shipped: whoever saves a page's example beside it must be able to start. */
function shippedNames(): ReadonlySet<string> {
  const files = ['policies', 'config/migrations'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)
  )
  return new Set(files.flatMap((file) => validateText(textOf(file), file, { env: {} }).names.map(({ name }) => name)))
}

t.test('every migration and policy that a page shows is valid, and can be saved beside the shipped ones', async (t) => {
  const taken = shippedNames()
  t.ok(taken.size > 1)
  let shown = 0
  for (const page of PAGES) {
    for (const [, indent = '', yaml = ''] of textOf(page).matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)) {
      if (!yaml.includes('apiVersion: sluice/v1')) continue
      shown += 1
      const text = yaml.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      const { errors, names } = validateText(text, page, { env: {} })
      t.strictSame(errors, [], page)
      for (const { name } of names) t.notOk(taken.has(name), `${page}: ${name} is not a shipped name`)
    }
  }
  t.ok(shown > 0)
})

t.test('every npm script that a page names exists', async (t) => {
  for (const page of PAGES) {
    for (const [, name = ''] of textOf(page).matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
      t.ok(name in about.scripts, `${page}: npm run ${name}`)
    }
  }
})

t.test('CHANGELOG lists exactly what this version refuses', async (t) => {
  const list =
    section('CHANGELOG.md', `${about.version} (unreleased)`).split('### Not available in this version')[1] ?? ''
  const names = new Set([policySchema, migrationSchema, configSchema, gateSchema].flatMap((schema) => refused(schema)))
  t.ok(names.size > 0)
  const said = marked(list)
  for (const name of names) {
    t.ok(
      said.some((word) => word === name || word.endsWith(`.${name}`)),
      `${name} is refused, and CHANGELOG.md says so`
    )
  }
  const known = [...names]
  const lines = list.split('\n- ').filter((line) => /^(Routes|Gates|Values):/.test(line))
  for (const word of lines.flatMap(marked)) {
    t.ok(
      known.some((name) => word === name || word.endsWith(`.${name}`)),
      `CHANGELOG.md says that ${word} is refused, and it is`
    )
  }
})

t.test('no release with a pending heading', async (t) => {
  const heading = /^## (\S+) \((unreleased|\d{4}-\d{2}-\d{2})\)$/m.exec(textOf('CHANGELOG.md'))
  t.equal(heading?.[1], about.version, 'the newest heading is that of the version in package.json')
  const pending = heading?.[2] === 'unreleased'
  const tagged = process.env['RELEASE'] !== undefined
  t.notOk(pending && tagged, 'RELEASE is set: give the heading its date')
})

t.test('docs/operations.md lists every error code with its status, and every exit code', async (t) => {
  const codes = section('docs/operations.md', 'Error codes of the API')
  t.strictSame(
    codes
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, 3)
          .map((cell) => cell.trim().replaceAll('`', ''))
      ),
    Object.entries(CODES).map(([code, [status]]) => [code, String(status)])
  )
  t.strictSame(firstCells(section('docs/operations.md', 'Exit codes of the command line')), [
    ...new Set(Object.values(EXIT).map(String))
  ])
})

t.test('ARCHITECTURE.md gives a reason for every package, and names none that is not there', async (t) => {
  const said = marked(section('ARCHITECTURE.md', 'Dependencies'))
  for (const name of Object.keys({ ...about.dependencies, ...about.devDependencies })) {
    t.ok(said.includes(name), `${name} has a reason`)
  }
  const runtime = firstCells(section('ARCHITECTURE.md', 'Dependencies')).flatMap(marked)
  t.strictSame([...runtime].sort(), Object.keys(about.dependencies).sort())
})

t.test('ARCHITECTURE.md maps every part of src and test, and every path that it names exists', async (t) => {
  const said = marked(textOf('ARCHITECTURE.md'))
  for (const name of readdirSync(join(ROOT, 'test'))) t.ok(said.includes(`test/${name}`), `test/${name} has a layer`)
  for (const name of readdirSync(join(ROOT, 'src'))) t.ok(said.includes(`src/${name}`), `src/${name} is on the map`)
  for (const path of said.filter((word) => /^(src|test|docs|config|policies|deploy|\.ci)(\/|$)/.test(word))) {
    t.ok(existsSync(join(ROOT, path)), path)
  }
})
