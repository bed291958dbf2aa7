/** Reads the options of a built-in middleware; what is wrong or unknown is said by name. */

import { arrayOf, isObject, type JsonObject, type JsonValue } from '#core'

export class OptionReader {
  readonly #options: JsonObject
  readonly #known = new Set<string>()

  constructor(options: JsonObject) {
    this.#options = options
  }

  text(name: string): string | undefined {
    const value = this.#take(name)
    if (value === undefined || typeof value === 'string') return value
    throw new Error(`options.${name} must be a text`)
  }

  /** A list of texts; one text alone is a list of one. */
  texts(name: string): readonly string[] {
    const value = this.#take(name) ?? []
    const list = typeof value === 'string' ? [value] : (arrayOf(value) ?? [null])
    if (list.every((item) => typeof item === 'string')) return list
    throw new Error(`options.${name} must be a list of texts`)
  }

  /** A table of texts. */
  table(name: string): Readonly<Record<string, string>> {
    const value = this.#take(name) ?? {}
    const entries = isObject(value) ? Object.entries(value) : [['', null] as const]
    return Object.fromEntries(
      entries.map(([key, item]) => {
        if (typeof item !== 'string') throw new Error(`options.${name} must be a table of texts`)
        return [key, item]
      }),
    )
  }

  oneOf<const Words extends readonly string[]>(name: string, words: Words): Words[number] | undefined {
    const value = this.text(name)
    const found = words.find((word) => word === value)
    if (found !== undefined || value === undefined) return found
    throw new Error(`options.${name} must be one of ${words.join(', ')}`)
  }

  /** Call it last. */
  end(): void {
    const stray = Object.keys(this.#options).find((name) => !this.#known.has(name))
    if (stray !== undefined) {
      throw new Error(`options.${stray} is not known; there are ${[...this.#known].join(', ')}`)
    }
  }

  #take(name: string): JsonValue | undefined {
    this.#known.add(name)
    return this.#options[name]
  }
}
