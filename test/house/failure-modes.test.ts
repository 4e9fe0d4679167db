/**
 * Every known failure of such systems is owed a test that carries its number. The list of them stands beside the project where it is
 * developed, and not in a clone: there this test is skipped.
 */
import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFiles, ROOT, textOf } from './files.ts'

const LIST = join(ROOT, '../shared/design/FAILURE-MODES.md')

const files = projectFiles()
const skip = existsSync(LIST) && files !== null ? false : 'the list of failure modes is not beside this clone'

t.test('every failure mode of what exists is named in a test', { skip }, async (t) => {
  const tests = (files ?? []).filter((name) => name.startsWith('test/') && !name.startsWith('test/house/'))
  const list = readFileSync(LIST, 'utf8')
  t.ok(rowsOf(list).length > 40)
  t.strictSame(untested(list, tests.map(textOf)), [])
})

t.test('a failure mode without a test is found', async (t) => {
  const list = '| id | failure |\n|---|---|\n| FM-01 | a |\n| FM-02 | b |\n'
  t.strictSame(untested(list, ["t.test('FM-01: so', …)", 'FM-020']), ['FM-02'])
})

function rowsOf(list: string): readonly string[] {
  return [...list.matchAll(/^\| (FM-\d+) \|/gm)].map(([, id = '']) => id)
}

function untested(list: string, tests: readonly string[]): readonly string[] {
  const named = new Set(tests.flatMap((text) => text.match(/FM-\d+/g) ?? []))
  return rowsOf(list).filter((id) => !named.has(id))
}
