/** Layers into one: by provider name and per field, the higher layer wins; where each value came from is kept. */

import type { Origin } from './origin.ts'
import { settingsSchema, type Settings } from './schema.ts'
import { fieldName, treeOf, type Layer, type Setting } from './setting.ts'

export interface Merged {
  readonly settings: Settings
  /** By field name, such as `providers.acme.base_url`. */
  readonly origins: ReadonlyMap<string, Origin>
}

/** `layers` from the highest to the lowest; each is already valid by itself. */
export function merge(layers: readonly Layer[]): Merged {
  const winners = new Map<string, Setting>()
  for (const layer of layers) {
    for (const setting of layer) {
      const field = fieldName(setting.path)
      if (!winners.has(field)) winners.set(field, setting)
    }
  }
  const origins = new Map([...winners].map(([field, setting]) => [field, setting.origin]))
  return { settings: settingsSchema.parse(treeOf([...winners.values()])), origins }
}
