/** From another gateway's configuration to a file of ours, with everything that got lost on the way. */

import type { PresetFacts } from '#providers'
import { fieldName, isTable } from '../setting.ts'
import { settingsSchema } from '../schema.ts'
import { bifrost } from './from-bifrost.ts'
import { claudeCodeProxy } from './from-claude-code-proxy.ts'
import { claudeCodeRouter } from './from-claude-code-router.ts'
import { closedpaw } from './from-closedpaw.ts'
import { litellm } from './from-litellm.ts'
import { ollamaProxy } from './from-ollama-proxy.ts'
import { portkey } from './from-portkey.ts'
import { vandamme } from './from-vandamme.ts'
import { type Importer, reasonFrom } from './importer.ts'
import { Part, type Unmapped } from './part.ts'
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
}

export function importSettings(
  source: ReadSource,
  presets: readonly PresetFacts[],
  from: string | undefined,
): ImportResult {
  const importer = importerOf(source, from)
  const root = new Part(source.value)
  const env = new Part(source.env)
  const { settings, references, hints } = importer.run({ root, env, title: source.title, presets })
  const { fit, dropped } = fitting(settings)
  if (!Object.hasOwn(fit, 'providers'))
    throw new ImportFault(`${source.name} has no provider that ${importer.name} would know`)
  const reasonOf = reasonFrom(importer.reasons)
  return {
    source: importer.name,
    settings: fit,
    unmapped: [
      ...root.unmapped(reasonOf),
      ...(importer.variables === true ? env.unmapped(reasonOf) : []),
      ...dropped,
    ],
    hints,
    variables: [...references.variables].toSorted(),
    literals: references.literals,
  }
}

function importerOf({ value, env, name }: ReadSource, from: string | undefined): Importer {
  const choices = IMPORT_SOURCES.join(', ')
  if (from !== undefined) {
    const found = IMPORTERS.find((importer) => importer.name === from)
    if (found === undefined) throw new ImportFault(`"${from}" is no source; there are ${choices}`)
    return found
  }
  const guessed = IMPORTERS.find((importer) => importer.knows(value, env))
  if (guessed === undefined)
    throw new ImportFault(`${name}: cannot tell whose configuration it is; say it with --from (${choices})`)
  return guessed
}

/** More rounds than anything by hand needs; each takes at least one value away. */
const ROUNDS = 1000

/** What our own schema would refuse is taken out and told, so that the rest can be used. */
function fitting(settings: object): { fit: object; dropped: readonly Unmapped[] } {
  const fit: unknown = structuredClone(settings)
  const dropped: Unmapped[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const issue = settingsSchema
      .safeParse(fit)
      .error?.issues.find(({ path }) => !isReference(path.reduce<unknown>(below, fit)))
    if (issue === undefined) break
    const path = takeOut(fit, issue.path)
    dropped.push({ path: `(new) ${fieldName(path)}`, kind: 'value', reason: issue.message })
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
