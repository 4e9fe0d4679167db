/**
 * `sluice schema KIND`: the JSON Schema of a document, for editors.
 */
import { Argument, type Command } from 'commander'
import { EXIT } from '../exit.ts'
import { local, type CommonOptions, type Session } from '../session.ts'

const KINDS = ['policy', 'migration', 'config'] as const
type Kind = (typeof KINDS)[number]

export function addSchema(program: Command, session: Session): void {
  const command = program
    .command('schema')
    .description('print the JSON Schema of a document, for editors')
    .addArgument(new Argument('<kind>', 'of which').choices(KINDS))
  local<CommonOptions>(session, command, async ([kind]) => {
    session.out.raw(JSON.stringify(await schemaOf(kind as Kind), null, session.json ? 0 : 2))
    return EXIT.done
  })
}

async function schemaOf(kind: Kind): Promise<object> {
  switch (kind) {
    case 'policy':
      return (await import('../../config/schemas/policy.ts')).policyJsonSchema()
    case 'migration':
      return (await import('../../config/schemas/migration.ts')).migrationJsonSchema()
    case 'config':
      return (await import('../../config/schemas/config.ts')).configJsonSchema()
  }
}
