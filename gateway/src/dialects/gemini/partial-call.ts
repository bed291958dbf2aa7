/** A call whose arguments arrive as values for JSON paths, piece by piece. */

import { isObject, stringOf } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'
import { objectsOf } from './wire.ts'

type Slot = JsonDraft | JsonValue[]

/** Paths come from outside: nothing they name may grow without bound. */
const MOST_ITEMS = 100_000
const MOST_STEPS = 64

export class PartialCall {
  readonly slot: string
  readonly #args: JsonDraft
  /** The path whose text the next piece continues. */
  #continued: string | undefined
  #changed = false

  constructor(slot: string, args: JsonValue | undefined) {
    this.slot = slot
    this.#args = isObject(args) ? { ...args } : {}
    this.#changed = isObject(args)
  }

  push(call: JsonObject): void {
    if (isObject(call['args'])) {
      Object.assign(this.#args, call['args'])
      this.#changed = true
    }
    for (const piece of objectsOf(call['partialArgs'])) this.#piece(piece)
  }

  /** The whole arguments; empty when the call has none. */
  text(): string {
    return this.#changed ? JSON.stringify(this.#args) : ''
  }

  #piece(piece: JsonObject): void {
    const path = stringOf(piece['jsonPath']) ?? ''
    const steps = stepsOf(path)
    const value = valueOf(piece)
    if (steps.length === 0 || steps.length > MOST_STEPS || value === undefined) return
    this.#changed = true
    put(this.#args, steps, (before) =>
      path === this.#continued && typeof before === 'string' && typeof value === 'string'
        ? before + value
        : value,
    )
    this.#continued = piece['willContinue'] === true ? path : undefined
  }
}

function valueOf(piece: JsonObject): JsonValue | undefined {
  return (
    piece['stringValue'] ??
    piece['numberValue'] ??
    piece['boolValue'] ??
    ('nullValue' in piece ? null : undefined)
  )
}

/** `$.a.b[0]['c d']` */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = []
  for (const [, name, index, single, double] of path.matchAll(
    /\.([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/g,
  )) {
    if (name !== undefined) steps.push(name)
    else if (index !== undefined) steps.push(Number(index))
    else steps.push(single ?? double ?? '')
  }
  return steps
}

function put(
  root: Slot,
  steps: readonly (string | number)[],
  change: (before: JsonValue | undefined) => JsonValue,
): void {
  let place: Slot = root
  steps.forEach((step, at) => {
    const last = at === steps.length - 1
    const before = read(place, step)
    const next: JsonValue = last ? change(before) : containerFor(before, steps[at + 1])
    write(place, step, next)
    // A container of ours is a draft: it was made by containerFor.
    if (!last) place = next as Slot
  })
}

function containerFor(before: JsonValue | undefined, next: string | number | undefined): JsonValue {
  if (typeof next === 'number') return Array.isArray(before) ? before : []
  return isObject(before) ? before : {}
}

function read(place: Slot, step: string | number): JsonValue | undefined {
  if (Array.isArray(place)) return typeof step === 'number' ? place[step] : undefined
  return Object.hasOwn(place, step) ? place[step] : undefined
}

function write(place: Slot, step: string | number, value: JsonValue): void {
  if (Array.isArray(place)) {
    // Holes would be lost in JSON.
    if (typeof step === 'number' && step < MOST_ITEMS) {
      while (place.length < step) place.push(null)
      place[step] = value
    }
  } else if (step !== '__proto__') {
    place[String(step)] = value
  }
}
