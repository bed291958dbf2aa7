/** `sluice config diff`: what two files, or all sources and one file, do not have in common. */

import { differences, inspect } from '#config'
import { oneValue, orFail, print, sourcesOf } from './config-sources.ts'

/** One file is held against what the sources say now. Exit code 1 when anything differs, as with other tools that compare. */
export async function configDiff(first: string, second: string | undefined): Promise<void> {
  const [before, after] = second === undefined ? [undefined, first] : [first, second]
  const found = await orFail(async () => differences(await entriesOf(before), await entriesOf(after)))
  for (const { field, before: old, after: young } of found) {
    if (old !== undefined) print(`- ${field} = ${oneValue(old)}`)
    if (young !== undefined) print(`+ ${field} = ${oneValue(young)}`)
  }
  process.exitCode = found.length === 0 ? 0 : 1
}

async function entriesOf(config: string | undefined) {
  return inspect(await sourcesOf(config === undefined ? {} : { config })).entries
}
