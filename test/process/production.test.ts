/**
 * What is tried here is what runs in production: the daemon does not know that it talks to a lab.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startLab } from '../../src/lab/lab.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
/** `from '…'`, `import '…'` and `import('…')` of files. */
const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g

/** Every source file with the files it imports, by their paths below src. */
async function importsOf(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = (await readdir(SRC, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const read = async (file: string): Promise<[string, readonly string[]]> => {
    const text = await readFile(resolve(SRC, file), 'utf8')
    return [file, [...text.matchAll(IMPORTED)].map(([, to = '']) => relative(SRC, resolve(SRC, dirname(file), to)))]
  }
  return new Map(await Promise.all(files.map(read)))
}

const isLab = (file: string) => file.startsWith('lab/')

void t.test('only the command line knows the lab', async (t: Test) => {
  const imports = await importsOf()
  const knows = [...imports].filter(([, all]) => all.some(isLab)).map(([file]) => file)
  t.ok(knows.includes('cli/loaders.ts'), 'imports are found where they are')
  t.strictSame(
    knows.filter((file) => !isLab(file) && !file.startsWith('cli/')),
    []
  )
})

void t.test('nothing that the daemon is made of leads to the lab', async (t: Test) => {
  const imports = await importsOf()
  const reached = new Set(['main.ts'])
  for (const file of reached) for (const to of imports.get(file) ?? []) reached.add(to)
  t.ok(reached.size > 50, `${reached.size} files`)
  t.ok(reached.has('routers/alb/write.ts'))
  t.strictSame(
    [...reached].filter((file) => isLab(file) || file.startsWith('cli/')),
    []
  )
})

void t.test('the daemon is given an endpoint, a region and keys, and nothing else', async (t: Test) => {
  const lab = await startLab()
  t.teardown(() => lab.close())
  t.strictSame(Object.keys(lab.env).toSorted(), [
    'AWS_ACCESS_KEY_ID',
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY'
  ])
  t.equal(lab.env['AWS_ENDPOINT_URL'], lab.endpoint)
})
