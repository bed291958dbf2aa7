/** Neutral events as the client's stream: blocks one after another, numbered as they are opened; only calls have a start. */

import { isObject, stringOf } from '#core'
import type {
  ChatEvent,
  FinishEvent,
  GatewayError,
  JsonObject,
  JsonValue,
  OpaqueState,
  Part,
  Usage,
} from '#core'
import { carry } from '../carried.ts'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { pausedTurn } from '../paused-turn.ts'
import { Sequencer } from '../sequencer.ts'
import { encodeCitation, noteCitation } from './citations.ts'
import { streamNameFor } from './error-words.ts'
import { stopReason } from './finish.ts'
import { encodeMade } from './media.ts'
import { sealedBytes, signature } from './response.ts'
import { encodeUsage } from './usage.ts'
import { memberOf, ownOf, verbatimOf } from './wire.ts'

export class BedrockStreamEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  readonly #sequencer = new Sequencer()
  #begun = false
  #usage: Usage | undefined
  /** Number of the open block, or of the next one. */
  #at = 0
  /** The open block has said something. */
  #spoken = false
  #redacted = false
  #call = false
  #done = false

  constructor(context: AnswerContext) {
    this.#context = context
  }

  push(event: ChatEvent): string {
    if (this.#done) return ''
    if (event.type === 'usage') {
      this.#usage = event.usage
      return ''
    }
    let out = event.type === 'error' ? '' : this.#begin()
    for (const each of this.#sequencer.push(event)) out += this.#write(each)
    return out
  }

  /** The message has been begun in the provider's own bytes. They may number blocks that say nothing to us. */
  passed(events: readonly ChatEvent[], raw: Buffer): void {
    this.#begun = true
    for (const event of events) this.push(event)
    const number = /.*"contentBlockIndex"\s*:\s*(\d+)/s.exec(raw.toString('latin1'))?.[1]
    if (number !== undefined) this.#at = Number(number) + (this.#spoken ? 0 : 1)
  }

  /** The framing has no comment, and an empty delta would be taken for content. */
  keepAlive(): string {
    return this.#done ? '' : this.#begin()
  }

  #begin(): string {
    if (this.#begun) return ''
    this.#begun = true
    return message('messageStart', { role: 'assistant' })
  }

  #write(event: ChatEvent): string {
    switch (event.type) {
      case 'text-delta':
        return event.text === '' ? '' : this.#delta({ text: event.text })
      case 'citation': {
        const citation = encodeCitation(event.citation)
        if (citation === undefined) noteCitation(this.#context.note)
        return citation === undefined ? '' : this.#delta({ citation })
      }
      case 'reasoning-start':
        this.#redacted = event.redacted === true
        return ''
      case 'reasoning-delta':
        return event.text === '' ? '' : this.#delta({ reasoningContent: { text: event.text } })
      case 'reasoning-end':
        return this.#endReasoning(event.opaque)
      case 'tool-call-start': {
        const carried = event.opaque === undefined ? '' : this.#carrier(event.id, event.opaque)
        this.#call = true
        return carried + this.#start({ toolUse: { toolUseId: event.id, name: event.name, ...ownOf(event) } })
      }
      case 'tool-call-delta':
        return event.arguments === '' ? '' : this.#delta({ toolUse: { input: event.arguments } })
      case 'text-end':
      case 'tool-call-end':
        return this.#stop()
      case 'part':
        return this.#part(event.part)
      case 'finish':
        return event.reason === 'pause' ? this.#error(pausedTurn()) : this.#finish(event)
      case 'error':
        return this.#error(event.error)
      case 'start':
      case 'usage':
      case 'text-start':
        return ''
    }
  }

  #error(error: GatewayError): string {
    this.#done = true
    return message(streamNameFor(error.type), { message: error.message })
  }

  #start(start: JsonObject): string {
    this.#spoken = true
    return message('contentBlockStart', { start, contentBlockIndex: this.#at })
  }

  #delta(delta: JsonObject): string {
    this.#spoken = true
    return message('contentBlockDelta', { delta, contentBlockIndex: this.#at })
  }

  #stop(): string {
    if (!this.#spoken) return ''
    this.#spoken = false
    return message('contentBlockStop', { contentBlockIndex: this.#at++ })
  }

  #endReasoning(opaque: OpaqueState | undefined): string {
    if (opaque === undefined) return this.#stop()
    const state = this.#redacted ? { redactedContent: sealedBytes(opaque) } : { signature: signature(opaque) }
    return this.#delta({ reasoningContent: state }) + this.#stop()
  }

  #carrier(callId: string, opaque: OpaqueState): string {
    const state = signature(carry(callId, opaque))
    return this.#delta({ reasoningContent: { signature: state } }) + this.#stop()
  }

  #part(part: Part): string {
    const block = part.type === 'media' ? encodeMade(part) : ownBlock(part)
    const [name, value] = block === undefined ? ['', undefined] : memberOf(block)
    if (isObject(value) && PIECES.has(name)) return this.#inPieces(name, value)
    const field =
      part.type === 'native'
        ? (stringOf(part.value['type']) ?? name)
        : part.type === 'media'
          ? part.kind
          : part.type
    this.#context.note({ kind: 'unsupported', field, reason: 'a stream of this dialect cannot hold it' })
    return ''
  }

  /** A start with all but the one field that comes in deltas. */
  #inPieces(name: string, value: JsonObject): string {
    const { input, content, source, ...start } = value
    const pieces: JsonValue | undefined =
      name === 'toolUse'
        ? { input: JSON.stringify(input ?? {}) }
        : name === 'toolResult'
          ? (content ?? [])
          : source === undefined
            ? undefined
            : { source }
    return (
      this.#start({ [name]: start }) +
      (pieces === undefined ? '' : this.#delta({ [name]: pieces })) +
      this.#stop()
    )
  }

  #finish(event: FinishEvent): string {
    this.#done = true
    const { additionalModelResponseFields, metrics, ...beside } = ownOf(event)
    const stop = {
      stopReason: stopReason(event, this.#call),
      ...(additionalModelResponseFields === undefined ? {} : { additionalModelResponseFields }),
    }
    const metadata = {
      usage: encodeUsage(this.#usage, this.#context.note),
      metrics: metrics ?? { latencyMs: Math.round(this.#context.elapsedMs()) },
      ...beside,
    }
    return this.#stop() + message('messageStop', stop) + message('metadata', metadata)
  }
}

function ownBlock(part: Part): JsonObject | undefined {
  return part.type === 'native' && part.dialect === 'bedrock' ? part.value : verbatimOf(part)
}

/** Blocks that a stream can begin with a start. */
const PIECES: ReadonlySet<string> = new Set(['toolUse', 'toolResult', 'image'])

/** One message of the framing, as a line. */
function message(type: string, body: JsonObject): string {
  return `${type} ${JSON.stringify(body)}\n`
}
