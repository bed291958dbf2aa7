/** A stream on its way through the hooks of a middleware. */

import { asGatewayError, type ChatEvent, type GatewayError, type Usage } from '#core'
import type { CallHooks } from '#plugins'
import type { AnswerStream, EndListener, StreamReader } from '../answer.ts'
import type { Cancellation } from '../cancellation.ts'

export interface HookedStreamParts {
  readonly hooks: CallHooks
  readonly cancellation: Cancellation
  /** Hooks may change it: the provider's bytes are not what the client gets. */
  readonly changes: boolean
}

export class HookedStream implements AnswerStream {
  readonly #stream: AnswerStream
  readonly #parts: HookedStreamParts
  #usage: Usage | undefined
  #error: GatewayError | undefined
  #finished = false
  /** A hook has failed and the client has been told; what still comes is not for it. */
  #failed = false
  #read = false

  constructor(stream: AnswerStream, parts: HookedStreamParts) {
    this.#stream = stream
    this.#parts = parts
    // One that nobody reads, the slower of two for instance, ends too.
    parts.cancellation.listen(() => {
      if (!this.#read) this.#tell()
    })
  }

  read(reader: StreamReader): void {
    this.#read = true
    this.#stream.read({
      onEvents: (events, raw) => this.#pass(events, raw, reader),
      onOver: () => {
        this.#tell()
        reader.onOver()
      },
    })
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  whenOver(listener: EndListener): void {
    this.#stream.whenOver(listener)
  }

  #pass(events: readonly ChatEvent[], raw: Buffer | undefined, reader: StreamReader): void {
    if (this.#failed) return
    const { hooks, changes } = this.#parts
    let seen: readonly ChatEvent[]
    try {
      seen = hooks.events(events)
    } catch (thrown) {
      return this.#fail(asGatewayError(thrown), reader)
    }
    this.#note(seen)
    if (!changes) reader.onEvents(events, raw)
    else if (seen.length > 0) reader.onEvents(seen, undefined)
  }

  #fail(error: GatewayError, reader: StreamReader): void {
    this.#failed = true
    this.#error = error
    reader.onEvents([{ type: 'error', error }], undefined)
    // Stops the provider; its stream tells that it is over.
    this.#parts.cancellation.cancel()
  }

  #note(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type === 'usage') this.#usage = event.usage
      else if (event.type === 'finish') this.#finished = true
      else if (event.type === 'error') this.#error = event.error
    }
  }

  #tell(): void {
    const usage = this.#usage
    const error = this.#error
    this.#parts.hooks.complete({
      result: error !== undefined ? 'failed' : this.#finished ? 'completed' : 'cancelled',
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
    })
  }
}
