/** Lines of an Ollama stream made events. The stream is whole when a line says `done:true` (or at least names a reason). */

import { answerExtras, GatewayError, isObject, stringOf } from '#core'
import type { ChatEvent, JsonDraft, JsonObject } from '#core'
import { BlockWriter } from '../block-writer.ts'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { errorInside } from './errors.ts'
import { decodeFinish } from './finish.ts'
import { isAnswer, LineReader, parseLine, restOf, startOf } from './line.ts'
import { decodeUsage } from './usage.ts'

export function streamDecoder(context: DecodeContext): StreamDecoder {
  return new OllamaStreamDecoder(context)
}

class OllamaStreamDecoder implements StreamDecoder {
  readonly #blocks = new BlockWriter()
  readonly #lines: LineReader
  readonly #rest: JsonDraft = {}
  #reason: string | undefined
  #started = false
  #ended = false

  constructor(context: DecodeContext) {
    this.#lines = new LineReader(this.#blocks, context.exchangeId)
  }

  push(frame: Frame): readonly ChatEvent[] {
    if (this.#ended || frame.data.trim() === '') return []
    const line = parseLine(frame.data)
    if (!isObject(line))
      throw new GatewayError('bad-answer', 'The provider sent a line that is no JSON object.')
    if (line['error'] !== undefined && line['error'] !== null) return this.#fail(errorInside(line))
    if (!isAnswer(line)) {
      if (this.#started) return []
      throw new GatewayError('bad-answer', "The provider's answer is not in Ollama's format.")
    }
    this.#read(line)
    return this.#blocks.take()
  }

  end(): readonly ChatEvent[] {
    if (this.#ended) return []
    // Some servers name a reason and hang up without `done:true`; the answer is whole all the same.
    if (this.#reason === undefined) {
      return this.#fail(new GatewayError('cut-stream', 'The provider ended its answer without finishing it.'))
    }
    this.#finish()
    return this.#blocks.take()
  }

  #read(line: JsonObject): void {
    if (!this.#started) {
      this.#started = true
      this.#blocks.emit(startOf(line))
    }
    // The last line may carry text and calls like any other: read it fully before looking at `done`.
    this.#lines.read(line)
    const reason = stringOf(line['done_reason'])
    if (reason !== undefined && reason !== '') this.#reason = reason
    const usage = decodeUsage(line)
    if (usage !== undefined) {
      this.#blocks.closeAll()
      this.#blocks.emit({ type: 'usage', usage })
    }
    if (line['done'] === true || reason) Object.assign(this.#rest, restOf(line))
    if (line['done'] === true) this.#finish()
  }

  #finish(): void {
    this.#ended = true
    this.#blocks.closeAll()
    this.#blocks.emit({
      type: 'finish',
      ...decodeFinish(this.#reason, this.#blocks.sawToolCall),
      ...this.#blocks.strayTokens(),
      ...answerExtras('ollama', Object.keys(this.#rest).length === 0 ? undefined : this.#rest),
    })
  }

  #fail(error: GatewayError): readonly ChatEvent[] {
    this.#ended = true
    this.#blocks.closeAll()
    this.#blocks.emit({ type: 'error', error })
    return this.#blocks.take()
  }
}
