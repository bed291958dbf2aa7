/**
 * Reads an answer's message, whole or in deltas: both have the same fields. A whole message is simply one large delta, so the
 * two paths cannot drift apart.
 */

import { arrayOf, type Citation, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '#core'
import { BlockWriter } from '../block-writer.ts'
import type { DecodeContext } from '../dialect.ts'
import type { Logprobs } from './logprobs.ts'
import { decodeAnnotation } from './annotations.ts'
import { CallSlots } from './call-slots.ts'
import { audioType } from '../data-url.ts'
import { DetailsReader } from './details-reader.ts'
import { decodeMedia } from './media.ts'
import { detailText, flatReasoning, thinkingText } from './reasoning.ts'

export class MessageReader {
  readonly writer = new BlockWriter()
  readonly #context: DecodeContext
  #begunCalls: CallSlots | undefined
  readonly #details: DetailsReader
  #citations: Map<string, Citation> | undefined
  #audio: { data: string; transcript: string; fields: Record<string, JsonValue> } | undefined
  #text = false
  #flat = false
  refusal = false

  constructor(context: DecodeContext) {
    this.#context = context
    this.#details = new DetailsReader(context.provider)
  }

  push(message: JsonObject, logprobs?: Logprobs): void {
    const content = message['content']
    if (logprobs !== undefined) this.writer.weigh(logprobs.content)
    this.#reasoning(message)
    if (typeof content === 'string') this.#say(content)
    else if (content !== null && content !== undefined) this.#parts(content)
    const refusal = message['refusal']
    if (logprobs !== undefined && logprobs.refusal.length > 0) {
      this.writer.weighed()
      this.writer.weigh(logprobs.refusal)
    }
    if (typeof refusal === 'string' && refusal !== '') this.#refuse(refusal)
    const calls = message['tool_calls']
    if (Array.isArray(calls)) this.#toolCalls(calls)
    if (isObject(message['function_call'])) this.#legacyCall(message['function_call'])
    this.#rare(message)
    if (logprobs !== undefined) this.writer.weighed()
  }

  cite(citation: Citation): void {
    this.#citations ??= new Map()
    const { url, start, end } = citation
    this.#citations.set(url === undefined ? JSON.stringify(citation) : `${url} ${start} ${end}`, citation)
  }

  end(): void {
    if (this.#audio !== undefined) this.#endAudio(this.#audio)
    if (this.#text && this.#citations !== undefined) {
      for (const citation of this.#citations.values()) {
        this.writer.emit({ type: 'citation', index: this.writer.textIndex(), citation })
      }
    }
    this.#begunCalls?.end()
    this.writer.closeAll()
  }

  /** Most answers have no calls. */
  get #calls(): CallSlots {
    const { provider, exchangeId } = this.#context
    this.#begunCalls ??= new CallSlots(this.writer, provider, exchangeId)
    return this.#begunCalls
  }

  #reasoning(message: JsonObject): void {
    const flat = flatReasoning(message)
    if (flat !== '') {
      this.#flat = true
      this.writer.reasoning(flat)
    }
    const details = message['reasoning_details']
    if (!Array.isArray(details)) return
    for (const entry of details) {
      if (!isObject(entry)) continue
      // Where the flat text is given, it repeats what the entries say.
      if (!this.#flat) this.writer.reasoning(detailText(entry))
      this.#details.push(entry)
    }
    const state = details.length === 0 ? undefined : this.#details.state()
    if (state !== undefined) this.writer.reasoningState(state)
  }

  #say(text: string): void {
    if (text === '') return
    this.#details.reset()
    this.#text = true
    this.writer.text(text)
  }

  #refuse(text: string): void {
    this.#details.reset()
    this.refusal = true
    this.writer.text(text, true)
  }

  /** Mistral's lists, and whatever JSON a server puts where text belongs. */
  #parts(content: JsonValue): void {
    const list = arrayOf(content)
    if (list === undefined) {
      this.#say(JSON.stringify(content))
      return
    }
    for (const part of list) {
      if (typeof part === 'string') this.#say(part)
      else if (isObject(part)) this.#part(part)
    }
  }

  #part(part: JsonObject): void {
    if (part['type'] === 'thinking') {
      this.writer.reasoning(thinkingText(part))
      return
    }
    const text = stringOf(part['text'])
    if (text !== undefined) {
      this.#say(text)
      return
    }
    this.#details.reset()
    this.writer.part(decodeMedia(part, {}) ?? { type: 'native', dialect: 'openai-chat', value: part })
  }

  #toolCalls(calls: readonly JsonValue[]): void {
    if (calls.length === 0) return
    this.#details.reset()
    calls.forEach((call, position) => {
      if (isObject(call)) this.#calls.push(call, position)
    })
  }

  #legacyCall(call: JsonObject): void {
    // Some servers fill every field of the schema with empty strings.
    if (!call['name'] && !call['arguments']) return
    this.#details.reset()
    this.#calls.push({ index: -1, function: call }, 0)
  }

  #rare(message: JsonObject): void {
    const annotations = message['annotations']
    if (Array.isArray(annotations)) {
      for (const annotation of annotations) {
        const citation = decodeAnnotation(annotation)
        if (citation !== undefined) this.cite(citation)
      }
    }
    const images = message['images']
    if (Array.isArray(images)) for (const image of images) if (isObject(image)) this.#part(image)
    const audio = objectOf(message['audio'])
    if (audio !== undefined && (audio['data'] || audio['transcript'] || audio['id'])) this.#hear(audio)
  }

  #hear(audio: JsonObject): void {
    this.#audio ??= { data: '', transcript: '', fields: {} }
    this.#audio.data += stringOf(audio['data']) ?? ''
    this.#audio.transcript += stringOf(audio['transcript']) ?? ''
    for (const field of ['id', 'expires_at']) {
      const value = audio[field]
      if (value !== undefined && value !== null) this.#audio.fields[field] = value
    }
  }

  /** The transcript is the answer for everybody who cannot play sound. */
  #endAudio(audio: { data: string; transcript: string; fields: JsonObject }): void {
    if (!this.#text) this.#say(audio.transcript)
    if (audio.data === '') return
    this.writer.part({
      type: 'media',
      kind: 'audio',
      source: { type: 'base64', mediaType: audioType(audio.data), data: audio.data },
      extras: { 'openai-chat': { ...audio.fields, transcript: audio.transcript } },
    })
  }
}
