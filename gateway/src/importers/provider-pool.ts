/** The providers of the new file. The same account under the same conditions is one provider, however often it is named. */

import type { z } from 'zod'
import type { settingsSchema } from '#config'

/** The file as people write it: texts and lists are read as what they mean. */
export type FileSettings = z.input<typeof settingsSchema>
export type FileProvider = NonNullable<FileSettings['providers']>[string]
export type FileModels = NonNullable<FileSettings['models']>

/** Names that become routes. */
const RESERVED = new Set(['health', 'models', 'register'])

export class ProviderPool {
  readonly #names = new Map<string, string>()
  readonly #providers = new Map<string, FileProvider>()
  readonly #models = new Map<string, Set<string>>()
  readonly #open = new Set<string>()

  /** The name it has, which is `wish` or begins with it. */
  add(wish: string, settings: FileProvider): string {
    const plain = withoutBlanks(settings)
    const identity = JSON.stringify(Object.entries(plain).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const known = this.#names.get(identity)
    if (known !== undefined) return known
    const name = this.#free(plainName(wish))
    this.#names.set(identity, name)
    this.#providers.set(name, plain)
    return name
  }

  /** A model it is asked for. */
  lists(name: string, model: string): void {
    const models = this.#models.get(name) ?? new Set()
    this.#models.set(name, models.add(model))
  }

  /** It serves more than is listed. */
  servesAll(name: string): void {
    this.#open.add(name)
  }

  get names(): readonly string[] {
    return [...this.#providers.keys()]
  }

  get settings(): Record<string, FileProvider> {
    return Object.fromEntries(
      [...this.#providers].map(([name, settings]) => {
        const models = this.#open.has(name) ? undefined : this.#models.get(name)
        return [name, models === undefined ? settings : { ...settings, models: { list: [...models] } }]
      }),
    )
  }

  #free(name: string): string {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${name}-${n}`
      if (!this.#providers.has(candidate)) return candidate
    }
  }
}

/** As provider names are written. */
export function plainName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '')
  const name = plain === '' ? 'provider' : plain
  return RESERVED.has(name) ? `${name}-provider` : name
}

/** Without what was not given. */
export function withoutBlanks<Table extends object>(table: Table): Table {
  const kept = Object.entries(table).filter(([, value]) => value !== undefined && !isEmptyTable(value))
  // Only absent entries were taken out, and every one of them may be absent.
  return Object.fromEntries(kept) as Table
}

function isEmptyTable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((each) => each === undefined)
  )
}
