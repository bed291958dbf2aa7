/** A server's stream as neutral events. The counts follow the end of the message, so the end is told with them or with the bytes. */

import { answerExtras, GatewayError, isObject, numberOf, parseJson, stringOf } from '#core'
import type { ChatEvent, JsonDraft, JsonObject } from '#core'
import type { DecodeContext, Frame, StreamDecoder } from '../dialect.ts'
import { errorFrom } from './errors.ts'
import { finishFrom } from './finish.ts'
import { stopSequenceIn } from './response.ts'
import { StreamBlocks } from './stream-blocks.ts'
import { decodeUsage } from './usage.ts'
import { memberOf, remainder } from './wire.ts'

/** `p` is padding against who listens to lengths. */
const STOP: ReadonlySet<string> = new Set(['stopReason', 'p'])
const METADATA: ReadonlySet<string> = new Set(['usage', 'p'])

export class BedrockStreamDecoder implements StreamDecoder {
  readonly #blocks: StreamBlocks
  #events: ChatEvent[] = []
  #begun = false
  #ended = false
  #reason: string | undefined
  #rest: JsonDraft = {}
  #done = false

  constructor(context: DecodeContext) {
    this.#blocks = new StreamBlocks(context, (event) => this.#events.push(event))
  }

  push(frame: Frame): readonly ChatEvent[] {
    if (this.#done) return NOTHING
    const wire = parseJson(frame.data)
    if (!isObject(wire))
      throw new GatewayError('bad-answer', 'The provider sent a stream item that is not a JSON object.')
    if (frame.event === undefined) this.#unnamed(wire)
    else this.#take(frame.event, wire)
    return this.#taken()
  }

  end(): readonly ChatEvent[] {
    if (this.#done) return NOTHING
    if (this.#ended) this.#finish()
    else
      this.#fail(
        new GatewayError('cut-stream', 'The provider ended its stream before the answer was finished.'),
      )
    return this.#taken()
  }

  #taken(): ChatEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** In JSON without framing an item is wrapped in its own name. */
  #unnamed(wire: JsonObject): void {
    const [name, value] = memberOf(wire)
    if (!isObject(value) || !NAMES.has(name))
      throw new GatewayError('bad-answer', 'The provider sent a stream item of no known kind.')
    this.#take(name, value)
  }

  #take(name: string, wire: JsonObject): void {
    switch (name) {
      case 'messageStart':
        return this.#begin()
      case 'contentBlockStart':
        this.#begin()
        return this.#blocks.start(placeOf(wire), objectIn(wire, 'start'))
      case 'contentBlockDelta':
        this.#begin()
        return this.#blocks.delta(placeOf(wire), objectIn(wire, 'delta'))
      case 'contentBlockStop':
        return this.#blocks.stop(placeOf(wire))
      case 'messageStop':
        this.#begin()
        this.#ended = true
        this.#reason = stringOf(wire['stopReason'])
        Object.assign(this.#rest, remainder(wire, STOP))
        return this.#blocks.closeAll()
      case 'metadata':
        return this.#metadata(wire)
      default:
        // Kinds invented later say nothing to us.
        if (/(?:exception|error)$/i.test(name)) this.#fail(errorFrom(wire, { name, ...modelStatus(wire) }))
    }
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#events.push({ type: 'start' })
  }

  #metadata(wire: JsonObject): void {
    this.#begin()
    Object.assign(this.#rest, remainder(wire, METADATA))
    if (isObject(wire['usage'])) this.#events.push({ type: 'usage', usage: decodeUsage(wire['usage']) })
    if (this.#ended) this.#finish()
  }

  #fail(error: GatewayError): void {
    this.#done = true
    this.#blocks.closeAll()
    this.#events.push({ type: 'error', error })
  }

  #finish(): void {
    const finish = finishFrom({
      raw: this.#reason,
      sawCall: this.#blocks.sawCall,
      stopSequence: stopSequenceIn(this.#rest['additionalModelResponseFields']),
    })
    if (finish instanceof GatewayError) return this.#fail(finish)
    this.#done = true
    const own = Object.keys(this.#rest).length === 0 ? undefined : this.#rest
    this.#events.push({ type: 'finish', ...finish, ...answerExtras('bedrock', own) })
  }
}

const NOTHING: readonly ChatEvent[] = []

const NAMES: ReadonlySet<string> = new Set([
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
])

function placeOf(wire: JsonObject): number {
  return numberOf(wire['contentBlockIndex']) ?? 0
}

function objectIn(wire: JsonObject, field: string): JsonObject {
  const value = wire[field]
  return isObject(value) ? value : {}
}

/** What the model itself answered, in its own error. */
function modelStatus(wire: JsonObject): { status?: number } {
  const status = numberOf(wire['originalStatusCode'])
  return status === undefined || status < 400 ? {} : { status }
}
