/** Reads another gateway's configuration piece by piece and keeps count of what was understood, so that nothing is lost in silence. */

export type Place = readonly (string | number)[]

/** A value that has no counterpart. Says what kind it is, never what it holds. */
export interface Unmapped {
  readonly path: string
  readonly kind: string
  readonly reason: string
}

interface Marks {
  readonly understood: Set<string>
  readonly left: Map<string, string>
  /** Everything above a mark. */
  readonly opened: Set<string>
}

export class Part {
  readonly place: Place
  readonly value: unknown
  readonly #marks: Marks
  /** Where a value is looked for that is not here. */
  readonly #behind: Part | undefined

  constructor(
    value: unknown,
    place: Place = [],
    marks: Marks = { understood: new Set(), left: new Map(), opened: new Set() },
    behind?: Part,
  ) {
    this.#behind = behind
    this.value = value
    this.place = place
    this.#marks = marks
  }

  /** Blank is left out. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null && !isBlank(this.value)
  }

  at(key: string): Part {
    const found = isTable(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined
    const here = new Part(found, [...this.place, key], this.#marks)
    return here.present || this.#behind === undefined ? here : this.#behind.at(key)
  }

  /** With values of another table of the file where this one has none. */
  before(behind: Part): Part {
    return new Part(this.value, this.place, this.#marks, behind)
  }

  /** The first that is there. */
  either(...keys: readonly string[]): Part {
    return keys.map((key) => this.at(key)).find(({ present }) => present) ?? this.at(keys[0] ?? '')
  }

  items(): readonly Part[] {
    if (!Array.isArray(this.value)) {
      this.leave('is not a list')
      return []
    }
    return this.value.map((item: unknown, i) => new Part(item, [...this.place, i], this.#marks))
  }

  entries(): readonly (readonly [string, Part])[] {
    if (!isTable(this.value)) {
      this.leave('is not a table')
      return []
    }
    return Object.keys(this.value).map((key) => [key, this.at(key)] as const)
  }

  text(): string | undefined {
    if (!this.present) return undefined
    if (typeof this.value === 'string') return this.take(this.value.trim())
    return this.#refuse('a text')
  }

  number(min = 0, max = 1_000_000_000): number | undefined {
    if (!this.present) return undefined
    const written = typeof this.value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(this.value)
    const found = written ? Number(this.value) : this.value
    if (typeof found === 'number' && found >= min && found <= max) return this.take(found)
    return this.#refuse(`a number from ${min} to ${max}`)
  }

  whole(min = 0, max = 1_000_000_000): number | undefined {
    const found = this.number(min, max)
    return found === undefined || Number.isInteger(found) ? found : this.#refuse('a whole number')
  }

  flag(): boolean | undefined {
    if (!this.present) return undefined
    if (typeof this.value === 'boolean') return this.take(this.value)
    if (typeof this.value === 'string' && /^(?:true|false)$/i.test(this.value))
      return this.take(this.value.toLowerCase() === 'true')
    return this.#refuse('true or false')
  }

  /** A list of texts, or one text alone; entries of any other kind are left. */
  texts(): readonly string[] {
    if (!Array.isArray(this.value)) return [this.text()].filter((text) => text !== undefined)
    return this.items().flatMap((item) => item.text() ?? [])
  }

  /** Read as it should be. */
  take<Value>(value: Value): Value {
    this.#mark()
    this.#marks.understood.add(keyOf(this.place))
    return value
  }

  /** Has no counterpart, or only a rough one. */
  leave(reason: string): void {
    if (!this.present) return
    this.#mark()
    this.#marks.left.set(keyOf(this.place), reason)
  }

  /** What was not understood, in the order of the file. `reasonOf` speaks for what nobody looked at; `seen` hears the place of each. */
  unmapped(
    reasonOf: (place: Place) => string,
    seen?: (told: Unmapped, place: Place) => void,
  ): readonly Unmapped[] {
    const key = keyOf(this.place)
    const told = (reason: string) => {
      const one = this.#unmapped(reason)
      seen?.(one, this.place)
      return [one]
    }
    const reason = this.#marks.left.get(key)
    if (reason !== undefined) return told(reason)
    if (this.#marks.understood.has(key) || !this.present || isEmpty(this.value)) return []
    if (!this.#marks.opened.has(key)) return told(reasonOf(this.place))
    const parts = Array.isArray(this.value) ? this.items() : this.entries().map(([, part]) => part)
    return parts.flatMap((part) => part.unmapped(reasonOf, seen))
  }

  #unmapped(reason: string): Unmapped {
    return { path: pathText(this.place), kind: kindOf(this.value, this.place), reason }
  }

  #refuse(expected: string): undefined {
    this.leave(`is not ${expected}`)
  }

  #mark(): void {
    for (let end = 0; end < this.place.length; end++) this.#marks.opened.add(keyOf(this.place.slice(0, end)))
  }
}

function keyOf(place: Place): string {
  return JSON.stringify(place)
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === ''
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isTable(value) && Object.keys(value).length === 0
}

/** `model_list[0].litellm_params.api_key`; names that are no plain words are quoted, and cut. */
export function pathText(place: Place): string {
  const text = place
    .map((part) =>
      typeof part === 'number' ? `[${part}]` : `.${/^[\w$-]{1,60}$/.test(part) ? part : quoted(part)}`,
    )
    .join('')
    .replace(/^\./, '')
  return text === '' ? 'the whole file' : text
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
}

const SECRET_NAMES = /key|secret|token|passw|credential|authorization|database_url|redis_url|dsn/i

function kindOf(value: unknown, place: Place): string {
  const name = place.findLast((part) => typeof part === 'string') ?? ''
  if (Array.isArray(value)) return value.length === 1 ? 'list of 1' : `list of ${value.length}`
  if (value instanceof Date) return 'date'
  if (isTable(value)) return 'table'
  if (typeof value === 'boolean') return 'switch'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  return SECRET_NAMES.test(name) ? 'secret' : 'text'
}
import { isTable } from '#config'
