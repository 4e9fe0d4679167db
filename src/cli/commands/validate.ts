/**
 * `sluice validate [FILES]`: are policies, migrations and the daemon's settings right? Local: asks no daemon, writes nothing.
 */
import type { Command } from 'commander'
import { configFileOf } from '../../config/env.ts'
import { fieldErrorOf, formatProblem, type Problem } from '../../config/problem.ts'
import type { Checked } from '../checkFiles.ts'
import { configFailure } from '../configErrors.ts'
import { EXIT } from '../exit.ts'
import { local, type CommonOptions, type Session } from '../session.ts'

interface ValidateOptions extends CommonOptions {
  readonly config?: string
}

export function addValidate(program: Command, session: Session): void {
  const command = program
    .command('validate')
    .description('check policies, migrations and settings, without a daemon')
    .argument(
      '[files...]',
      'files or folders with policies and migrations (default: the settings and all that they name)'
    )
    .option('--config <file>', 'the settings, without FILES (default: SLUICE_CONFIG, else config/sluice.yaml)')
  local<ValidateOptions>(session, command, async (files, options) => {
    // The schemas are slow to load, and no other command needs them.
    const { checkConfigured, checkFiles } = await import('../checkFiles.ts')
    const { env } = session.io
    const checked =
      files.length > 0 ? await checkFiles(files, env) : await checkConfigured(options.config ?? configFileOf(env), env)
    return report(session, checked)
  })
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
