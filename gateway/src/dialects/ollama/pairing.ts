/**
 * Pairs tool results with the calls they answer. Ollama's own clients send neither ids nor call ids: a result names its
 * tool, or nothing at all, and stands in the order of the calls.
 */

import type { ToolCallPart } from '#core'

export class Pairing {
  /** Calls of the latest turn, in order. */
  #open: ToolCallPart[] = []
  /** Unanswered calls of earlier turns, the latest first: only a result that says whose it is reaches back to them. */
  #earlier: ToolCallPart[] = []
  #order = new Map<string, number>()

  /** An assistant turn: its calls are the next to be answered. */
  calls(calls: readonly ToolCallPart[]): void {
    if (calls.length === 0) return
    this.#earlier.unshift(...this.#open)
    this.#open = [...calls]
    for (const call of calls) this.#order.set(call.id, this.#order.size)
  }

  /** The call answered: by id, else by name, else the next in order. Undefined for a result nobody asked for. */
  answer(id: string | undefined, name: string | undefined): ToolCallPart | undefined {
    if (id === undefined && name === undefined) return this.#open.shift()
    const rules = [(call: ToolCallPart) => call.id === id, (call: ToolCallPart) => call.name === name]
    for (const rule of rules) {
      for (const list of [this.#open, this.#earlier]) {
        const index = list.findIndex(rule)
        if (index >= 0) return list.splice(index, 1)[0]
      }
    }
    return undefined
  }

  /** Place among all calls so far, for sorting results into call order. */
  placeOf(callId: string): number {
    return this.#order.get(callId) ?? this.#order.size
  }
}
