/** A provider that holds every request until it is let go. */

import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import { textAnswer } from './row.ts'

export class Holder {
  readonly #held: ((answer?: ScriptedAnswer) => void)[] = []
  /** Lists, for probes, come at once. */
  readonly script = ({ method }: RecordedRequest): ScriptedAnswer | Promise<ScriptedAnswer> =>
    method === 'GET'
      ? textAnswer()
      : new Promise((resolve) => void this.#held.push((answer = textAnswer()) => resolve(answer)))

  /** Lets the oldest go. */
  release(): void {
    this.#held.shift()?.()
  }

  refuse(): void {
    this.#held.shift()?.({ kind: 'status', status: 503 })
  }

  limit(): void {
    this.#held.shift()?.({ kind: 'status', status: 429 })
  }

  get holding(): number {
    return this.#held.length
  }

  releaseAll(): void {
    while (this.#held.length > 0) this.release()
  }
}
