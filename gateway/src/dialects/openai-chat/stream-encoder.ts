/**
 * Events in, chunks out. Text, thinking and argument deltas are most of a stream: they are written by putting one JSON string
 * between two texts made once.
 */

import {
  type ChatEvent,
  type Citation,
  type FinishEvent,
  type GatewayError,
  type JsonDraft,
  objectOf,
  type OpaqueState,
  type Part,
  type TokenProbability,
  type Usage,
} from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { encodeCitation } from './annotations.ts'
import { encodePicture, encodeSound } from './answer-media.ts'
import { customInput, DECLINED, noteNative } from './answer-message.ts'
import { sealedCallState } from './call-state.ts'
import { encodeError } from './error-encode.ts'
import { markOf, spareOf } from './extra-fields.ts'
import { pausedTurn } from '../paused-turn.ts'
import { encodeFinish } from './finish.ts'
import { encodeLogprobs } from './logprobs.ts'
import { sealedDetail } from './reasoning.ts'
import { isLegacy } from './response.ts'
import { customTools } from './tools.ts'
import { encodeUsage } from './usage.ts'

const DONE = 'data: [DONE]\n\n'
const DELTA = '"choices":[{"index":0,"delta":'

interface OpenCall {
  readonly index: number
  readonly name: string
  readonly custom: boolean
  /** Arguments so far; kept whole for free-text tools only. */
  text: string
}

