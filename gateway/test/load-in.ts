/** Loads a configuration in a folder of its own that holds just the given files. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  ConfigError,
  loadConfig,
  type Flags,
  type LoadedConfig,
  type LoadOptions,
  type Problem,
} from '#config'

/** Facts as the presets give them, held still for tests. */
export const FACTS: LoadOptions['presets'] = [
  { name: 'openai', baseUrl: 'https://api.openai.com/v1', needsKey: true, dialect: 'openai-chat' },
  { name: 'anthropic', baseUrl: 'https://api.anthropic.com', needsKey: true, dialect: 'anthropic' },
  { name: 'ollama', baseUrl: 'http://127.0.0.1:11434', needsKey: false, dialect: 'ollama' },
  { name: 'openrouter', baseUrl: 'https://openrouter.ai/api/v1', needsKey: true, dialect: 'openai-chat' },
  { name: 'custom', needsKey: false, dialect: 'openai-chat' },
]

export interface Given {
  readonly env?: Readonly<Record<string, string>>
  /** Text by file name. */
  readonly files?: Readonly<Record<string, string>>
  readonly flags?: Flags
  /** Files of the user's own folder. */
  readonly user?: Readonly<Record<string, string>>
  readonly ollama?: boolean
}

export function loadIn(given: Given): LoadedConfig {
  return withSources(given, loadConfig)
}

/** The sources laid out for as long as `work` needs them. */
export function withSources<Result>(
  { env = {}, files = {}, flags = {}, user = {}, ollama = false }: Given,
  work: (options: LoadOptions) => Result,
): Result {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-config-'))
  try {
    const own = Object.entries(user).map(([name, text]): [string, string] => [
      `home/.config/sluice/${name}`,
      text,
    ])
    for (const [name, text] of [...Object.entries(files), ...own]) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), text)
    }
    const home = own.length === 0 ? {} : { HOME: join(cwd, 'home') }
    return work({ env: { ...home, ...env }, cwd, flags, presets: FACTS, ollama })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** What is refused; fails when nothing is. */
export function refusalIn(given: Given): readonly Problem[] {
  try {
    loadIn(given)
  } catch (fault) {
    if (fault instanceof ConfigError) return fault.problems
    throw fault
  }
  throw new Error('the configuration was accepted')
}

/** The refusal as people read it, one line per problem. */
export function refusedLines(given: Given): readonly string[] {
  return new ConfigError(refusalIn(given)).message.split('\n')
}
