/**
 * `sluice validate [FILES]`: are policies, migrations and the daemon's settings right? Asks no daemon unless --server names one,
 * whose version then says what it would take. Writes nothing.
 */
import type { Command } from 'commander'
import { configFileOf } from '../../config/env.ts'
import { fieldErrorOf, formatProblem, type Problem } from '../../config/problem.ts'
import type { Checked, CheckText } from '../checkFiles.ts'
import { createClient, type Client } from '../client.ts'
import { configFailure } from '../configErrors.ts'
import { EXIT } from '../exit.ts'
import { Failure, NOT_SLUICE, usage } from '../failure.ts'
import { local, type CommonOptions, type Session } from '../session.ts'

interface ValidateOptions extends CommonOptions {
  readonly config?: string
}

export function addValidate(program: Command, session: Session): void {
  const command = program
    .command('validate')
    .description('check policies, migrations and settings')
    .argument(
      '[files...]',
      'files or folders with policies and migrations (default: the settings and all that they name)'
    )
    .option('--config <file>', 'the settings, without FILES (default: SLUICE_CONFIG, else config/sluice.yaml)')
    .option('--server <url>', 'let this daemon check FILES (default: checked here, without a daemon)')
  local<ValidateOptions>(session, command, async (files, options) =>
    report(session, await check(session, files, options))
  )
}

async function check({ io }: Session, files: readonly string[], options: ValidateOptions): Promise<Checked> {
  const { config, server } = options
  if (server !== undefined && files.length === 0) throw usage('--server needs FILES: a daemon checks no settings')
  if (config !== undefined && files.length > 0) throw usage('--config is for a check without FILES')
  // The schemas are slow to load, and no other command needs them.
  const { checkConfigured, checkFiles, checkHere, usualRegion } = await import('../checkFiles.ts')
  if (files.length === 0) return checkConfigured(config ?? configFileOf(io.env), io.env)
  if (server !== undefined) return checkFiles(files, checkThere(createClient(io, server)))
  return checkFiles(files, checkHere(io.env, await usualRegion(io.env)))
}

/** The daemon calls every text `body`; its problems are told with the file's own name. */
function checkThere(client: Client): CheckText {
  return async (yaml, file) => {
    const { json } = await client.ask('POST', 'v1/validate', { yaml })
    if (typeof json !== 'object' || json === null || !('names' in json)) {
      throw new Failure(EXIT.error, NOT_SLUICE, `${client.url} answered something that is no validation`)
    }
    const { errors, warnings, names } = json as Checked
    const named = (problems: readonly Problem[]) => problems.map((problem) => ({ ...problem, file }))
    return { errors: named(errors), warnings: named(warnings), names }
  }
}

function report({ out, json }: Session, { errors, warnings, names }: Checked): number {
  if (json) {
    const valid = errors.length === 0
    out.raw(JSON.stringify({ valid, errors: errors.map(flat), warnings: warnings.map(flat), names }))
    return valid ? EXIT.done : EXIT.usage
  }
  warnings.forEach((problem) => out.note(`${formatProblem(problem)} (warning)`))
  if (errors.length > 0) throw configFailure(errors.map(fieldErrorOf))
  const counted = (kind: string) => names.filter((one) => one.kind === kind).length
  out.line(`valid: policies ${counted('Policy')}, migrations ${counted('Migration')}`)
  return EXIT.done
}

function flat({ file, place, key, message }: Problem): Readonly<Record<string, unknown>> {
  return { file, line: place?.line ?? null, column: place?.column ?? null, key, message }
}
