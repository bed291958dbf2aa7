/**
 * From a file's tree to settings with canonical names: kebab-case and other spellings, providers as a list, clocks by
 * their old name. What the schema does not know stays as it is, for the schema to refuse.
 */

import type { z } from 'zod'
import type { Problem } from './problem.ts'
import { fieldName, isTable, type Path, type Setting } from './setting.ts'
import { PROVIDER, ROOT, shapeOf } from './schema-walk.ts'

export interface FileTree {
  /** As shown to people. */
  readonly name: string
  readonly value: unknown
  /** The line of a key, of the nearest one above it, or undefined. */
  lineOf(path: readonly (string | number)[]): number | undefined
}

export interface CanonicalFile {
  readonly settings: readonly Setting[]
  readonly problems: readonly Problem[]
  /** Places of list entries that lack a name. */
  readonly nameless: readonly string[]
}

/** Spellings that the seeds of this format used; each counts only where its target is a key and it is none. */
export const SPELLINGS: ReadonlyMap<string, Path> = new Map([
  ['timeout', ['timeouts', 'headers']],
  ['headers', ['custom_headers']],
  ['api_keys', ['api_key']],
  ['dialect', ['api_format']],
])

type FilePath = readonly (string | number)[]

interface Entry {
  readonly name: string
  readonly item: unknown
  readonly place: FilePath
}

export function canonical(tree: FileTree): CanonicalFile {
  const walk = new Walk(tree)
  walk.visit(ROOT, tree.value, [], [])
  walk.finish()
  return { settings: [...walk.settings.values()], problems: walk.problems, nameless: walk.nameless }
}

class Walk {
  readonly settings = new Map<string, Setting>()
  readonly problems: Problem[] = []
  readonly nameless: string[] = []
  readonly #tree: FileTree
  readonly #providerNames = new Set<string>()
  readonly #later: (() => void)[] = []
  #isLate = false

  constructor(tree: FileTree) {
    this.#tree = tree
  }

  /** `at` is the canonical place, `from` the place in the file. */
  visit(schema: z.core.$ZodType, value: unknown, at: Path, from: FilePath): void {
    // A key without a value is a key left out.
    if (value === null || value === undefined) return
    const shape = shapeOf(schema)
    if (at[0] === 'providers' && at.length === 1) return this.#providers(schema, value, from)
    if (at[0] === 'providers' && at[2] === 'models' && at.length === 3 && !isTable(value)) {
      return this.#put([...at, 'list'], value, from)
    }
    if (at[0] === 'providers' && at[2] === 'settings' && at.length === 3 && isTable(value)) {
      return this.#loose(value, at, from)
    }
    if (shape.kind === 'leaf' || !isTable(value) || Object.keys(value).length === 0)
      return this.#put(at, value, from)
    for (const [key, item] of Object.entries(value)) {
      if (shape.kind === 'named') this.visit(shape.value, item, [...at, key], [...from, key])
      else this.#key(shape.keys, key, item, at, [...from, key])
    }
  }

  /** What stands in the looser of two places counts only where the other is silent. */
  finish(): void {
    this.#isLate = true
    for (const put of this.#later) put()
  }

  #key(
    keys: ReadonlyMap<string, z.core.$ZodType>,
    key: string,
    item: unknown,
    at: Path,
    from: FilePath,
  ): void {
    // For editors only.
    if (key === '$schema' && at.length === 0) return
    const snake = key.replaceAll('-', '_')
    const path = keys.has(snake) ? [snake] : (SPELLINGS.get(snake) ?? [key])
    const [head = key, ...rest] = path
    const schema = keys.get(head)
    if (schema === undefined) return this.#put([...at, key], item, from)
    // A respelling that leads into a table always leads to a scalar.
    if (rest.length > 0) return this.#put([...at, ...path], item, from)
    this.visit(schema, item, [...at, head], from)
  }

  /** Options that a provider's entry groups apart: those with a meaning count, the others are only kept. */
  #loose(options: Readonly<Record<string, unknown>>, at: Path, from: FilePath): void {
    const provider = at.slice(0, 2)
    const shape = shapeOf(PROVIDER)
    for (const [key, item] of Object.entries(options)) {
      const place = [...from, key]
      const snake = key.replaceAll('-', '_')
      const isKnown = shape.kind === 'table' && (shape.keys.has(snake) || SPELLINGS.has(snake))
      if (!isKnown || snake === 'settings') this.#put([...at, key], item, place)
      else if (shape.kind === 'table')
        this.#later.push(() => this.#key(shape.keys, key, item, provider, place))
    }
  }

  #providers(schema: z.core.$ZodType, value: unknown, from: FilePath): void {
    const shape = shapeOf(schema)
    if (shape.kind !== 'named' || !(isTable(value) || Array.isArray(value)))
      return this.#put(['providers'], value, from)
    for (const { name, item, place } of this.#entries(value, from)) {
      const lower = name.toLowerCase()
      if (this.#providerNames.has(lower))
        this.#fault(`providers.${lower}`, place, 'is named twice; names ignore case')
      this.#providerNames.add(lower)
      this.visit(shape.value, item ?? {}, ['providers', lower], place)
    }
  }

  #entries(value: object, from: FilePath): readonly Entry[] {
    if (!Array.isArray(value)) {
      return Object.entries(value).map(([name, item]): Entry => ({ name, item, place: [...from, name] }))
    }
    const entries: Entry[] = []
    for (const [index, entry] of value.entries()) {
      const place = [...from, index]
      if (!isTable(entry)) {
        this.#fault(`providers[${index}]`, place, 'must be a table')
        continue
      }
      const { name, ...item } = entry
      if (typeof name === 'string' && name.trim() !== '') entries.push({ name: name.trim(), item, place })
      else this.nameless.push(this.#where(place))
    }
    return entries
  }

  #put(path: Path, value: unknown, from: FilePath): void {
    const field = fieldName(path)
    if (this.settings.has(field) && this.#isLate) return
    if (this.settings.has(field)) this.#fault(field, from, 'is given twice, in two spellings')
    const line = this.#tree.lineOf(from)
    const origin = { source: 'file' as const, name: this.#tree.name, ...(line === undefined ? {} : { line }) }
    this.settings.set(field, { path, value, origin })
  }

  #fault(field: string, from: FilePath, message: string): void {
    this.problems.push({ where: this.#where(from), field, message })
  }

  #where(from: FilePath): string {
    const line = this.#tree.lineOf(from)
    return line === undefined ? this.#tree.name : `${this.#tree.name}:${line}`
  }
}
