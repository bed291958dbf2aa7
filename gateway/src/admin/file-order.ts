/** The providers' own file replaced as a whole: judged with all other sources, masks turned back into what is stored (requirements D32, D33). */

import {
  ConfigError,
  type Layer,
  type Problem,
  providersFile,
  readSources,
  replacementOf,
  sealedTree,
  silencedLayer,
} from '#config'
import { isObject, type JsonObject, stringOf } from '#core'
import type { Order, State } from './config-keeper.ts'
import { replaceFile, restore, sealingKey } from './persist.ts'

/** What the file will say that it does not say now. */
export function freshIn(given: JsonObject, { options, sources }: State): Layer {
  return replacementOf(given, providersFile(options.cwd, sources.named)).fresh
}

export function replacement(given: JsonObject, { options, sources, runtime }: State): Order {
  const file = providersFile(options.cwd, sources.named)
  const { tree, problems } = replacementOf(given, file)
  const faults = [...problems, ...shapeFaults(given, file.shown)]
  if (faults.length > 0) throw new ConfigError(faults)
  const key = sealingKey(sources)
  const text = `${JSON.stringify(key === undefined ? tree : sealedTree(tree, key), null, 2)}\n`
  const read = readSources({ ...options, texts: new Map([[file.path, text]]) })
  const nameless = read.nameless.filter((place) => !sources.nameless.includes(place))
  if (nameless.length > 0)
    throw new ConfigError(nameless.map((where) => ({ where, field: 'name', message: 'is missing' })))
  const places = [...namesIn(given), ...namesIn(file.tree)].map((name) => ['providers', name])
  return {
    sources: read,
    // What is said of a provider here is the last word on it.
    runtime: silencedLayer(runtime, 'default_provider' in given ? [...places, ['default_provider']] : places),
    persist: async () => {
      await replaceFile(file, text)
      return () => restore(file)
    },
  }
}

/** What a file may lack, and what nobody means who replaces it. */
function shapeFaults(given: JsonObject, where: string): readonly Problem[] {
  const entries = entriesOf(given.providers)
  if (entries.length === 0) return [{ where, field: 'providers', message: 'must name at least one provider' }]
  return entries.flatMap(([name, entry]) => {
    const { models } = isObject(entry) ? entry : {}
    const classes = isObject(models) ? Object.entries(models) : []
    return classes.flatMap(([size, list]) =>
      Array.isArray(list) && list.length === 0
        ? [{ where, field: `providers.${name}.models.${size}`, message: 'must name at least one model' }]
        : [],
    )
  })
}

function entriesOf(providers: unknown): readonly (readonly [string, unknown])[] {
  if (isObject(providers)) return Object.entries(providers)
  if (!Array.isArray(providers)) return []
  return providers.map(
    (entry: unknown) => [isObject(entry) ? (stringOf(entry['name']) ?? '') : '', entry] as const,
  )
}

function namesIn(tree: Readonly<Record<string, unknown>>): readonly string[] {
  return entriesOf(tree['providers']).map(([name]) => name.trim().toLowerCase())
}
