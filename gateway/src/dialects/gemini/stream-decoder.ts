/** Chunks in, events out. The bytes' end is the answer's end: this dialect has no terminator of its own. */

import { type ChatEvent, GatewayError, isObject, parseJson } from '#core'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { AnswerReader } from './answer-reader.ts'
import { errorFrom, isErrorBody } from './error-decode.ts'
import { notAnAnswer } from './response.ts'
import { listOf } from './wire.ts'

const NOTHING: readonly ChatEvent[] = []

export class GeminiStreamDecoder implements StreamDecoder {
  readonly #reader: AnswerReader
  #over = false

  constructor(context: DecodeContext) {
    this.#reader = new AnswerReader(context)
  }

  push(frame: Frame): readonly ChatEvent[] {
    if (this.#over || frame.data === '' || frame.data === '[DONE]') return NOTHING
    return this.#parse(frame)
  }

  end(): readonly ChatEvent[] {
    if (this.#over) return NOTHING
    if (this.#reader.finished) {
      this.#over = true
      return this.#reader.end()
    }
    return this.#fail(new GatewayError('cut-stream', 'The provider ended its answer without finishing it.'))
  }

  #parse(frame: Frame): readonly ChatEvent[] {
    const wire = parseJson(frame.data)
    if (typeof wire !== 'object' || wire === null) throw notAnAnswer()
    const events: ChatEvent[] = []
    for (const item of listOf(wire)) {
      if (!isObject(item)) throw notAnAnswer()
      if (isErrorBody(item)) return [...events, ...this.#fail(errorFrom(item))]
      events.push(...this.#reader.push(item))
    }
    return events
  }

  #fail(error: GatewayError): readonly ChatEvent[] {
    this.#over = true
    return this.#reader.fail(error)
  }
}
