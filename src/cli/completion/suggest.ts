/**
 * What could come next on a command line: commands, options, choices, and names that the daemon knows. Reads the program as it is
 * declared, so that nothing has to be said twice.
 */
import type { Argument, Command, Option } from 'commander'

export interface Suggestion {
  readonly value: string
  readonly description: string
}

/** What the daemon can be asked for. */
export type Names = 'shifts' | 'migrations' | 'policies'

/** Suggestions that stand in the program, and whose names are wanted beside them. */
export interface Suggested {
  readonly fixed: readonly Suggestion[]
  readonly names: Names | null
}

const NOTHING: Suggested = { fixed: [], names: null }

/** Arguments and options whose values the daemon knows. */
const KNOWN: Readonly<Record<string, Names>> = {
  id: 'shifts',
  migration: 'migrations',
  policy: 'policies'
}

/** @param words everything behind `sluice`, the last one being typed and perhaps empty */
export function suggest(program: Command, words: readonly string[]): Suggested {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const at = before.findIndex((word) => program.commands.some((command) => command.name() === word))
  const command = program.commands.find((one) => one.name() === before[at])
  if (!command) return narrowed(commandsOf(program), current)
  const typed = before.slice(at + 1)
  const pending = pendingOption(command, typed.at(-1))
  if (pending) return narrowed(valuesOf(pending, pending.attributeName()), current)
  if (current.startsWith('-')) return narrowed(optionsOf(command), current)
  const argument = argumentAt(command, positionals(command, typed))
  return argument ? narrowed(valuesOf(argument, argument.name()), current) : NOTHING
}

function narrowed({ fixed, names }: Suggested, current: string): Suggested {
  return { fixed: fixed.filter(({ value }) => value.startsWith(current)), names }
}

function commandsOf(program: Command): Suggested {
  const visible = program.createHelp().visibleCommands(program)
  return { fixed: visible.map((one) => ({ value: one.name(), description: one.description() })), names: null }
}

function optionsOf(command: Command): Suggested {
  const visible = command.createHelp().visibleOptions(command)
  const fixed = visible.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
  return { fixed, names: null }
}

function valuesOf(of: Option | Argument, name: string): Suggested {
  const fixed = (of.argChoices ?? []).map((value) => ({ value, description: '' }))
  return { fixed, names: Object.hasOwn(KNOWN, name) ? (KNOWN[name] ?? null) : null }
}

/** The option that waits for its value. */
function pendingOption(command: Command, word: string | undefined): Option | undefined {
  return command.options.find(
    ({ long, short, required }) => required && word !== undefined && [long, short].includes(word)
  )
}

/** How many arguments stand there already: words that are neither options nor their values. */
function positionals(command: Command, typed: readonly string[]): number {
  return typed.filter((word, i) => !word.startsWith('-') && !pendingOption(command, typed[i - 1])).length
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const found = command.registeredArguments[index]
  const last = command.registeredArguments.at(-1)
  return found ?? (last?.variadic ? last : undefined)
}