export class ChunkEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  #head: string
  readonly #legacy: boolean
  readonly #custom: ReadonlySet<string>
  #before: string
  readonly #after: string
  /** The same without log probabilities, to be put behind some. */
  readonly #end: string
  #begun = false
  #over = false
  #calls = new Map<number, OpenCall>()
  #callCount = 0
  #refusal = -1
  #offset = 0
  #partStart = 0
  #said = false
  #thinking = { start: 0, end: 0, redacted: false, count: 0 }
  #usage: Usage | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    this.#legacy = isLegacy(context)
    this.#custom = customTools(context.request)
    this.#head = headOf(`chatcmpl-${context.exchangeId}`, Math.floor(context.startedAt / 1000), context.model)
    this.#before = this.#head + DELTA
    this.#end = `,"finish_reason":null}]${context.request.streamUsage === true ? ',"usage":null' : ''}}\n\n`
    this.#after = `,"logprobs":null${this.#end}`
  }

  push(event: ChatEvent): string {
    if (this.#over || event.type === 'start') return ''
    if (event.type === 'error') return this.#error(event.error)
    if (this.#begun) return this.#write(event)
    const rest = this.#write(event)
    if (rest === '') return ''
    this.#begun = true
    // A turn without text says null, as whole answers do.
    const content = event.type === 'text-delta' ? '""' : 'null'
    return `${this.#before}{"role":"assistant","content":${content}}${this.#after}${rest}`
  }

  /** All chunks of an answer bear one id. */
  passed(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type === 'start' && event.id !== undefined) this.#begunAs(event.id, event)
      else this.push(event)
    }
  }

  #begunAs(id: string, { created, model }: Extract<ChatEvent, { type: 'start' }>): void {
    const { startedAt, model: asked } = this.#context
    this.#head = headOf(id, created ?? Math.floor(startedAt / 1000), model ?? asked)
    this.#before = this.#head + DELTA
  }

  keepAlive(): string {
    return this.#over ? '' : ': keep-alive\n\n'
  }

  #write(event: ChatEvent): string {
    switch (event.type) {
      case 'text-delta':
        return event.probabilities === undefined
          ? this.#text(event.index, event.text, this.#after)
          : this.#weighed(event.index, event.text, event.probabilities)
      case 'reasoning-delta':
        this.#thinking.end += event.text.length
        return event.text === ''
          ? ''
          : `${this.#before}{"reasoning_content":${JSON.stringify(event.text)}}${this.#after}`
      case 'tool-call-delta':
        return this.#arguments(event.index, event.arguments)
      case 'text-start':
        if (event.refusal === true) this.#refusal = event.index
        this.#partStart = this.#offset
        return ''
      case 'reasoning-start':
        this.#thinking.start = this.#thinking.end
        this.#thinking.redacted = event.redacted === true
        return ''
      case 'reasoning-end':
        return this.#endThinking(event.opaque)
      case 'tool-call-start':
        return this.#startCall(event.index, event.id, event.name, event.opaque)
      case 'tool-call-end':
        return this.#endCall(event.index)
      case 'citation':
        return this.#citation(event.index, event.citation)
      case 'part':
        return this.#part(event.part)
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        return this.#finish(event)
      default:
        return ''
    }
  }

  #delta(delta: JsonDraft): string {
    return this.#before + JSON.stringify(delta) + this.#after
  }

  #text(index: number, text: string, after: string): string {
    if (text === '' && after === this.#after) return ''
    this.#said = true
    if (index === this.#refusal) return `${this.#before}{"refusal":${JSON.stringify(text)}}${after}`
    this.#offset += text.length
    return `${this.#before}{"content":${JSON.stringify(text)}}${after}`
  }

  #weighed(index: number, text: string, tokens: readonly TokenProbability[]): string {
    const logprobs = index === this.#refusal ? encodeLogprobs([], tokens) : encodeLogprobs(tokens, [])
    return this.#text(index, text, `,"logprobs":${JSON.stringify(logprobs)}${this.#end}`)
  }

  #endThinking(opaque: OpaqueState | undefined): string {
    if (opaque === undefined) return ''
    const { start, end, redacted } = this.#thinking
    const detail = sealedDetail(opaque, redacted, this.#thinking.count++, { start, end })
    return this.#delta({ reasoning_details: [detail] })
  }

  #startCall(at: number, id: string, name: string, opaque: OpaqueState | undefined): string {
    const index = this.#callCount++
    const custom = !this.#legacy && this.#custom.has(name)
    this.#calls.set(at, { index, name, custom, text: '' })
    if (this.#legacy) {
      if (index === 0) return this.#delta({ function_call: { name, arguments: '' } })
      this.#context.note({
        kind: 'dropped',
        field: 'tool_calls',
        reason: 'A functions client can be told of one call only.',
      })
      return ''
    }
    const state = sealedCallState(opaque)
    const call = custom
      ? { index, id, type: 'custom', custom: { name, input: '' }, ...state }
      : { index, id, type: 'function', function: { name, arguments: '' }, ...state }
    return this.#delta({ tool_calls: [call] })
  }

  #arguments(at: number, text: string): string {
    const call = this.#calls.get(at)
    if (call === undefined || text === '') return ''
    call.text = call.custom ? call.text + text : text
    return call.custom ? '' : this.#argumentChunk(call.index, text)
  }

  #argumentChunk(index: number, text: string): string {
    const json = JSON.stringify(text)
    if (!this.#legacy) {
      return `${this.#before}{"tool_calls":[{"index":${index},"function":{"arguments":${json}}}]}${this.#after}`
    }
    return index === 0 ? `${this.#before}{"function_call":{"arguments":${json}}}${this.#after}` : ''
  }

  #endCall(at: number): string {
    const call = this.#calls.get(at)
    if (call === undefined) return ''
    if (call.custom) {
      return this.#delta({ tool_calls: [{ index: call.index, custom: { input: customInput(call.text) } }] })
    }
    // No arguments at all would fail every client's JSON.parse.
    return call.text === '' ? this.#argumentChunk(call.index, '{}') : ''
  }

  #citation(index: number, citation: Citation): string {
    const annotation = index === this.#refusal ? undefined : encodeCitation(citation, this.#partStart)
    if (annotation !== undefined) return this.#delta({ annotations: [annotation] })
    this.#context.note({
      kind: 'dropped',
      field: 'citations',
      reason: 'Only citations of pages can be shown here.',
    })
    return ''
  }

  #part(part: Part): string {
    if (part.type !== 'media') {
      noteNative(this.#context)
      return ''
    }
    const image = encodePicture(part)
    if (image !== undefined) return this.#delta({ images: [image] })
    const audio = encodeSound(part, this.#context.exchangeId)
    return audio === undefined ? '' : this.#delta({ audio })
  }

  #finish(finish: FinishEvent): string {
    if (finish.reason === 'pause') return this.#error(pausedTurn())
    const reason = encodeFinish(finish, this.#callCount > 0, this.#legacy, this.#context.note)
    this.#over = true
    const declined =
      finish.reason === 'refusal' && !this.#said
        ? this.#delta({ refusal: finish.explanation ?? DECLINED })
        : ''
    const spare = JSON.stringify(spareOf(finish)).slice(1, -1)
    const rest = objectOf(markOf(finish, '~logprobs'))
    const logprobs = JSON.stringify(encodeLogprobs(finish.probabilities ?? [], [], rest))
    const wantsUsage = this.#context.request.streamUsage === true
    const tail = `${spare === '' ? '' : `,${spare}`}${wantsUsage ? ',"usage":null' : ''}`
    const last = `${this.#head}"choices":[{"index":0,"delta":{},"logprobs":${logprobs},"finish_reason":"${reason}"}]${tail}}\n\n`
    const usage = wantsUsage
      ? `${this.#head}"choices":[],"usage":${JSON.stringify(encodeUsage(this.#usage))}}\n\n`
      : ''
    return declined + last + usage + DONE
  }

  /** Clients stop reading at [DONE]; without it some wait for their own timeout. */
  #error(error: GatewayError): string {
    this.#over = true
    return `data: ${JSON.stringify(encodeError(error, this.#context.exchangeId).body)}\n\n${DONE}`
  }
}

function headOf(id: string, created: number, model: string): string {
  const named = `"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created}`
  return `data: {${named},"model":${JSON.stringify(model)},`
}
