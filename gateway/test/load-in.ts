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
}

export function loadIn({ env = {}, files = {}, flags = {} }: Given): LoadedConfig {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-config-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), text)
    }
    return loadConfig({ env, cwd, flags, presets: FACTS })
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
