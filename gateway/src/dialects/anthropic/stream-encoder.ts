/**
 * Neutral events as the client's stream: blocks one after another, numbered as they are opened, and opened only once they
 * have something to say.
 */

import { stringOf } from '#core'
import type {
  ChatEvent,
  FinishEvent,
  JsonObject,
  NativePart,
  OpaqueState,
  Part,
  StartEvent,
  Usage,
} from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { Sequencer } from '../sequencer.ts'
import { carry } from '../carried.ts'
import { encodeCitation, noteCitation } from './citations.ts'
import { errorBody } from './errors.ts'
import { estimateInput } from './estimate.ts'
import { stopWords } from './finish.ts'
import { messageId, signature } from './response.ts'
import { encodeUsage } from './usage.ts'
import { ownOf } from './wire.ts'

const PING = 'event: ping\ndata: {"type":"ping"}\n\n'

export class AnthropicStreamEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  readonly #sequencer = new Sequencer()
  /** Held back for one event: upstreams that know the input count say it right after the start. */
  #pending: StartEvent | undefined
  #usage: Usage | undefined
  /** Number of the next block, and of the open one if any. */
  #next = 0
  #isOpen = false
  /** How a delta of the open block begins, up to its text; ends with `}}` and a blank line. */
  #prefix = ''
  #redacted = false
  /** A block of the provider's own bytes that has begun and that no event tells of until it is whole. */
  #silent: number | undefined
  #call = false
  #refusal = false
  #done = false

  constructor(context: AnswerContext) {
    this.#context = context
  }

  push(event: ChatEvent): string {
    if (this.#done) return ''
    if (event.type === 'start') {
      this.#pending = event
      return ''
    }
    let out = ''
    if (event.type === 'usage') {
      this.#usage = event.usage
      return this.#flushStart()
    }
    if (event.type !== 'error') out = this.#flushStart() + this.#endSilent()
    for (const each of this.#sequencer.push(event)) out += this.#write(each)
    return out
  }

  /** The provider opens a block before it says anything in it. */
  passed(events: readonly ChatEvent[], raw: Buffer): void {
    const silent = this.#silent
    this.#silent = undefined
    for (const event of events) {
      this.push(event)
      if (event.type === 'text-start') this.#textOpened()
      if (event.type !== 'reasoning-start') continue
      this.#redacted = false
      this.#thinkingOpened()
    }
    // Most of what passes is deltas.
    const [, edge, number] = (raw.includes(EDGE) ? LAST_EDGE.exec(raw.toString('latin1')) : null) ?? []
    if (edge === undefined) this.#silent = silent
    else if (edge === 'start' && !this.#isOpen) this.#silent = Number(number)
  }

  #endSilent(): string {
    const index = this.#silent
    if (index === undefined) return ''
    this.#silent = undefined
    this.#next = index + 1
    return frame('content_block_stop', `{"type":"content_block_stop","index":${index}}`)
  }

  keepAlive(): string {
    return this.#done ? '' : this.#flushStart() + PING
  }

  #write(event: ChatEvent): string {
    switch (event.type) {
      case 'text-delta':
        if (event.text === '') return ''
        return this.#textOpened() + this.#prefix + JSON.stringify(event.text) + TAIL
      case 'reasoning-delta':
        if (event.text === '') return ''
        return this.#thinkingOpened() + this.#prefix + JSON.stringify(event.text) + TAIL
      case 'tool-call-delta':
        return event.arguments === '' ? '' : this.#prefix + JSON.stringify(event.arguments) + TAIL
      case 'text-start':
        if (event.refusal) this.#refusal = true
        return ''
      case 'citation': {
        const citation = encodeCitation(event.citation)
        if (citation === undefined) noteCitation(this.#context.note)
        return citation === undefined
          ? ''
          : this.#textOpened() + this.#delta({ type: 'citations_delta', citation })
      }
      case 'text-end':
      case 'tool-call-end':
        return this.#close()
      case 'reasoning-start':
        this.#redacted = event.redacted === true
        return ''
      case 'reasoning-end':
        return this.#endThinking(event.opaque)
      case 'tool-call-start': {
        this.#call = true
        const carried =
          event.opaque === undefined
            ? ''
            : this.#thinkingOpened() + this.#endThinking(carry(event.id, event.opaque))
        const block = { type: 'tool_use', id: event.id, name: event.name, input: {}, ...ownOf(event) }
        return carried + this.#open(block, 'input_json_delta', 'partial_json')
      }
      case 'part':
        return this.#part(event.part)
      case 'finish':
        return this.#finish(event)
      case 'error':
        this.#done = true
        return frame('error', JSON.stringify(errorBody(event.error, this.#context.exchangeId)))
      case 'start':
      case 'usage':
        return ''
    }
  }

  #flushStart(): string {
    const start = this.#pending
    if (start === undefined) return ''
    this.#pending = undefined
    const message = {
      id: messageId(start.id, this.#context),
      type: 'message',
      role: 'assistant',
      model: this.#context.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage:
        this.#usage === undefined
          ? { input_tokens: estimateInput(this.#context.request), output_tokens: 0 }
          : encodeUsage(this.#usage),
      ...ownOf(start),
    }
    return frame('message_start', JSON.stringify({ type: 'message_start', message }))
  }

  #textOpened(): string {
    return this.#isOpen ? '' : this.#open({ type: 'text', text: '' }, 'text_delta', 'text')
  }

  #thinkingOpened(): string {
    return this.#isOpen
      ? ''
      : this.#open({ type: 'thinking', thinking: '', signature: '' }, 'thinking_delta', 'thinking')
  }

  #open(block: JsonObject, delta: string, field: string): string {
    const index = this.#next++
    this.#isOpen = true
    this.#prefix =
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},` +
      `"delta":{"type":"${delta}","${field}":`
    return frame(
      'content_block_start',
      JSON.stringify({ type: 'content_block_start', index, content_block: block }),
    )
  }

  #delta(delta: JsonObject): string {
    const index = this.#next - 1
    return frame('content_block_delta', JSON.stringify({ type: 'content_block_delta', index, delta }))
  }

  #close(): string {
    if (!this.#isOpen) return ''
    this.#isOpen = false
    return frame('content_block_stop', `{"type":"content_block_stop","index":${this.#next - 1}}`)
  }

  #endThinking(opaque: OpaqueState | undefined): string {
    const redacted = this.#redacted
    this.#redacted = false
    if (opaque === undefined) return this.#close()
    if (redacted) {
      return (
        this.#close() +
        this.#open({ type: 'redacted_thinking', data: signature(opaque) }, 'text_delta', 'text') +
        this.#close()
      )
    }
    const opened = this.#thinkingOpened()
    return opened + this.#delta({ type: 'signature_delta', signature: signature(opaque) }) + this.#close()
  }

  #part(part: Part): string {
    if (part.type === 'native' && part.dialect === 'anthropic') return this.#native(part)
    const field =
      part.type === 'native'
        ? (stringOf(part.value['type']) ?? 'block')
        : part.type === 'media'
          ? part.kind
          : part.type
    this.#context.note({ kind: 'unsupported', field, reason: 'an answer of this dialect cannot hold it' })
    return ''
  }

  /** Inputs come as fragments also here, since clients put blocks together that way. */
  #native(part: NativePart): string {
    const { input } = part.value
    const hasInput = typeof input === 'object' && input !== null && Object.keys(input).length > 0
    const opened = this.#open(
      hasInput ? { ...part.value, input: {} } : part.value,
      'input_json_delta',
      'partial_json',
    )
    return (
      opened + (hasInput ? this.#prefix + JSON.stringify(JSON.stringify(input)) + TAIL : '') + this.#close()
    )
  }

  #finish(event: FinishEvent): string {
    this.#done = true
    const empty = this.#next === 0 ? this.#textOpened() : ''
    const { context_management, ...beside } = ownOf(event)
    const delta = { ...stopWords(event, { call: this.#call, refusal: this.#refusal }), ...beside }
    const body = {
      type: 'message_delta',
      delta,
      // Without a count the estimate of the start stands; a zero would unsay it.
      usage: this.#usage === undefined ? { output_tokens: 0 } : encodeUsage(this.#usage),
      ...(context_management === undefined ? {} : { context_management }),
    }
    return empty + this.#close() + frame('message_delta', JSON.stringify(body)) + STOP
  }
}

const EDGE = 'content_block_st'
/** Where a block last began or ended. */
const LAST_EDGE = /.*"type":\s*"content_block_(start|stop)",\s*"index":\s*(\d+)/s
const TAIL = '}}\n\n'
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'

function frame(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`
}
