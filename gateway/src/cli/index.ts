/** The command line: one file per command, loaded when called. */

import { Command } from 'commander'
import type { Flags } from '#config'
import type { SimulatorFlags } from './simulator.ts'
import { version } from './version.ts'

/** `argv` as Node has it: program and script first. */
export async function run(argv: readonly string[]): Promise<void> {
  await program().parseAsync(argv)
}

export function program(): Command {
  const sluice = new Command('sluice')
    .description('One gate between everything that talks to language models and everything that answers.')
    .version(version(), '-v, --version', 'print the version')
    .showSuggestionAfterError()

  sluice
    .command('start')
    .description('run the gateway in the foreground')
    .option('--host <address>', 'address to listen on (HOST; 127.0.0.1)')
    .option('--port <number>', 'port to listen on (PORT; 8082)')
    .option(
      '--config <file>',
      'configuration file (SLUICE_CONFIG; sluice.toml, .yaml, .yml, .json or .jsonc here)',
    )
    .option('--log-level <level>', 'debug, info, warn, error or silent (LOG_LEVEL; info)')
    .option('--lenient', 'skip a configuration file that has a syntax error, with a warning')
    .action(async (flags: Flags) => {
      const { start } = await import('./start.ts')
      await start(flags)
    })

  sluice
    .command('simulator')
    .description('run the provider simulator, a server that answers like a provider without any model')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on, 0 for any free one', '8090')
    .option('--fixtures <folder>', 'folder of recorded exchanges to answer from')
    .action(async (flags: SimulatorFlags) => {
      const { simulator } = await import('./simulator.ts')
      await simulator(flags)
    })

  sluice
    .command('version')
    .description('print the version of Sluice and of Node')
    .action(async () => {
      const { printVersion } = await import('./version.ts')
      printVersion()
    })

  return sluice
}
