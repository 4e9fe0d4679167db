/**
 * `sluice completion SHELL` prints what a shell has to be told; `sluice complete -- WORDS` is what it then asks. Never fails aloud.
 */
import { Argument, type Command } from 'commander'
import { namesOf } from '../completion/names.ts'
import { scriptOf, SHELLS, type Shell } from '../completion/scripts.ts'
import { suggest } from '../completion/suggest.ts'
import { EXIT } from '../exit.ts'
import { local, type Session } from '../session.ts'

const HOW = `
  bash  echo 'source <(sluice completion bash)' >> ~/.bashrc
  zsh   echo 'source <(sluice completion zsh)' >> ~/.zshrc
  fish  sluice completion fish > ~/.config/fish/completions/sluice.fish

Ids and names come from the daemon (SLUICE_URL, SLUICE_TOKEN), within 0.8 s or not at all.`

export function addCompletion(program: Command, session: Session): void {
  const command = program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which').choices([...SHELLS]))
    .addHelpText('after', HOW)
  local(session, command, async ([shell]) => {
    session.out.raw(scriptOf(shell as Shell))
    return EXIT.done
  })
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const { fixed, names } = suggest(program, words)
      const server = words[words.indexOf('--server') + 1]
      const known =
        names === null ? [] : await namesOf(session.io, words.includes('--server') ? server : undefined, names)
      for (const { value, description } of [...fixed, ...known]) session.out.raw(`${value}\t${description}`)
    })
}
