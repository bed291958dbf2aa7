/** A whole file of providers as management is handed it: secrets for masks, a mark on new addresses, and what hands alone may write. */

import { unmaskedTree } from './masks.ts'
import type { Problem } from './problem.ts'
import type { ProvidersFile } from './providers-file.ts'
import { saidSettings } from './runtime-layer.ts'
import { guardedNames, guardPath, liftedGuards } from './said-addresses.ts'
import { isOn } from './schema-values.ts'
import { fieldName, isTable, type Layer, type Setting } from './setting.ts'

/** Code, files and the fence itself: whoever may change these may do everything that the gateway's own user may. */
const BY_HAND: ReadonlySet<string> = new Set([
  'server.upstream_allow',
  'plugins.modules',
  'traces.file',
  'cache_dir',
  'routing_rules',
  'model_filter',
  'top_models.rankings_file',
])

export interface Replacement {
  readonly tree: unknown
  /** What the stored file does not say. */
  readonly fresh: Layer
  readonly problems: readonly Problem[]
}

export function replacementOf(given: object, { tree: stored, shown: where }: ProvidersFile): Replacement {
  const { value, problems } = unmaskedTree(given, stored, where)
  const said = layerOf(value)
  const known = layerOf(stored)
  const before = new Map(known.map((setting) => [fieldName(setting.path), textOf(setting)]))
  const fresh = said.filter((setting) => before.get(fieldName(setting.path)) !== textOf(setting))
  const kept = known.filter(({ path, value: mark }) => fieldName(path) === markOf(path[1]) && isOn(mark))
  const names = new Set([...guardedNames(fresh), ...kept.map(({ path: [, name = ''] }) => name)])
  const refuse = (message: string) => (field: string) => ({
    where,
    field,
    message,
    suggestion: BY_HAND_SUGGESTION,
  })
  return {
    tree: marked(value, names),
    fresh,
    problems: [
      ...problems,
      ...liftedGuards(fresh, []).map(refuse('is not taken away through management')),
      ...changedByHand(said, known).map(refuse('is not changed through management')),
    ],
  }
}

const BY_HAND_SUGGESTION = 'change it in the file, by hand, and reload'

function layerOf(tree: unknown): Layer {
  return isTable(tree) ? saidSettings(tree).settings : []
}

function textOf({ value }: Setting): string {
  return JSON.stringify(value)
}

function markOf(name = ''): string {
  return fieldName(guardPath(name))
}

function changedByHand(said: Layer, known: Layer): readonly string[] {
  const then = byHand(known)
  const now = byHand(said)
  return [...new Set([...then.keys(), ...now.keys()])].filter((field) => then.get(field) !== now.get(field))
}

function byHand(layer: Layer): ReadonlyMap<string, string> {
  return new Map(
    layer.flatMap((setting): [string, string][] => {
      const field = fieldName(setting.path)
      if (BY_HAND.has(field)) return [[field, textOf(setting)]]
      const { path, value } = setting
      if (path[0] !== 'middleware' || !Array.isArray(value)) return []
      const modules = value.filter((one) => isTable(one) && one.module !== undefined)
      return modules.length === 0 ? [] : [['middleware', JSON.stringify(modules)]]
    }),
  )
}

function marked(tree: unknown, names: ReadonlySet<string>): unknown {
  if (!isTable(tree)) return tree
  const { providers } = tree
  const mark = (name: unknown, entry: unknown): unknown =>
    typeof name === 'string' && names.has(name.trim().toLowerCase()) && isTable(entry)
      ? { ...entry, guarded: true }
      : entry
  if (Array.isArray(providers))
    return {
      ...tree,
      providers: providers.map((entry) => mark(isTable(entry) ? entry.name : undefined, entry)),
    }
  if (!isTable(providers)) return tree
  const entries = Object.entries(providers).map(([name, entry]) => [name, mark(name, entry)])
  return { ...tree, providers: Object.fromEntries(entries) }
}
