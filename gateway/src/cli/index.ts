/** The command line: one file per command, loaded when called. */

import { Command } from 'commander'
import type { Flags } from '#config'
import { addConfigCommands } from './config-commands.ts'
import type { ExplainFlags } from './explain.ts'
import { fail } from './failure.ts'
import type { ReplayFlags } from './replay.ts'
import type { ImportFlags } from './import.ts'
import type { OpenApiFlags } from './openapi.ts'
import type { SimulatorFlags } from './simulator.ts'
import { once, tellInOneLine } from './usage.ts'
import { version } from './version.ts'

/** `argv` as Node has it: program and script first. */
export async function run(argv: readonly string[]): Promise<void> {
  // Who reads only the first lines, as `head` does, has all it wants.
  process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EPIPE') fail(fault)
  })
  try {
    await program().parseAsync(argv)
  } catch (fault) {
    fail(fault)
  }
}

export function program(): Command {
  const sluice = new Command('sluice')
    .description('One gate between everything that talks to language models and everything that answers.')
    .version(version(), '-v, --version', 'print the version')
    .showSuggestionAfterError()
  tellInOneLine(sluice)

  sluice
    .command('start')
    .description('run the gateway in the foreground')
    .option('--host <address>', 'address to listen on (HOST; 127.0.0.1)')
    .option('--port <number>', 'port to listen on; 0 takes any free one (PORT; 8082)')
    .option(
      '--config <file>',
      'configuration file (SLUICE_CONFIG; sluice.toml, .yaml, .yml, .json or .jsonc here)',
      once,
    )
    .option('--log-level <level>', 'debug, info, warn, error or silent (LOG_LEVEL; info)')
    .option('--lenient', 'skip a configuration file that has a syntax error, with a warning')
    .option('--reload', 'watch the sources (RELOAD); refused in production')
    .action(async (flags: Flags) => {
      const { start } = await import('./start.ts')
      await start(flags)
    })

  addConfigCommands(sluice)

  sluice
    .command('explain')
    .description('tell where a request would go, and why, without sending anything')
    .argument('<model>', 'the model as a client would name it')
    .option('--header <line>', 'a request header such as "X-Provider: openai"; may be repeated', gathered, [])
    .option('--body <file>', 'file with a request body as a client would send it, JSON')
    .option('--dialect <name>', 'the language of the body, where it cannot be guessed')
    .option('--config <file>', 'configuration file, as for start', once)
    .option('--url <url>', 'ask the gateway that runs there; its key comes from PROXY_API_KEY')
    .option('--json', 'print JSON')
    .action(async (model: string, flags: ExplainFlags) => {
      const { explain } = await import('./explain.ts')
      await explain(model, flags)
    })

  sluice
    .command('replay')
    .description('tell what another configuration would make of recorded traces')
    .requiredOption('--config <file>', 'the other configuration', once)
    .requiredOption('--traces <file>', 'file of traces as TRACES_FILE records them')
    .option('--json', 'print JSON')
    .action(async (flags: ReplayFlags) => {
      const { replay } = await import('./replay.ts')
      await replay(flags)
    })

  sluice
    .command('simulator')
    .description('run the provider simulator, a server that answers like a provider without any model')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on, 0 takes any free one', '8090')
    .option('--fixtures <folder>', 'folder of recorded exchanges to answer from')
    .action(async (flags: SimulatorFlags) => {
      const { simulator } = await import('./simulator.ts')
      await simulator(flags)
    })

  sluice
    .command('import <path>')
    .description("turn another gateway's configuration, a file or its folder, into one of Sluice")
    .option('--from <gateway>', 'whose configuration it is; guessed when left out')
    .option('--keys <file>', 'the virtual keys of LiteLLM, as its /key/list prints them')
    .option('--out <file>', 'the file to write; default sluice.toml')
    .option('--format <format>', "toml, yaml or json; default by the file's ending")
    .action(async (path: string, flags: ImportFlags) => {
      const { importFrom } = await import('./import.ts')
      await importFrom(path, flags)
    })

  sluice
    .command('openapi')
    .description('print all that can be asked of the gateway, as OpenAPI')
    .option('--page', 'print the page of the reference')
    .action(async (flags: OpenApiFlags) => {
      const { printOpenApi } = await import('./openapi.ts')
      await printOpenApi(flags)
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

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
