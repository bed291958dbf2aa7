/**
 * Events in, chunks out: `data:` lines and nothing else, since clients of this dialect stumble over comments, event names and
 * `[DONE]`. A call goes out whole, so blocks are put one behind the other first.
 */

import type {
  ChatEvent,
  Citation,
  FinishEvent,
  GatewayError,
  JsonDraft,
  JsonObject,
  OpaqueState,
  TokenProbability,
  Usage,
} from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { Sequencer } from '../sequencer.ts'
import { errorBody } from './error-encode.ts'
import { pausedTurn } from './finish.ts'
import { encodeLogprobs } from './logprobs.ts'
import { encodeCandidate, isBlockedPrompt, PartWriter } from './response.ts'
import { encodeUsage } from './usage.ts'
import { ownOf } from './wire.ts'

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly opaque: OpaqueState | undefined
  arguments: string
}

export class GeminiStreamEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  readonly #sequencer = new Sequencer()
  readonly #parts: PartWriter
  readonly #before = 'data: {"candidates":[{"content":{"role":"model","parts":['
  /** What every chunk says of the answer. */
  #about: JsonObject
  #after = ''
  #end = ''
  #tokens: TokenProbability[] = []
  #over = false
  #written = 0
  #call: OpenCall | undefined
  /** Text of the open block. */
  #text = ''
  #redacted = false
  #usage: Usage | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    this.#parts = new PartWriter(context.note)
    this.#about = this.#tellAbout(context.model, context.exchangeId)
  }

  push(event: ChatEvent): string {
    if (this.#over || event.type === 'start') return ''
    let text = ''
    for (const each of this.#sequencer.push(event)) text += this.#write(each)
    return text
  }

  /** All chunks of an answer bear one id and name one model. */
  passed(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type !== 'start') this.push(event)
      else
        this.#about = this.#tellAbout(
          event.model ?? this.#context.model,
          event.id ?? this.#context.exchangeId,
        )
    }
  }

  #tellAbout(modelVersion: string, responseId: string): JsonObject {
    const about = { modelVersion, responseId }
    this.#end = `,"index":0}],${JSON.stringify(about).slice(1)}\n\n`
    this.#after = `]}${this.#end}`
    return about
  }

  keepAlive(): string {
    return this.#over ? '' : 'data: {}\n\n'
  }

  #write(event: ChatEvent): string {
    switch (event.type) {
      case 'text-delta':
        return event.probabilities === undefined
          ? this.#say(event.text)
          : this.#weighed(event.text, event.probabilities)
      case 'reasoning-delta':
        return event.text === '' ? '' : this.#raw(`{"text":${JSON.stringify(event.text)},"thought":true}`)
      case 'reasoning-start':
        this.#redacted = event.redacted === true
        return ''
      case 'reasoning-end':
        return this.#sign(event.opaque)
      case 'tool-call-start':
        this.#call = { id: event.id, name: event.name, opaque: event.opaque, arguments: '' }
        return ''
      case 'tool-call-delta':
        if (this.#call !== undefined) this.#call.arguments += event.arguments
        return ''
      case 'tool-call-end':
        return this.#endCall()
      case 'citation':
        return this.#cite(event.citation)
      case 'text-end':
        this.#parts.said(this.#text)
        this.#text = ''
        return ''
      case 'part':
        // Only an assistant says these parts.
        return event.part.type === 'tool-result' ? '' : this.#chunks(this.#parts.write(event.part))
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        return event.reason === 'pause' ? this.#error(pausedTurn()) : this.#finish(event)
      case 'error':
        return this.#error(event.error)
      default:
        return ''
    }
  }

  #raw(part: string): string {
    this.#written++
    return this.#before + part + this.#after
  }

  #chunks(parts: readonly JsonObject[]): string {
    return parts.map((part) => this.#raw(JSON.stringify(part))).join('')
  }

  #say(text: string): string {
    if (text === '') return ''
    this.#text += text
    return this.#raw(`{"text":${JSON.stringify(text)}}`)
  }

  #weighed(text: string, tokens: readonly TokenProbability[]): string {
    this.#text += text
    this.#written++
    for (const each of tokens) this.#tokens.push(each)
    const result = JSON.stringify(encodeLogprobs(tokens))
    return `${this.#before}{"text":${JSON.stringify(text)}}]},"logprobsResult":${result}${this.#end}`
  }

  /** The thinking itself has gone out; its signature follows on an empty piece of it. */
  #sign(opaque: OpaqueState | undefined): string {
    if (opaque === undefined) return ''
    return this.#chunks(this.#parts.write({ type: 'reasoning', text: '', opaque, redacted: this.#redacted }))
  }

  #endCall(): string {
    const call = this.#call
    this.#call = undefined
    if (call === undefined) return ''
    const { opaque, ...rest } = call
    return this.#chunks(
      this.#parts.write({ type: 'tool-call', ...rest, ...(opaque === undefined ? {} : { opaque }) }),
    )
  }

  #cite(citation: Citation): string {
    this.#parts.cite(citation)
    return ''
  }

  #finish(finish: FinishEvent): string {
    this.#over = true
    const beside = {
      grounding: this.#parts.grounding(),
      tokens: [],
      before: this.#tokens,
      note: this.#context.note,
    }
    const body: JsonDraft = {
      ...(isBlockedPrompt(finish, this.#written)
        ? {}
        : { candidates: [encodeCandidate([{ text: '' }], finish, beside)] }),
      ...(this.#usage === undefined ? {} : { usageMetadata: encodeUsage(this.#usage, this.#context.note) }),
      ...this.#about,
      ...ownOf(finish),
    }
    return `data: ${JSON.stringify(body)}\n\n`
  }

  #error(error: GatewayError): string {
    this.#over = true
    return `data: ${JSON.stringify(errorBody(error, this.#context.exchangeId))}\n\n`
  }
}
