/**
 * The files of the project as git knows them, for the tests of the house.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '../..')

/** Paths from the root: committed, or about to be (not ignored). Null where this is no clone. */
export function projectFiles(): readonly string[] | null {
  if (!existsSync(join(ROOT, '.git'))) return null
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  return list
    .toString()
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(ROOT, name)))
}

export function textOf(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8')
}
