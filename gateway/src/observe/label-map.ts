/**
 * Something for each label, within a bound: names of models come from clients. When there is no more room, what was not used for longest is
 * added to what all others have together, so that no count is lost.
 */

import { Buffer } from 'node:buffer'

/** Characters; a longer name is nobody's. */
const LONGEST = 256

export interface Mergeable<Self> {
  merge(other: Self): void
}

export class LabelMap<Value extends Mergeable<Value>> {
  readonly #limit: number
  readonly #create: () => Value
  readonly #entries = new Map<string, Value>()
  #others: Value | undefined

  constructor(limit: number, create: () => Value) {
    this.#limit = limit
    this.#create = create
  }

  get(label: string): Value | undefined {
    return this.#entries.get(label)
  }

  /** That of the label from now on. */
  at(label: string): Value {
    const known = this.#entries.get(label)
    if (known !== undefined) {
      // While there is plenty of room nothing will make room, and order costs time.
      if (this.#entries.size * 2 > this.#limit) this.#put(label, known)
      return known
    }
    if (label.length > LONGEST) return (this.#others ??= this.#create())
    const fresh = this.#create()
    // A piece of a long text would keep all of it in memory: it is copied.
    this.#put(Buffer.from(label).toString(), fresh)
    if (this.#entries.size > this.#limit) this.#makeRoom()
    return fresh
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#entries.entries()
  }

  /** What those have together that have no place of their own; undefined where all have one. */
  get others(): Value | undefined {
    return this.#others
  }

  get size(): number {
    return this.#entries.size
  }

  #put(label: string, value: Value): void {
    this.#entries.delete(label)
    this.#entries.set(label, value)
  }

  #makeRoom(): void {
    const oldest = this.#entries.entries().next()
    if (oldest.done === true) return
    const [label, value] = oldest.value
    this.#entries.delete(label)
    ;(this.#others ??= this.#create()).merge(value)
  }
}
