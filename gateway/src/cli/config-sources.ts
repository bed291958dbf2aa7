/** What all `sluice config` commands have in common: the sources as `sluice start` would read them, and how a refusal is told. */

import { ConfigError, type Flags, type LoadOptions, problemLine } from '#config'
import { fail } from './failure.ts'
import { providerTypes } from './provider-types.ts'

export interface SourceFlags {
  readonly config?: string
  readonly lenient?: boolean
}

/** Provider types that plugins bring are known, as to `sluice start`. */
export async function sourcesOf({ config, lenient }: SourceFlags): Promise<LoadOptions> {
  const flags: Flags = {
    ...(config === undefined ? {} : { config }),
    ...(lenient === undefined ? {} : { lenient }),
  }
  const sources = { env: process.env, cwd: process.cwd(), flags }
  return { ...sources, presets: await providerTypes(sources) }
}

/** Ends the process with the problems where the configuration is refused. */
export async function orFail<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (fault) {
    fail(fault instanceof ConfigError ? fault.problems.map(problemLine) : fault)
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A value on one line, as configuration files write it. */
export function oneValue(value: unknown): string {
  return value === undefined ? '(not set)' : JSON.stringify(value)
}
