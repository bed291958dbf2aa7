/** Chunks in, events out. Tolerant: what servers leave out, repeat or misplace is the reader's business, not the client's. */

import {
  answerExtras,
  arrayOf,
  type ChatEvent,
  type Citation,
  GatewayError,
  isObject,
  type JsonObject,
  type JsonValue,
  objectOf,
  parseJson,
  stringOf,
} from '#core'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { decodeSources } from './annotations.ts'
import { reportedError } from './answer-error.ts'
import { errorFrom } from './error-decode.ts'
import { decodeFinish } from './finish.ts'
import { decodeLogprobs } from './logprobs.ts'
import { MessageReader } from './message-reader.ts'
import { answerRest, firstChoice, startOf, textMessage, usageOf } from './response.ts'
import { decodeUsage } from './usage.ts'

const NOTHING: readonly ChatEvent[] = []

export class ChunkDecoder implements StreamDecoder {
  readonly repeats = true
  readonly #reader: MessageReader
  #started = false
  #over = false
  #usage: JsonObject | undefined
  #finish: { readonly raw: string; readonly stop: string | undefined } | undefined
  #rest: JsonObject | undefined
  /** Log probabilities of what is no text, by their field. */
  #logprobs: Record<string, JsonValue[]> | undefined
  #sources: readonly Citation[] = []

  constructor(context: DecodeContext) {
    this.#reader = new MessageReader(context)
  }

  push(frame: Frame): readonly ChatEvent[] {
    if (this.#over || frame.data === '') return NOTHING
    if (frame.data === '[DONE]') return this.#started ? this.#complete() : this.#fail(emptyStream())
    const chunk = parseJson(frame.data)
    if (frame.event === 'error') return this.#fail(errorFrom(chunk ?? frame.data))
    if (!isObject(chunk)) {
      if (frame.data.trim() === '[DONE]') return this.#complete()
      throw new GatewayError(
        'bad-answer',
        'The provider streamed a frame that is not a chat completion chunk.',
      )
    }
    return this.#chunk(chunk)
  }

  end(): readonly ChatEvent[] {
    if (this.#over) return NOTHING
    // Perplexity and others never send [DONE]; a finish reason and a clean end are as good.
    if (this.#finish !== undefined) return this.#complete()
    return this.#fail(new GatewayError('cut-stream', 'The provider ended its answer without finishing it.'))
  }

  #chunk(chunk: JsonObject): readonly ChatEvent[] {
    const error = chunk['error'] || !chunk['choices'] ? reportedError(chunk) : undefined
    if (error !== undefined) return this.#fail(error)
    const usage = usageOf(chunk)
    if (usage !== undefined) this.#usage = usage
    const choice = firstChoice(chunk)
    if (choice === undefined) return NOTHING
    if (!this.#started) this.#start(chunk)
    if (isObject(choice['error'])) return this.#fail(errorFrom(choice))
    const delta = objectOf(choice['delta']) ?? this.#wholeMessage(choice) ?? textMessage(choice)
    const logprobs = decodeLogprobs(choice['logprobs'])
    if (delta !== undefined || logprobs !== undefined) this.#reader.push(delta ?? {}, logprobs)
    if (logprobs?.rest !== undefined) this.#gather(logprobs.rest)
    if (chunk['citations'] || chunk['search_results']) this.#sources = decodeSources(chunk)
    if (choice['finish_reason']) this.#noteFinish(chunk, choice, delta ?? {})
    return this.#reader.writer.take()
  }

  /** A server that answers a stream request with one whole completion. */
  #wholeMessage(choice: JsonObject): JsonObject | undefined {
    return choice['finish_reason'] ? objectOf(choice['message']) : undefined
  }

  #start(chunk: JsonObject): void {
    this.#started = true
    this.#reader.writer.emit(startOf(chunk))
  }

  /** Only remembered: usage and late pieces may follow, and some servers say it on every chunk. */
  #noteFinish(chunk: JsonObject, choice: JsonObject, delta: JsonObject): void {
    const raw: JsonValue | undefined = choice['finish_reason']
    if (typeof raw !== 'string') return
    this.#finish = { raw, stop: stringOf(choice['stop_reason']) }
    this.#rest = answerRest(chunk, choice, delta)
  }

  #complete(): readonly ChatEvent[] {
    const raw = this.#finish?.raw
    if (raw === 'error')
      return this.#fail(new GatewayError('provider-error', 'The provider failed while answering.'))
    this.#over = true
    for (const citation of this.#sources) this.#reader.cite(citation)
    this.#reader.end()
    const { writer } = this.#reader
    if (this.#usage !== undefined) writer.emit({ type: 'usage', usage: decodeUsage(this.#usage) })
    const seen = { toolCall: writer.sawToolCall, refusal: this.#reader.refusal }
    writer.emit({
      type: 'finish',
      ...decodeFinish(raw, this.#finish?.stop, seen),
      ...writer.strayTokens(),
      ...answerExtras('openai-chat', this.#restWithLogprobs()),
    })
    return writer.take()
  }

  #gather(rest: JsonObject): void {
    this.#logprobs ??= {}
    for (const [field, list] of Object.entries(rest))
      for (const entry of arrayOf(list) ?? []) (this.#logprobs[field] ??= []).push(entry)
  }

  #restWithLogprobs(): JsonObject | undefined {
    if (this.#logprobs === undefined) return this.#rest
    return { ...this.#rest, '~logprobs': this.#logprobs }
  }

  #fail(error: GatewayError): readonly ChatEvent[] {
    this.#over = true
    const { writer } = this.#reader
    writer.closeAll()
    if (this.#usage !== undefined) writer.emit({ type: 'usage', usage: decodeUsage(this.#usage) })
    writer.emit({ type: 'error', error })
    return writer.take()
  }
}

function emptyStream(): GatewayError {
  return new GatewayError('bad-answer', 'The provider streamed an answer without any content.')
}
