/**
 * Everything that is wrong with files on disk, gathered: those that are named, or those that the daemon's settings name.
 * Reads only.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig, type Config } from '../config/config.ts'
import type { Kind } from '../config/documents.ts'
import { configFileOf, regionOf, type Env } from '../config/env.ts'
import { loadFolder, unreadable } from '../config/folder.ts'
import { ConfigError, type Problem } from '../config/problem.ts'
import { validateText } from '../config/validateText.ts'

export interface Checked {
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly names: readonly Name[]
}

export interface Name {
  readonly kind: Kind
  readonly name: string
}

/** The settings in `configFile`, and every policy and migration that the daemon would read with them. */
export async function checkConfigured(configFile: string, env: Env): Promise<Checked> {
  let config: Config
  try {
    config = await loadConfig(configFile, env)
  } catch (error) {
    if (error instanceof ConfigError) return { errors: error.problems, warnings: [], names: [] }
    throw error
  }
  const policies = await loadFolder('Policy', config.policies, env)
  const migrations = await loadFolder('Migration', config.migrations, env, config.aws.region)
  return {
    errors: [...policies.errors, ...migrations.errors],
    warnings: [...policies.warnings, ...migrations.warnings],
    names: [...policies.claims, ...migrations.claims].map(({ kind, name }) => ({ kind, name }))
  }
}

/** How one text is checked: here, or by a daemon. */
export type CheckText = (text: string, file: string) => Checked | Promise<Checked>

export function checkHere(env: Env, region: string | null): CheckText {
  return (text, file) => validateText(text, file, { env, region })
}

/** The region that a daemon with the usual settings would give to what says none of its own; null where nobody knows. */
export async function usualRegion(env: Env): Promise<string | null> {
  try {
    return (await loadConfig(configFileOf(env), env)).aws.region
  } catch (error) {
    if (error instanceof ConfigError) return regionOf(env)
    throw error
  }
}

/** These files, and the YAML files of those that are folders. Names must differ over all of them. */
export async function checkFiles(paths: readonly string[], check: CheckText): Promise<Checked> {
  const files = (await Promise.all(paths.map(filesAt))).flat()
  const parts = await Promise.all(files.map(async (file) => ({ file, ...(await checkFile(file, check)) })))
  return {
    errors: [...parts.flatMap(({ errors }) => errors), ...twice(parts)],
    warnings: parts.flatMap(({ warnings }) => warnings),
    names: parts.flatMap(({ names }) => names)
  }
}

async function checkFile(file: string, check: CheckText): Promise<Checked> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (fault) {
    return { errors: [unreadable(file, fault)], warnings: [], names: [] }
  }
  return check(text, file)
}

/** The YAML files of a folder, as the daemon picks them; anything else is taken for a file. */
async function filesAt(path: string): Promise<readonly string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
  if (!isFolder) return [path]
  const names = await readdir(path)
  const chosen = names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('..')).toSorted()
  return chosen.map((name) => join(path, name))
}

/** A name that an earlier file has already; twice in one file is told by the check of that file. */
function twice(parts: readonly (Checked & { readonly file: string })[]): readonly Problem[] {
  const seen = new Map<string, string>()
  return parts.flatMap(({ file, names }) => {
    const own = [...new Set(names.map(({ kind, name }) => `${kind} ${name}`))]
    const problems = own.flatMap((name) => {
      const other = seen.get(name)
      return other === undefined || other === file
        ? []
        : [{ file, place: null, key: 'name', message: `${name} stands in ${other} too` }]
    })
    own.forEach((name) => seen.set(name, seen.get(name) ?? file))
    return problems
  })
}
