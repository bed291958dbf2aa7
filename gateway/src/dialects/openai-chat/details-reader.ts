/** Gathers `reasoning_details` entries of one thinking block, streamed in pieces, into the state that goes back verbatim. */

import { type JsonDraft, type JsonObject, type JsonValue, type OpaqueState, stringOf } from '#core'

const GROWING = ['text', 'summary', 'data'] as const

export class DetailsReader {
  readonly #issuer: string
  #entries: JsonDraft[] = []
  #stateful = false

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  push(entry: JsonObject): void {
    const known = this.#entries.find(
      (one) => one['index'] === entry['index'] && one['type'] === entry['type'],
    )
    if (known === undefined || entry['index'] === undefined) this.#entries.push({ ...entry })
    else merge(known, entry)
    if (isStateful(entry)) this.#stateful = true
  }

  /** The state of the block so far; undefined when the entries say no more than their text. */
  state(): OpaqueState | undefined {
    if (!this.#stateful) return undefined
    return { issuer: this.#issuer, value: { details: this.#entries } }
  }

  /** The next entry begins another block. */
  reset(): void {
    if (this.#entries.length === 0) return
    this.#entries = []
    this.#stateful = false
  }
}

function merge(known: JsonDraft, entry: JsonObject): void {
  for (const key in entry) {
    const value = entry[key]
    if (value === undefined || value === null) continue
    const before: JsonValue | undefined = known[key]
    const grows =
      GROWING.some((one) => one === key) && typeof before === 'string' && typeof value === 'string'
    known[key] = grows ? before + value : value
  }
}

function isStateful(entry: JsonObject): boolean {
  const format = stringOf(entry['format'])
  return (
    typeof entry['signature'] === 'string' ||
    typeof entry['data'] === 'string' ||
    typeof entry['id'] === 'string' ||
    (format !== undefined && format !== 'unknown')
  )
}
