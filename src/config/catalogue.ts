/**
 * The policies and migrations on disk, as the engine knows them. Reads both folders all or nothing: what was good stays
 * until everything is good again.
 */
import type { Migration } from '../core/migration.ts'
import type { Policy } from '../core/policy.ts'
import type { Catalogue, Named } from '../engine/sluice.ts'
import { ShiftError } from '../errors.ts'
import type { Config } from './config.ts'
import type { Env } from './env.ts'
import { loadFolder } from './folder.ts'
import { fieldErrorOf, type Problem } from './problem.ts'

export interface LoadedCatalogue extends Catalogue {
  /** What is legal and perhaps not meant, of the last good reading. */
  warnings(): readonly Problem[]
}

/** Where the folders are, and the region of what says none of its own. */
type Folders = Pick<Config, 'policies' | 'migrations'> & Partial<Pick<Config, 'aws'>>

interface Content {
  readonly policies: readonly Named<Policy>[]
  readonly migrations: readonly Named<Migration>[]
  readonly warnings: readonly Problem[]
}

/** Reads both folders. Throws ShiftError `invalid_configuration` with every error; so does `reload`. */
export async function makeCatalogue(config: Folders, env: Env): Promise<LoadedCatalogue> {
  let content = await load(config, env)
  return {
    policies: () => content.policies,
    migrations: () => content.migrations,
    warnings: () => content.warnings,
    reload: async () => {
      content = await load(config, env)
      return { policies: content.policies.length, migrations: content.migrations.length }
    }
  }
}

/** Empty until a reload succeeds. */
export function lateCatalogue(make: () => Promise<LoadedCatalogue>): LoadedCatalogue {
  let made: LoadedCatalogue | null = null
  return {
    policies: () => made?.policies() ?? [],
    migrations: () => made?.migrations() ?? [],
    warnings: () => made?.warnings() ?? [],
    reload: async () => {
      if (made) return made.reload()
      made = await make()
      return { policies: made.policies().length, migrations: made.migrations().length }
    }
  }
}

async function load(config: Folders, env: Env): Promise<Content> {
  const [policies, migrations] = await Promise.all([
    loadFolder('Policy', config.policies, env),
    loadFolder('Migration', config.migrations, env, config.aws?.region ?? null)
  ])
  const errors = [...policies.errors, ...migrations.errors]
  if (errors.length > 0) {
    const many = errors.length === 1 ? 'one error' : `${errors.length} errors`
    throw new ShiftError('invalid_configuration', `the policies and migrations have ${many}`, {
      errors: errors.map(fieldErrorOf)
    })
  }
  return {
    policies: byName(policies.items),
    migrations: byName(migrations.items),
    warnings: [...policies.warnings, ...migrations.warnings]
  }
}

function byName<T>(items: readonly Named<T>[]): readonly Named<T>[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
