/** The group `sluice config`: names, flags and which file does the work. */

import type { Command } from 'commander'
import type { EnvFlags } from './config-env.ts'
import type { SchemaFlags } from './config-schema.ts'
import type { ShowFlags } from './config-show.ts'
import type { SourceFlags } from './config-sources.ts'
import { once } from './usage.ts'
import type { ValidateFlags } from './config-validate.ts'

export function addConfigCommands(sluice: Command): void {
  const config = sluice
    .command('config')
    .description('show, check and explain the configuration, without starting anything')

  withSources(
    config.command('show').description('every value in effect with its origin; secrets as fingerprints'),
  )
    .option('--format <format>', 'toml, yaml, json or env', 'toml')
    .action(async (flags: ShowFlags) => (await import('./config-show.ts')).configShow(flags))

  withSources(
    config.command('validate').description('whether the gateway would start, and all that is wrong'),
  )
    .option('--format <format>', 'text or json', 'text')
    .action(async (flags: ValidateFlags) => (await import('./config-validate.ts')).configValidate(flags))

  withSources(config.command('env').description('all variables, what they mean, and what holds now'))
    .option('--format <format>', 'text or json', 'text')
    .action(async (flags: EnvFlags) => (await import('./config-env.ts')).configEnv(flags))

  withSources(config.command('explain').description('who sets a field or variable, who wins, and why'))
    .argument('<field>', 'such as server.port, providers.openai.base_url or PORT')
    .action(async (field: string, flags: SourceFlags) =>
      (await import('./config-explain.ts')).configExplain(field, flags),
    )

  config
    .command('diff')
    .description('what two configuration files, or all sources and one file, do not have in common')
    .argument('<first>', 'a file')
    .argument('[second]', 'another file')
    .action(async (first: string, second?: string) =>
      (await import('./config-diff.ts')).configDiff(first, second),
    )

  config
    .command('init')
    .description('write a commented file to begin with')
    .argument('[file]', 'its name', 'sluice.toml')
    .action(async (file: string) => (await import('./config-init.ts')).configInit(file))

  config
    .command('seal')
    .description('seal a secret from standard input with SLUICE_SECRET_KEY, to put it into a file')
    .action(async () => (await import('./config-seal.ts')).configSeal())

  config
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .option('--page <file>', 'write the tables of the reference page in this file anew instead')
    .action(async (flags: SchemaFlags) => (await import('./config-schema.ts')).configSchema(flags, sluice))
}

function withSources(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file, as for start', once)
    .option('--lenient', 'skip a configuration file that has a syntax error')
}
