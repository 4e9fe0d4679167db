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
  const named = new Set(tests.flatMap((name) => textOf(name).match(/FM-\d+/g) ?? []))
  const rows = [...readFileSync(LIST, 'utf8').matchAll(/^\| (FM-\d+) \|/gm)].map(([, id = '']) => id)
  t.ok(rows.length > 40)
  for (const id of rows) t.ok(named.has(id), id)
})
