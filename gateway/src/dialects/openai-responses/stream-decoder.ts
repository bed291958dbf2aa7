/** Events of the wire in, neutral events out. Unknown events are passed over: new ones appear every few months. */

import {
  arrayOf,
  type ChatEvent,
  GatewayError,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parseJson,
  stringOf,
} from '#core'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { errorFrom, reportedError } from './answer-error.ts'
import { isCall, OutputReader, type Slot, typeOf } from './output-reader.ts'
import { finishEvents, startOf } from './response-read.ts'

const NOTHING: readonly ChatEvent[] = []

export class ResponseDecoder implements StreamDecoder {
  readonly #reader: OutputReader
  #started = false
  #over = false

  constructor(context: DecodeContext) {
    this.#reader = new OutputReader(context)
  }

  push(frame: Frame): readonly ChatEvent[] {
    // The terminator belongs to chat completions; some servers write it here as well.
    if (this.#over || frame.data === '' || frame.data.trim() === '[DONE]') return NOTHING
    const wire = parseJson(frame.data)
    if (!isObject(wire)) throw notOurs()
    const type = stringOf(wire['type']) ?? frame.event
    if (type === 'error') return this.#fail(errorFrom(wire))
    if (type === undefined || type === 'message') return this.#untyped(wire)
    this.#event(type, wire)
    return this.#reader.writer.take()
  }

  end(): readonly ChatEvent[] {
    if (this.#over) return NOTHING
    return this.#fail(new GatewayError('cut-stream', 'The provider ended its answer without finishing it.'))
  }

  /** A server that answers a stream request with one whole response, or with an error. */
  #untyped(wire: JsonObject): readonly ChatEvent[] {
    const error = reportedError(wire)
    if (error !== undefined) return this.#fail(error)
    if (wire['object'] !== 'response') throw notOurs()
    this.#complete(wire, stringOf(wire['status']) ?? 'completed')
    return this.#reader.writer.take()
  }

  #event(type: string, wire: JsonObject): void {
    const response = objectOf(wire['response'])
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.#start(response)
      case 'response.completed':
      case 'response.incomplete':
        return this.#complete(response ?? {}, type.slice('response.'.length))
      case 'response.failed':
      case 'response.cancelled':
        return this.#error(errorFrom(response ?? wire))
      default:
        this.#start(undefined)
        this.#piece(type, wire)
    }
  }

  #start(response: JsonObject | undefined): void {
    if (this.#started) return
    this.#started = true
    this.#reader.writer.emit(startOf(response ?? {}))
  }

  #piece(type: string, wire: JsonObject): void {
    const reader = this.#reader
    const item = objectOf(wire['item'])
    const delta = stringOf(wire['delta']) ?? ''
    const content = numberOf(wire['content_index']) ?? 0
    const summary = numberOf(wire['summary_index']) ?? 0
    switch (type) {
      case 'response.output_item.added':
        return item === undefined ? undefined : this.#added(item, wire)
      case 'response.output_item.done':
        return item === undefined ? undefined : reader.done(item, numberOf(wire['output_index']))
      case 'response.output_text.delta':
        return reader.text(this.#slot(wire, 'message'), content, delta, false, wire['logprobs'])
      case 'response.refusal.delta':
        return reader.text(this.#slot(wire, 'message'), content, delta, true)
      case 'response.output_text.done':
        return reader.whole(
          this.#slot(wire, 'message'),
          content,
          stringOf(wire['text']),
          false,
          wire['logprobs'],
        )
      case 'response.refusal.done':
        return reader.whole(this.#slot(wire, 'message'), content, stringOf(wire['refusal']), true)
      case 'response.output_text.annotation.added': {
        const annotation = objectOf(wire['annotation'])
        if (annotation !== undefined) reader.cite(this.#slot(wire, 'message'), content, annotation)
        return
      }
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_summary.delta':
        return reader.think(this.#slot(wire, 'reasoning'), 'summary', summary, delta)
      case 'response.reasoning_text.delta':
      case 'response.reasoning.delta':
        return reader.think(this.#slot(wire, 'reasoning'), 'content', content, delta)
      case 'response.function_call_arguments.delta':
        return reader.arguments(this.#slot(wire, 'function_call'), delta)
      case 'response.function_call_arguments.done':
        return this.#callRest(this.#slot(wire, 'function_call'), wire, 'arguments')
      case 'response.custom_tool_call_input.delta':
        return reader.arguments(this.#slot(wire, 'custom_tool_call'), delta)
      case 'response.custom_tool_call_input.done':
        return this.#callRest(this.#slot(wire, 'custom_tool_call'), wire, 'input')
    }
  }

  #slot(wire: JsonObject, type: string): Slot {
    return this.#reader.slot(stringOf(wire['item_id']), numberOf(wire['output_index']), type)
  }

  #added(item: JsonObject, wire: JsonObject): void {
    const type = typeOf(item)
    const slot = this.#reader.slot(stringOf(item['id']), numberOf(wire['output_index']), type)
    if (isCall(item)) this.#reader.begin(slot, item)
  }

  #callRest(slot: Slot, wire: JsonObject, field: string): void {
    this.#reader.catchUp(slot, 0, stringOf(wire[field]), (missing) => this.#reader.arguments(slot, missing))
  }

  /** The final list may hold what no event told, and may be empty. */
  #complete(response: JsonObject, status: string): void {
    this.#start(response)
    this.#reader.list((arrayOf(response['output']) ?? []).filter(isObject))
    this.#reader.end()
    this.#over = true
    for (const event of finishEvents(response, status, this.#reader)) this.#reader.writer.emit(event)
  }

  #error(error: GatewayError): void {
    this.#over = true
    this.#reader.writer.closeAll()
    this.#reader.writer.emit({ type: 'error', error })
  }

  #fail(error: GatewayError): readonly ChatEvent[] {
    this.#error(error)
    return this.#reader.writer.take()
  }
}

function notOurs(): GatewayError {
  return new GatewayError('bad-answer', 'The provider streamed a frame that is not an event of a response.')
}
