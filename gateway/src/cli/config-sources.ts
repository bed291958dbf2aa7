/** What all `sluice config` commands have in common: the sources as `sluice start` would read them, and how a refusal is told. */

import { ConfigError, type Flags, type LoadOptions, problemLine } from '#config'
import { PRESET_FACTS } from '#providers'
import { fail } from './failure.ts'

export interface SourceFlags {
  readonly config?: string
  readonly lenient?: boolean
}

export function sourcesOf({ config, lenient }: SourceFlags): LoadOptions {
  const flags: Flags = {
    ...(config === undefined ? {} : { config }),
    ...(lenient === undefined ? {} : { lenient }),
  }
  return { env: process.env, cwd: process.cwd(), flags, presets: PRESET_FACTS }
}

/** Ends the process with the problems where the configuration is refused. */
export function orFail<Result>(work: () => Result): Result {
  try {
    return work()
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
