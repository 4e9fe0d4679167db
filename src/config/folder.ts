/**
 * The YAML files of a folder, read as one: every file, every document, every problem. Not its subfolders.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { duplicates, joined, parseDocuments, type Documents, type Kind, type Kinds } from './documents.ts'
import type { Env } from './env.ts'
import { inOrder, type Problem } from './problem.ts'

/** What is wrong with the folder or a file is a problem among the others, never thrown. `region`: of the daemon's settings. */
export async function loadFolder<K extends Kind>(
  kind: K,
  folder: string,
  env: Env,
  region: string | null = null
): Promise<Documents<Kinds[K]>> {
  const listed = await namesIn(folder)
  if (!Array.isArray(listed)) return failed(listed)
  const parts = await Promise.all(listed.map((name) => loadFile(kind, join(folder, name), env, region)))
  const all = joined(parts)
  return { ...all, errors: inOrder([...all.errors, ...duplicates(all.claims)]), warnings: inOrder(all.warnings) }
}

/** One file. */
export async function loadFile<K extends Kind>(
  kind: K,
  file: string,
  env: Env,
  region: string | null = null
): Promise<Documents<Kinds[K]>> {
  try {
    if ((await stat(file)).isDirectory()) return joined([])
    return parseDocuments(kind, await readFile(file, 'utf8'), file, env, region)
  } catch (fault) {
    return failed(unreadable(file, fault))
  }
}

async function namesIn(folder: string): Promise<string[] | Problem> {
  try {
    const names = await readdir(folder)
    // Kubernetes mounts a ConfigMap as links into hidden folders (..data) that hold every file once more.
    return names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('..')).sort()
  } catch (fault) {
    return unreadable(folder, fault)
  }
}

/** A file or folder that cannot be read, as a sentence. */
export function unreadable(file: string, fault: unknown): Problem {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault)
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'may not be read by this process',
    ENOTDIR: 'is not a folder',
    EISDIR: 'is a folder, not a file'
  }
  return { file, place: null, key: '', message: known[code] ?? `cannot be read (${code})` }
}

function failed<T>(problem: Problem): Documents<T> {
  return { items: [], claims: [], errors: [problem], warnings: [] }
}
