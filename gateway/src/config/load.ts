/** From everything the user said to the one configuration the house is built from. */

import { build } from './build.ts'
import type { GatewayConfig, PluginModule } from './config.ts'
import { merge } from './merge.ts'
import type { Origin } from './origin.ts'
import { pluginsOf } from './plugins.ts'
import { ConfigError } from './problem.ts'
import { readSources, type LoadOptions, type Sources } from './sources.ts'

export interface LoadedConfig extends GatewayConfig {
  /** Where each value came from, by field name. */
  readonly origins: ReadonlyMap<string, Origin>
}

/** Reads the sources afresh at each call. Throws `ConfigError` with everything that is wrong. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  return configOf(readSources(options), options)
}

export function configOf(
  sources: Sources,
  { presets, cwd }: Pick<LoadOptions, 'presets' | 'cwd'>,
): LoadedConfig {
  const { layers, problems, names, gaps, nameless, listed, managed = false, warnings } = sources
  if (problems.length > 0) throw new ConfigError(problems)
  const built = build({ ...merge(layers), names, presets, gaps, nameless, listed, managed, cwd })
  return { ...built, warnings: [...warnings, ...built.warnings] }
}

/** Modules that bring provider types: without them the rest cannot be judged. None where the sources are at fault, which loading tells. */
export function modulesNamed(options: LoadOptions): readonly PluginModule[] {
  const { layers, problems } = readSources(options)
  if (problems.length > 0) return []
  const { settings, origins } = merge(layers)
  return pluginsOf(settings, { origins, cwd: options.cwd }).modules
}
