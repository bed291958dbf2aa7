/**
 * Pairs tool results with the calls they answer. Ollama's own clients send neither ids nor call ids: a result names its
 * tool, or nothing at all, and stands in the order of the calls.
 */

import type { ToolCallPart } from '#core'

export class Pairing {
  #unanswered: ToolCallPart[] = []
  #order = new Map<string, number>()

  /** An assistant turn with calls begins a new round: results never reach back over it. */
  calls(calls: readonly ToolCallPart[]): void {
    if (calls.length === 0) return
    this.#unanswered = [...calls]
    this.#order = new Map(calls.map((call, index) => [call.id, index]))
  }

  /** The call answered: by id, else by name, else the next in order. Undefined for a result nobody asked for. */
  answer(id: string | undefined, name: string | undefined): ToolCallPart | undefined {
    const open = this.#unanswered
    const byId = id === undefined ? -1 : open.findIndex((call) => call.id === id)
    const byName = name === undefined ? -1 : open.findIndex((call) => call.name === name)
    const index = byId >= 0 ? byId : byName >= 0 ? byName : id === undefined && name === undefined ? 0 : -1
    return index < 0 ? undefined : open.splice(index, 1)[0]
  }

  /** Place among the calls of the round, for sorting results into call order. */
  placeOf(callId: string): number {
    return this.#order.get(callId) ?? this.#order.size
  }
}
