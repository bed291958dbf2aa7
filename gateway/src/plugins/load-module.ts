/** Loads a plugin's module and looks at what it exports. Modules are named by the configuration alone, never by a request. */

import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { GatewayError } from '#core'
import type { Preset } from '#providers'
import type { MakeMiddleware } from './middleware.ts'
import { providerTypeFault } from './provider-type.ts'

export interface PluginExports {
  readonly middleware?: MakeMiddleware
  readonly providerTypes: readonly Preset[]
}

interface Place {
  /** Absolute path, `file:` URL or package. */
  readonly module: string
  /** Where the configuration names it. */
  readonly where: string
}

/** When a file was changed last, so that a changed one is another module; undefined for what is no file. */
export function stampOf(module: string): number | undefined {
  const path = module.startsWith('file:') ? fileURLToPath(module) : module
  return isAbsolute(path) ? statSync(path, { throwIfNoEntry: false })?.mtimeMs : undefined
}

/** Throws `invalid-request` with the place, the module and the reason. */
export async function loadModule(place: Place): Promise<PluginExports> {
  const pluginUrl = urlOf(place.module)
  let exports: unknown
  try {
    exports = await import(/* @vite-ignore */ pluginUrl)
  } catch (thrown) {
    throw pluginFault(
      place,
      `cannot be loaded: ${thrown instanceof Error ? thrown.message : 'it threw'}`,
      thrown,
    )
  }
  const fault = exportsFault(exports)
  if (fault !== undefined) throw pluginFault(place, fault)
  // exportsFault has looked at both.
  const { middleware, providerTypes = [] } = exports as Partial<PluginExports>
  return { providerTypes, ...(middleware === undefined ? {} : { middleware }) }
}

export function pluginFault({ module, where }: Place, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid-request', `${where}: the plugin ${module} ${reason}.`, { cause })
}

function urlOf(module: string): string {
  const stamp = stampOf(module)
  if (!isAbsolute(module) && !module.startsWith('file:')) return packageUrl(module)
  const url = module.startsWith('file:') ? module : pathToFileURL(module).href
  return stamp === undefined ? url : `${url}?changed=${stamp}`
}

/** A package is looked for from the working directory: the gateway itself may be installed elsewhere. */
function packageUrl(name: string): string {
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'plugins.cjs')).resolve(name)).href
  } catch {
    return name
  }
}

function exportsFault(exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return 'exports nothing'
  const { middleware, providerTypes } = exports as Record<string, unknown> // a module is a record of its exports
  if (middleware === undefined && providerTypes === undefined) {
    return 'exports neither "middleware", a function, nor "providerTypes", a list'
  }
  if (middleware !== undefined && typeof middleware !== 'function') {
    return 'exports a "middleware" that is no function'
  }
  if (providerTypes === undefined) return undefined
  if (!Array.isArray(providerTypes)) return 'exports "providerTypes" that are no list'
  return providerTypes.map(providerTypeFault).find((fault) => fault !== undefined)
}
