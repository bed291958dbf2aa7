/** The flags of all commands, for the page that lists them. */

import type { Command } from 'commander'
import type { DocumentedFlag, DocumentedFlags } from '#config'

/** By command, such as `config show`; commands without flags are left out. */
export function documentedFlags(program: Command): DocumentedFlags {
  return new Map(program.commands.flatMap((command) => flagsUnder(command, '')))
}

function flagsUnder(
  command: Command,
  above: string,
): readonly (readonly [string, readonly DocumentedFlag[]])[] {
  const name = above === '' ? command.name() : `${above} ${command.name()}`
  const flags = command.options.map(({ flags: flag, description, defaultValue }) => ({
    flag,
    meaning: typeof defaultValue === 'string' ? `${description}; default ${defaultValue}` : description,
  }))
  const inner = command.commands.flatMap((one) => flagsUnder(one, name))
  return flags.length === 0 ? inner : [[name, flags], ...inner]
}
