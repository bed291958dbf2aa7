/** `sluice config schema`: the schema of the configuration file, for editors; and the reference page that is made of it. */

import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { jsonSchema, referencePage } from '#config'
import { print } from './config-sources.ts'
import { documentedFlags } from './documented-flags.ts'
import { fail } from './failure.ts'

export interface SchemaFlags {
  /** A page with the marks of the reference. */
  readonly page?: string
}

export function configSchema({ page }: SchemaFlags, program: Command): void {
  if (page === undefined) return print(JSON.stringify(jsonSchema(), undefined, 2))
  try {
    writeFileSync(page, referencePage(readFileSync(page, 'utf8'), documentedFlags(program)))
  } catch (fault) {
    fail(fault)
  }
  print(`the tables of ${page} are written`)
}
