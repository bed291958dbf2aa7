/** BIG_MODEL, MIDDLE_MODEL and SMALL_MODEL: size classes for the provider that OPENAI_* makes (requirement R24). */

import { placeOf } from './origin.ts'
import type { Layer, Setting } from './setting.ts'
import { SIZE_OWNER as OWNER, SIZE_VARIABLES } from './variables.ts'

const NAMES: ReadonlySet<string> = new Set(SIZE_VARIABLES.map(({ name }) => name))

export interface SizedLayer {
  readonly layer: Layer
  readonly warnings: readonly string[]
}

/** Drops them where the file defines classes for that provider, and where there is no such provider. */
export function dropStraySizes(layer: Layer, file: Layer, providers: readonly string[]): SizedLayer {
  const sizes = layer.filter(isSize)
  const [first] = sizes
  if (first === undefined) return { layer, warnings: [] }
  const rest = layer.filter((setting) => !isSize(setting))
  const inFile = file.find(({ path }) => path[0] === 'providers' && path[1] === OWNER && path[2] === 'models')
  const names = [...new Set(sizes.map(({ origin }) => origin.name))].join(', ')
  if (inFile !== undefined) {
    return {
      layer: rest,
      warnings: [`${names}: ignored, because ${placeOf(inFile.origin)} names the models of ${OWNER}`],
    }
  }
  if (!providers.includes(OWNER))
    return { layer: rest, warnings: [`${names}: ignored, as there is no provider ${OWNER}`] }
  return { layer, warnings: [] }
}

function isSize(setting: Setting): boolean {
  return NAMES.has(setting.origin.name?.toUpperCase() ?? '') && setting.path[0] === 'providers'
}
