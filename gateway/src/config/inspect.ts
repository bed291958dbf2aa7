/** The configuration as people look at it: every value in effect with its origin, and all that lost against it. */

import type { PresetFacts } from '#providers'
import { configOf, type LoadedConfig } from './load.ts'
import { merge } from './merge.ts'
import { didYouMean } from './nearest.ts'
import { placeOf, type Origin } from './origin.ts'
import { allKeys } from './schema-walk.ts'
import { isSecret, shownValue } from './secret.ts'
import { fieldName, isTable, type Layer, type Path, type Setting } from './setting.ts'
import { readSources, type LoadOptions, type Sources } from './sources.ts'
import { fieldOfVariable } from './variable-names.ts'
import { GLOBAL_VARIABLES } from './variables.ts'

export interface Entry {
  readonly path: Path
  readonly field: string
  /** As it may be seen. */
  readonly value: unknown
  readonly origin: Origin
  /** What is shown is a fingerprint. */
  readonly secret: boolean
}

export interface Effective {
  readonly config: LoadedConfig
  readonly entries: readonly Entry[]
}

/** Throws `ConfigError` when the configuration would not start. */
export function inspect(options: LoadOptions): Effective {
  return effective(readSources(options), options)
}

export function effective(sources: Sources, options: Pick<LoadOptions, 'presets' | 'cwd'>): Effective {
  const config = configOf(sources, options)
  const { settings, origins } = merge(sources.layers)
  const told = sources.layers
    .flat()
    .filter(once())
    .filter(({ value }) => !isTable(value))
    .flatMap(({ path }): Entry[] => {
      const value = valueAt(settings, path)
      const origin = origins.get(fieldName(path))
      return value === undefined || origin === undefined ? [] : [entryOf(path, value, origin)]
    })
  const entries = [...told, ...fromTypes(config, options.presets)]
  return { config, entries: entries.toSorted((a, b) => (a.field < b.field ? -1 : 1)) }
}

function once(): (setting: Setting) => boolean {
  const seen = new Set<string>()
  return ({ path }) => {
    const field = fieldName(path)
    if (seen.has(field)) return false
    seen.add(field)
    return true
  }
}

function entryOf(path: Path, value: unknown, origin: Origin): Entry {
  return { path, field: fieldName(path), value: shownValue(path, value), origin, secret: isSecret(path) }
}

function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const part of path) value = isTable(value) ? value[part] : undefined
  return value
}

/** What a provider has from its type. */
function fromTypes(config: LoadedConfig, presets: readonly PresetFacts[]): readonly Entry[] {
  return config.providers.flatMap(({ name, type, baseUrl, typeAliases = {} }) => {
    const at = ['providers', name]
    const origin: Origin = { source: 'preset', name: type }
    const url = presets.find((preset) => preset.name === type)?.baseUrl
    return [
      ...(baseUrl === undefined && url !== undefined ? [entryOf([...at, 'base_url'], url, origin)] : []),
      ...Object.entries(typeAliases).map(([alias, to]) => entryOf([...at, 'aliases', alias], to, origin)),
    ]
  })
}

export interface Bid {
  /** The place that says it. */
  readonly place: string
  readonly value: unknown
  readonly wins: boolean
}

export interface Explanation {
  readonly field: string
  readonly secret: boolean
  /** The strongest first; the first wins. */
  readonly bids: readonly Bid[]
  /** Whether there is such a field at all. */
  readonly known: boolean
  /** What was probably meant, where there is none. */
  readonly suggestion?: string
}

/** Who says something about a field. It may be named by its variable too. Works where other fields are wrong. */
export function explainField(asked: string, options: LoadOptions): Explanation {
  const { layers, names } = readSources(options)
  const field = fieldOfVariable(asked, names) ?? asked
  const settings = layers.flatMap((layer) => find(layer, field))
  const { bids: typed, path } = typeBid(field, options, settings.length === 0)
  const bids = settings.map((setting, index): Bid => ({
    place: placeOf(setting.origin),
    value: shownValue(setting.path, setting.value),
    wins: index === 0,
  }))
  const secret = isSecret(settings[0]?.path ?? path)
  const all = [...bids, ...typed]
  if (all.length > 0 || isField(field)) return { field, secret, bids: all, known: true }
  const words = [...allKeys(), ...layers.flat().map((one) => fieldName(one.path))]
  const lastParts = words.map((word) => word.split('.').at(-1) ?? word)
  const variables = GLOBAL_VARIABLES.map(({ name }) => name)
  return {
    field,
    secret,
    bids: [],
    known: false,
    ...didYouMean(asked, [...words, ...variables, ...lastParts]),
  }
}

function find(layer: Layer, field: string): Layer {
  return layer.filter(({ path }) => fieldName(path) === field)
}

/** The type of a provider speaks last. */
function typeBid(field: string, options: LoadOptions, wins: boolean): { bids: Bid[]; path: Path } {
  const path = field.split('.')
  try {
    const found = inspect(options).entries.find((entry) => entry.field === field)
    if (found?.origin.source !== 'preset') return { bids: [], path: found?.path ?? path }
    return { bids: [{ place: placeOf(found.origin), value: found.value, wins }], path: found.path }
  } catch {
    // A configuration that would not start has no types yet; what its sources say is still told.
    return { bids: [], path }
  }
}

/** Whether the schema knows the place. */
function isField(field: string): boolean {
  return allKeys().some((key) =>
    new RegExp(`^${key.replaceAll('.', String.raw`\.`).replaceAll('*', '(?:[^."]+|"[^"]*")')}$`).test(field),
  )
}
