/** A server's stream as neutral events. Terminator is `message_stop`; a stream that ends before it was cut. */

import { answerExtras, GatewayError, isObject, numberOf, parseJson, stringOf } from '#core'
import type { ChatEvent, FinishEvent, JsonDraft, JsonObject } from '#core'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { errorFrom } from './errors.ts'
import { finishFrom } from './finish.ts'
import { explanationOf } from './response.ts'
import { StreamBlocks } from './stream-blocks.ts'
import { decodeUsage, mergeUsage } from './usage.ts'
import { rest } from './wire.ts'

const START: ReadonlySet<string> = new Set([
  'type',
  'id',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
])
const DELTA: ReadonlySet<string> = new Set(['stop_reason', 'stop_sequence'])
const DELTA_EVENT: ReadonlySet<string> = new Set(['type', 'delta', 'usage'])

export class AnthropicStreamDecoder implements StreamDecoder {
  readonly repeats = true
  readonly #blocks: StreamBlocks
  #events: ChatEvent[] = []
  #started: string | undefined
  #usage: JsonObject | undefined
  #reason: string | undefined
  #sequence: string | undefined
  #rest: JsonDraft | undefined
  #done = false

  constructor(context: DecodeContext) {
    this.#blocks = new StreamBlocks(context, (event) => this.#events.push(event))
  }

  push(frame: Frame): readonly ChatEvent[] {
    if (this.#done) return NOTHING
    const data = frame.data
    if (data === '' || data === '[DONE]') return NOTHING
    const wire = parseJson(data)
    if (!isObject(wire))
      throw new GatewayError('bad-answer', 'The provider sent a stream item that is not a JSON object.')
    this.#take(stringOf(wire['type']) ?? frame.event, wire)
    const events = this.#events
    this.#events = []
    return events
  }

  end(): readonly ChatEvent[] {
    if (this.#done) return NOTHING
    this.#fail(
      new GatewayError('cut-stream', 'The provider ended its stream before the answer was finished.'),
    )
    return this.#events
  }

  #take(type: string | undefined, wire: JsonObject): void {
    switch (type) {
      case 'content_block_delta':
        this.#begin()
        return this.#blocks.delta(numberOf(wire['index']) ?? 0, objectIn(wire, 'delta'))
      case 'message_start':
        return this.#start(objectIn(wire, 'message'))
      case 'content_block_start':
        this.#begin()
        return this.#blocks.start(numberOf(wire['index']) ?? 0, objectIn(wire, 'content_block'))
      case 'content_block_stop':
        return this.#blocks.stop(numberOf(wire['index']) ?? 0)
      case 'message_delta':
        return this.#delta(wire)
      case 'message_stop':
        return this.#finish()
      case 'error':
        return this.#fail(errorFrom(wire))
      default:
        this.#other(type, wire)
    }
  }

  /** Pings and kinds invented later say nothing to us; an object of no kind at all is an error, or not of this dialect. */
  #other(type: string | undefined, wire: JsonObject): void {
    if (wire['error'] !== undefined && wire['error'] !== null) {
      this.#fail(errorFrom(wire))
    } else if (type === undefined) {
      throw new GatewayError('bad-answer', 'The provider sent a stream item of no known kind.')
    }
  }

  #fail(error: GatewayError): void {
    this.#done = true
    this.#blocks.closeAll()
    this.#events.push({ type: 'error', error })
  }

  #start(message: JsonObject): void {
    const id = stringOf(message['id']) ?? ''
    if (this.#started !== undefined) {
      // The server began anew; what it had left open gets nothing more.
      if (this.#started !== id) this.#blocks.closeAll()
      return
    }
    this.#started = id
    const model = stringOf(message['model'])
    this.#events.push({
      type: 'start',
      ...(id === '' ? {} : { id }),
      ...(model === undefined ? {} : { model }),
      ...rest(message, START),
    })
    this.#count(message['usage'])
  }

  #begin(): void {
    if (this.#started === undefined) this.#start({})
  }

  #delta(wire: JsonObject): void {
    this.#begin()
    const delta = objectIn(wire, 'delta')
    this.#reason = stringOf(delta['stop_reason']) ?? this.#reason
    this.#sequence = stringOf(delta['stop_sequence']) ?? this.#sequence
    const more = { ...rest(delta, DELTA).extras?.anthropic, ...rest(wire, DELTA_EVENT).extras?.anthropic }
    if (Object.keys(more).length > 0) this.#rest = { ...this.#rest, ...more }
    this.#count(wire['usage'])
  }

  #count(usage: unknown): void {
    if (!isObject(usage)) return
    this.#usage = this.#usage === undefined ? usage : mergeUsage(this.#usage, usage)
    this.#events.push({ type: 'usage', usage: decodeUsage(this.#usage) })
  }

  #finish(): void {
    this.#begin()
    this.#done = true
    this.#blocks.closeAll()
    const finish: FinishEvent = {
      type: 'finish',
      ...finishFrom(this.#reason, this.#sequence, this.#blocks.sawCall),
      ...explanationOf(this.#rest?.['stop_details']),
      ...answerExtras('anthropic', this.#rest),
    }
    this.#events.push(finish)
  }
}

const NOTHING: readonly ChatEvent[] = []

function objectIn(wire: JsonObject, field: string): JsonObject {
  const value = wire[field]
  return isObject(value) ? value : {}
}
