/**
 * The daemon's configuration: one YAML file and the environment, to one complete value with every default filled in. Reads;
 * never creates anything, and starts nothing.
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Ms } from '../core/time.ts'
import { checkOf } from './check.ts'
import { configProblems } from './configRules.ts'
import { regionOf, type Env } from './env.ts'
import { unreadable } from './folder.ts'
import { keyPath, valueAt } from './path.ts'
import { complain, ConfigError, inOrder, type Complaint, type Place } from './problem.ts'
import { configSchema, type ConfigDocument, type LOG_LEVELS, type ROLES } from './schemas/config.ts'
import { storeProblems, toStore } from './stores.ts'
import { targetProblems, toTarget, type TargetConfig } from './targets.ts'
import { readYaml, type YamlDocument } from './yaml.ts'

export type Role = (typeof ROLES)[number]
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface TokenConfig {
  readonly name: string
  readonly role: Role
  /** SHA-256 of the token: 64 hexadecimal digits, lower case. */
  readonly sha256: string
  /** May act on behalf of somebody. */
  readonly delegate: boolean
}

export interface ServerConfig {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Where people reach it, without a slash at the end; null where nobody said. */
  readonly publicUrl: string | null
  /** Absolute; the URL it listens on is written there. */
  readonly addressFile: string | null
  readonly auth: { readonly tokens: readonly TokenConfig[]; readonly metrics: 'open' | 'token' }
}

/** `path` is absolute. */
export type StoreConfig =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'memory' }
  | {
      readonly type: 'dynamodb'
      readonly table: string
      readonly region: string
      readonly leaseMs: Ms
      readonly writeMs: Ms
    }

export interface Config {
  /** Where it was read from, absolute. */
  readonly file: string
  readonly server: ServerConfig
  readonly store: StoreConfig
  /** Default region; null: the SDK's own chain decides. */
  readonly aws: { readonly region: string | null }
  /** Folder, absolute. */
  readonly policies: string
  /** Folder, absolute. */
  readonly migrations: string
  readonly limits: { readonly concurrentShifts: number }
  readonly notify: readonly TargetConfig[]
  readonly heartbeat: 'none' | 'cloudwatch'
  readonly log: { readonly level: LogLevel }
}

const check = checkOf(configSchema)

/** Reads and checks. Relative paths are relative to the file. Throws ConfigError with everything that is wrong. */
export async function loadConfig(file: string, env: Env): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((fault: unknown) => {
    throw new ConfigError([unreadable(file, fault)])
  })
  const { documents, problems } = readYaml(text, file, env)
  if (documents.length === 0 && problems.length > 0) throw new ConfigError(problems)
  const doc = documents[0] ?? emptyDocument(file)
  const second = documents[1]
  const many = second ? [second.problem(complain([], 'this file holds one document only'))] : []
  const { value, complaints } = check(doc.value, doc.written)
  const folder = dirname(resolve(file))
  const missing = await missingFolders(doc.value, folder)
  const named = valueAt(doc.value, ['aws', 'region'])
  const stored = storeProblems(doc.value, typeof named === 'string' ? named : regionOf(env))
  const wrong = doc.problems([
    ...complaints,
    ...configProblems(doc.value),
    ...targetProblems(doc.value),
    ...stored,
    ...missing
  ])
  const all = [...problems, ...many, ...wrong]
  if (value === null || all.length > 0) throw new ConfigError(inOrder(all))
  return toConfig(value, resolve(file), folder, env)
}

function toConfig(doc: ConfigDocument, file: string, folder: string, env: Env): Config {
  const { server } = doc
  const region = doc.aws.region ?? regionOf(env)
  const tokens = server.auth.tokens.map(({ name, role, sha256, delegate }) => ({
    name,
    role,
    sha256: sha256.toLowerCase(),
    delegate
  }))
  return {
    file,
    server: {
      host: server.host,
      port: server.port,
      publicUrl: server.publicUrl === null ? null : server.publicUrl.replace(/\/+$/, ''),
      addressFile: server.addressFile === null ? null : resolve(folder, server.addressFile),
      auth: { tokens, metrics: server.auth.metrics }
    },
    store: toStore(doc, folder, region),
    aws: { region },
    policies: resolve(folder, doc.policies),
    migrations: resolve(folder, doc.migrations),
    limits: { concurrentShifts: doc.limits.concurrentShifts },
    notify: doc.notify.map(toTarget),
    heartbeat: doc.heartbeat,
    log: { level: doc.log.level }
  }
}

/** Folders that are not there, each told at its key; also those of the defaults. */
async function missingFolders(value: unknown, base: string): Promise<readonly Complaint[]> {
  const found = await Promise.all(
    ['policies', 'migrations'].map(async (key) => {
      const folder = valueAt(value, [key])
      if (typeof folder !== 'string' || folder === '') return []
      const path = resolve(base, folder)
      const isFolder = await stat(path).then(
        (is) => is.isDirectory(),
        () => false
      )
      return isFolder ? [] : [complain([key], `there is no folder ${path}`)]
    })
  )
  return found.flat()
}

/** A file with nothing but comments has every default. */
function emptyDocument(file: string): YamlDocument {
  const place = (): Place => ({ line: 1, column: 1 })
  const problem: YamlDocument['problem'] = ({ path, message }) => ({
    file,
    place: place(),
    key: keyPath(path),
    message
  })
  return { value: {}, place, written: () => null, problem, problems: (complaints) => complaints.map(problem) }
}
