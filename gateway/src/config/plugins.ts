/** Plugins and middlewares out of the settings: paths made absolute, times in milliseconds. */

import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { milliseconds } from './clocks.ts'
import type { MiddlewareConfig, PluginsConfig } from './config.ts'
import { placeOf, type Origin } from './origin.ts'
import type { Settings } from './schema.ts'

export interface PluginPlaces {
  readonly origins: ReadonlyMap<string, Origin>
  readonly cwd: string
}

export function pluginsOf(settings: Settings, places: PluginPlaces): PluginsConfig {
  const { plugins = {}, thought_signatures: signatures = {} } = settings
  return {
    modules: (plugins.modules ?? []).map((module) => located(module, 'plugins.modules', places)),
    hookTimeoutMs: milliseconds(plugins.hook_timeout ?? 0),
    middleware: middlewareOf(settings, places),
    ...(signatures.enabled === false
      ? {}
      : {
          thoughtSignatures: {
            maxSize: signatures.max_size ?? 1,
            ttlMs: milliseconds(signatures.ttl ?? 0),
            sweepMs: milliseconds(signatures.sweep_interval ?? 0),
          },
        }),
  }
}

function middlewareOf({ middleware = [] }: Settings, places: PluginPlaces): readonly MiddlewareConfig[] {
  return middleware
    .filter(({ enabled }) => enabled !== false)
    .map(({ use, module, options = {}, providers, models, hook_timeout: limit }) => ({
      ...(module === undefined
        ? { use: use ?? '', where: whereIs('middleware', places) }
        : located(module, 'middleware', places)),
      options,
      ...(providers === undefined ? {} : { providers: providers.map((name) => name.toLowerCase()) }),
      ...(models === undefined ? {} : { models }),
      ...(limit === undefined ? {} : { hookTimeoutMs: milliseconds(limit) }),
    }))
}

/** A path is meant from where it is written; anything else is a package's name. */
function located(module: string, field: string, places: PluginPlaces): { module: string; where: string } {
  const where = whereIs(field, places)
  if (module.startsWith('file:')) return { module, where }
  if (module.startsWith('~/')) return { module: resolve(homedir(), module.slice(2)), where }
  const isPath = /^\.{0,2}\//.test(module) || /^[a-z]:[\\/]/i.test(module)
  return { module: isPath ? resolve(folderOf(field, places), module) : module, where }
}

function folderOf(field: string, { origins, cwd }: PluginPlaces): string {
  const origin = origins.get(field)
  if (origin?.source !== 'file' || origin.name === undefined) return cwd
  const file = origin.name.startsWith('~/') ? resolve(homedir(), origin.name.slice(2)) : origin.name
  return dirname(resolve(cwd, file))
}

function whereIs(field: string, { origins }: PluginPlaces): string {
  return placeOf(origins.get(field) ?? { source: 'default' })
}
