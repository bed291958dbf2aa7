/** `sluice config show`: every value in effect with its origin, secrets as fingerprints. */

import { inspect, RENDERINGS } from '#config'
import { orFail, print, type SourceFlags, sourcesOf } from './config-sources.ts'
import { fail } from './failure.ts'

export interface ShowFlags extends SourceFlags {
  readonly format: string
}

export async function configShow(flags: ShowFlags): Promise<void> {
  const format = Object.entries(RENDERINGS).find(([name]) => name === flags.format)
  if (format === undefined) fail([`flag --format: must be one of ${Object.keys(RENDERINGS).join(', ')}`])
  const { entries, config } = await orFail(async () => inspect(await sourcesOf(flags)))
  print(format[1](entries))
  // JSON has no place for remarks.
  if (flags.format === 'json') return
  for (const { name, reason } of config.partial) print(`# ${name}: not usable, ${reason}`)
  for (const warning of config.warnings) print(`# warning: ${warning}`)
}
