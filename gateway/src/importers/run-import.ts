/** From another gateway's configuration to a file of ours, with everything that got lost on the way. */

import { fieldName, isTable, settingsSchema } from '#config'
import type { PresetFacts } from '#providers'
import { bifrost } from './from-bifrost.ts'
import { claudeCodeProxy } from './from-claude-code-proxy.ts'
import { claudeCodeRouter } from './from-claude-code-router.ts'
import { closedpaw } from './from-closedpaw.ts'
import { litellm } from './from-litellm.ts'
import { ollamaProxy } from './from-ollama-proxy.ts'
import { portkey } from './from-portkey.ts'
import { vandamme } from './from-vandamme.ts'
import { type Importer, reasonFrom } from './importer.ts'
import { Part, pathText, type Unmapped } from './part.ts'
import { ImportFault, type ReadSource } from './read-source.ts'

/** In the order of guessing: what is easily mistaken comes last. */
export const IMPORTERS: readonly Importer[] = [
  litellm,
  claudeCodeRouter,
  bifrost,
  portkey,
  closedpaw,
  claudeCodeProxy,
  ollamaProxy,
  vandamme,
]

export const IMPORT_SOURCES: readonly string[] = IMPORTERS.map(({ name }) => name)

export interface ImportResult {
  readonly source: string
  /** Our settings, fit for our schema. */
  readonly settings: object
  readonly unmapped: readonly Unmapped[]
  readonly hints: readonly string[]
  /** Variables that the new file asks for. */
  readonly variables: readonly string[]
  /** Places of keys that stand in the new file in full. */
  readonly literals: readonly string[]
  /** Where each of `unmapped` stands, with the file; those of the new file stand nowhere yet. */
  readonly lines: ReadonlyMap<Unmapped, string>
}

/** `now`: epoch milliseconds, for keys that end; without it none has ended. */
export function importSettings(
  source: ReadSource,
  presets: readonly PresetFacts[],
  from: string | undefined,
  now = 0,
): ImportResult {
  const importer = importerOf(source, from)
  if (source.keys !== undefined && importer.keysApart !== true)
    throw new ImportFault(
      `--keys is for keys of litellm; ${importer.name} has those of its clients in its file`,
    )
  const root = new Part(source.value)
  const env = new Part(source.env)
  const keys = new Part(source.keys)
  const { settings, references, hints } = importer.run({
    root,
    env,
    keys,
    now,
    title: source.title,
    presets,
  })
  const { fit, dropped } = fitting(settings)
  const reasonOf = reasonFrom(importer.reasons)
  const lines = new Map<Unmapped, string>()
  const { lineOf = () => source.name, lineOfKey = () => source.name } = source
  const unmapped = [
    ...root.unmapped(reasonOf, (told, place) => lines.set(told, lineOf(place))),
    ...(importer.variables === true ? env.unmapped(reasonOf) : []),
    ...keys.unmapped(reasonOf, (told, place) => lines.set(told, lineOfKey(place))),
  ]
  if (!Object.hasOwn(fit, 'providers')) throw withoutProviders(source, importer, unmapped, lines)
  return {
    source: importer.name,
    settings: fit,
    unmapped: [...unmapped, ...dropped],
    lines,
    hints: [...hints, ...shadowed(fit)],
    variables: [...references.variables].toSorted(),
    literals: [...new Set(references.literals)],
  }
}

/** What stands before a colon and is a provider counts before any name. */
function shadowed(fit: object): readonly string[] {
  const providers = below(fit, 'providers')
  return Object.keys(Object(below(fit, 'models'))).flatMap((name) => {
    const [provider = '', ...rest] = name.split(':')
    if (rest.length === 0 || !isTable(providers) || !Object.hasOwn(providers, provider.toLowerCase()))
      return []
    return [
      `"${name}" asks for "${rest.join(':')}" at the provider "${provider}" here: rename one of the two.`,
    ]
  })
}

/** Says what is wrong with the first value that could not be used. */
function withoutProviders(
  { name }: ReadSource,
  importer: Importer,
  [first]: readonly Unmapped[],
  lines: ReadonlyMap<Unmapped, string>,
): ImportFault {
  const none = `no provider that ${importer.name} would know`
  if (first === undefined || first.path === pathText([])) return new ImportFault(`${name} has ${none}`)
  return new ImportFault(`${lines.get(first) ?? name} has ${none}: ${first.path} ${first.reason}`)
}

function importerOf({ value, env, name }: ReadSource, from: string | undefined): Importer {
  const choices = IMPORT_SOURCES.join(', ')
  if (from !== undefined) {
    const found = IMPORTERS.find((importer) => importer.name === from)
    if (found === undefined) throw new ImportFault(`"${from}" is no source; there are ${choices}`)
    return found
  }
  const guessed = IMPORTERS.find((importer) => importer.knows(value, env))
  if (guessed !== undefined) return guessed
  if (value !== undefined && !isTable(value) && !Array.isArray(value))
    throw new ImportFault(`${name} holds no settings; a configuration is a table of them`)
  throw new ImportFault(`${name}: cannot tell whose configuration it is; say it with --from (${choices})`)
}

/** More rounds than anything by hand needs; each takes at least one value away. */
const ROUNDS = 1000

/** What our own schema would refuse is taken out and told, so that the rest can be used. */
function fitting(settings: object): { fit: object; dropped: readonly Unmapped[] } {
  const fit: unknown = structuredClone(settings)
  const dropped: Unmapped[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const issues = (settingsSchema.safeParse(fit).error?.issues ?? []).filter(
      ({ path }) => !isReference(path.reduce<unknown>(below, fit)),
    )
    if (issues.length === 0) break
    const gone = new Set<string>()
    for (const { path, message } of issues) {
      // What went with an earlier one is told with it.
      if (path.some((_, i) => gone.has(fieldName(path.slice(0, i + 1))))) continue
      const taken = takeOut(fit, path)
      gone.add(fieldName(taken))
      dropped.push({ path: `(new) ${fieldName(taken)}`, kind: 'value', reason: message })
    }
  }
  return { fit: Object(fit) as object, dropped } // A clone of an object.
}

/** Checked when the variable has a value. */
function isReference(value: unknown): boolean {
  return Array.isArray(value)
    ? value.some(isReference)
    : typeof value === 'string' && /(?<!\$)\$\{/.test(value)
}

function below(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

/** Removes the value, or the nearest table around it that is there; lists go as a whole. */
function takeOut(root: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  for (let length = path.length; length > 0; length--) {
    const last = path[length - 1]
    const holder = path.slice(0, length - 1).reduce<unknown>(below, root)
    if (last !== undefined && isTable(holder) && Object.hasOwn(holder, last)) {
      Reflect.deleteProperty(holder, last)
      return path.slice(0, length)
    }
  }
  throw new ImportFault('nothing of it fits')
}
