/** `sluice config init`: writes a commented file to begin with; never over one that exists. */

import { writeFileSync } from 'node:fs'
import { starterFile } from '#config'
import { print } from './config-sources.ts'
import { fail } from './failure.ts'

export function configInit(file: string): void {
  if (!file.endsWith('.toml')) fail([`${file}: the starter file is TOML; give a name that ends in .toml`])
  try {
    // The flag refuses in the same step as it looks: nothing can come between.
    writeFileSync(file, starterFile(), { flag: 'wx', mode: 0o600 })
  } catch (fault) {
    const exists = fault instanceof Error && 'code' in fault && fault.code === 'EEXIST'
    fail(exists ? [`${file} exists already and is left as it is`] : fault)
  }
  print(`${file} is written; look at what holds with: sluice config show`)
}
