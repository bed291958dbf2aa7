/** What was said while the gateway ran: it lies above all sources until they are read again (requirement R18). */

import { canonical } from './canonical.ts'
import type { Problem } from './problem.ts'
import { fieldName, isTable, type Layer, type Path, type Setting } from './setting.ts'
import { globalGaps, shutProblems, type Sources } from './sources.ts'
import { substitute } from './substitute.ts'
import { problemsIn } from './validate.ts'

/** What one order says: what is no longer to be heard, then what holds instead. */
export interface RuntimeChange {
  /** Places below which nothing that was said before counts. */
  readonly hidden: readonly Path[]
  /** As it was said: a `${VAR}` is still text. */
  readonly settings: Layer
}

export interface RuntimeLayer extends RuntimeChange {
  /** Providers that were brought in, the first first. */
  readonly names: readonly string[]
}

export const SILENT: RuntimeLayer = { hidden: [], settings: [], names: [] }

/** The layer after one more change. Of tombstones only those stay that hide something in the sources. */
export function changedLayer(before: RuntimeLayer, change: RuntimeChange, sources: Sources): RuntimeLayer {
  const fresh = new Set(change.settings.map(({ path }) => fieldName(path)))
  const kept = before.settings.filter(
    ({ path }) => !isHidden(path, change.hidden) && !fresh.has(fieldName(path)),
  )
  const settings = [...kept, ...change.settings]
  const told = [...sources.layers.flat(), ...sources.gaps.map(({ setting }) => setting)]
  const hidden = new Map([...before.hidden, ...change.hidden].map((path) => [fieldName(path), path]))
  return {
    settings,
    hidden: [...hidden.values()].filter((place) => told.some(({ path }) => isHidden(path, [place]))),
    names: [...new Set([...before.names, ...providersOf(settings)])].filter((name) =>
      providersOf(settings).includes(name),
    ),
  }
}

/** The layer without what it says of these places: they have been told anew elsewhere. */
export function silencedLayer(layer: RuntimeLayer, places: readonly Path[]): RuntimeLayer {
  const settings = layer.settings.filter(({ path }) => !isHidden(path, places))
  const told = providersOf(settings)
  return {
    settings,
    hidden: layer.hidden.filter((path) => !isHidden(path, places)),
    names: layer.names.filter((name) => told.includes(name)),
  }
}

/** The sources with the layer upon them. */
export function overlaid(sources: Sources, { hidden, settings, names }: RuntimeLayer): Sources {
  if (hidden.length + settings.length === 0) return sources
  const filled = substitute(settings, sources.lookUp)
  const isGone = (name: string) => isHidden(['providers', name], hidden)
  const known = sources.names.filter((name) => !isGone(name) || names.includes(name))
  return {
    ...sources,
    managed: true,
    layers: [
      filled.settings,
      ...sources.layers.map((layer) => layer.filter(({ path }) => !isHidden(path, hidden))),
    ],
    names: [...known, ...names.filter((name) => !known.includes(name))],
    gaps: [...sources.gaps.filter(({ setting }) => !isHidden(setting.path, hidden)), ...filled.gaps],
    problems: [
      ...sources.problems,
      ...globalGaps(filled),
      ...shutProblems(filled),
      ...problemsIn(filled.settings),
    ],
    listed: new Set([...sources.listed].filter((name) => !isGone(name))),
  }
}

/** What is said in the words of a file. */
export function saidSettings(value: object): {
  readonly settings: Layer
  readonly problems: readonly Problem[]
} {
  const { settings, problems } = canonical({ name: 'management', value, lineOf: () => undefined })
  const origin = { source: 'runtime' } as const
  return { settings: settings.map((setting): Setting => ({ ...setting, origin })), problems }
}

const UNSET = '\0unset'

function isUnset({ value }: Setting): boolean {
  return value === UNSET
}

/** A provider's fields as they are to be changed; null takes one away (RFC 7396). */
export function saidChange(
  name: string,
  fields: Readonly<Record<string, unknown>>,
): RuntimeChange & { readonly problems: readonly Problem[] } {
  const { settings, problems } = saidSettings({ providers: { [name]: marked(fields) } })
  const gone = settings.filter(isUnset).map(({ path }) => path)
  // A list of models, or none, stands in place of the whole table; its path is that of the list in it.
  const isWhole = 'models' in fields && !isTable(fields.models)
  const models = isWhole ? [['providers', name, 'models']] : []
  return {
    hidden: [...gone.filter((path) => !isHidden(path, models)), ...models],
    settings: settings.filter((setting) => !isUnset(setting)),
    problems,
  }
}

function marked(value: unknown): unknown {
  if (value === null) return UNSET
  return isTable(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]))
    : value
}

function providersOf(settings: Layer): readonly string[] {
  return settings.flatMap(({ path: [room, name] }) =>
    room === 'providers' && name !== undefined ? [name] : [],
  )
}

/** Whether a place is one of these or below one. */
export function isHidden(path: Path, places: readonly Path[]): boolean {
  return places.some((place) => place.every((part, index) => part === path[index]))
}
