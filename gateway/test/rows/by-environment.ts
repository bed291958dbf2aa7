/** Providers as variables and files alone make them, with the real types. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig, type LoadedConfig, type ProviderConfig } from '#config'
import { PRESET_FACTS } from '#providers'

export function configuredBy(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): LoadedConfig {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-rows-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), text)
    }
    return loadConfig({ env, cwd, flags: {}, presets: PRESET_FACTS })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

export function onlyProvider(
  env: Readonly<Record<string, string>>,
  files?: Readonly<Record<string, string>>,
): ProviderConfig {
  const { providers, partial } = configuredBy(env, files)
  const [provider] = providers
  if (provider === undefined) throw new Error(`no provider: ${JSON.stringify(partial)}`)
  return provider
}
