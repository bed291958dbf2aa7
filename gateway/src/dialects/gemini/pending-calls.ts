/** Calls waiting for their results. Ids are optional here: without one, a result belongs to the next open call of its name. */

import type { ToolResultPart } from '#core'

interface Pending {
  readonly id: string
  readonly name: string
}

export class PendingCalls {
  #open: Pending[] = []
  #ids = new Set<string>()
  #places = new Map<string, number>()

  /** The model speaks again: what was left open is not answered any more. */
  newTurn(): void {
    this.#open = []
  }

  /** The same history always gets the same ids, so that a longer one repeats the shorter one's bytes. */
  open(given: string | undefined, name: string): { id: string; minted: boolean } {
    const minted = given === undefined || given === ''
    const id = minted ? this.#mint() : given
    this.#places.set(id, this.#ids.size)
    this.#ids.add(id)
    this.#open.push({ id, name })
    return { id, minted }
  }

  #mint(): string {
    let n = this.#ids.size + 1
    while (this.#ids.has(`call_${n}`)) n++
    return `call_${n}`
  }

  /** The id of the call that a result answers. */
  answer(given: string | undefined, name: string): string {
    const place =
      given === undefined || given === ''
        ? this.#open.findIndex((call) => call.name === name)
        : this.#open.findIndex((call) => call.id === given)
    const [call] = place === -1 ? [] : this.#open.splice(place, 1)
    return call?.id ?? given ?? ''
  }

  /** In the order of the calls; results nobody asked for come last. */
  inOrder(results: readonly ToolResultPart[]): ToolResultPart[] {
    const placeOf = (result: ToolResultPart): number =>
      this.#places.get(result.callId) ?? Number.MAX_SAFE_INTEGER
    return results.toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}
