/** `sluice config env`: all variables there are, what they mean, what holds now and who said it. */

import { inspect, listVariables } from '#config'
import { oneValue, orFail, print, type SourceFlags, sourcesOf } from './config-sources.ts'

export interface EnvFlags extends SourceFlags {
  readonly format: string
}

export async function configEnv(flags: EnvFlags): Promise<void> {
  const variables = await orFail(async () => listVariables(inspect(await sourcesOf(flags))))
  if (flags.format === 'json') return print(JSON.stringify(variables, undefined, 2))
  for (const { name, meaning, value, place } of variables) {
    print(name)
    print(`    ${meaning}`)
    if (place !== undefined) print(`    now ${oneValue(value)}, from ${place}`)
  }
}
