/** Families whose bodies are one text in and one text out: what they share. */

import { invalid, isObject, numberOf, stringOf } from '#core'
import type { ChatEvent, ChatRequest, ChatResponse, Finish, JsonObject, JsonValue, Usage } from '#core'
import type { Address, AnswerContext, RequestHead } from '../../dialect.ts'
import { invocationMetrics, type InvokeFamily, type InvokeStream } from './family.ts'

/** How a family spells it. */
export interface TextWords {
  readonly name: string
  /** The field that holds the prompt. */
  readonly prompt: string
  /** Where sampling stands; undefined for the body itself. */
  readonly config?: string
  readonly fields: {
    readonly maxOutputTokens: string
    readonly temperature: string
    readonly topP: string
    readonly stop?: string
  }
  knows(wire: JsonObject): boolean
  whole(text: string, finish: Finish, usage: Usage | undefined): JsonObject
  piece(text: string): JsonObject
  last(finish: Finish, usage: Usage | undefined): JsonObject
}

export function textFamily(words: TextWords): InvokeFamily {
  return {
    name: words.name,
    knows: (wire) => words.knows(wire),
    check: (wire, address) => checkText(wire, address, words),
    decode: (wire, address) => decodeText(wire, address, words),
    whole: (response) => words.whole(textOf(response), response.finish, response.usage),
    stream: (context) => new TextStream(words, context),
  }
}

function checkText(wire: JsonObject, address: Address, { prompt, fields, config }: TextWords): RequestHead {
  const text = wire[prompt]
  if (typeof text !== 'string' || text === '') throw invalid(`${prompt}: must be a non-empty string.`, prompt)
  const inner = configIn(wire, config)
  for (const field of [fields.maxOutputTokens, fields.temperature, fields.topP]) {
    const value = inner[field]
    if (value !== undefined && value !== null && typeof value !== 'number')
      throw invalid(`${field}: must be a number.`, field)
  }
  const limit = numberOf(inner[fields.maxOutputTokens])
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1))
    throw invalid(`${fields.maxOutputTokens}: must be a whole number of at least 1.`, fields.maxOutputTokens)
  return { ...address, ...(limit === undefined ? {} : { maxOutputTokens: limit }) }
}

function configIn(wire: JsonObject, config: string | undefined): JsonObject {
  if (config === undefined) return wire
  const inner: JsonValue | undefined = wire[config]
  return isObject(inner) ? inner : {}
}

function decodeText(wire: JsonObject, address: Address, { prompt, fields, config }: TextWords): ChatRequest {
  const inner = configIn(wire, config)
  const maxOutputTokens = numberOf(inner[fields.maxOutputTokens])
  const temperature = numberOf(inner[fields.temperature])
  const topP = numberOf(inner[fields.topP])
  const stops = fields.stop === undefined ? undefined : inner[fields.stop]
  const stop = Array.isArray(stops) ? stops.filter((each): each is string => typeof each === 'string') : []
  return {
    ...address,
    messages: [{ role: 'user', parts: [{ type: 'text', text: stringOf(wire[prompt]) ?? '' }] }],
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stop }),
  }
}

function textOf(response: ChatResponse): string {
  return response.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

class TextStream implements InvokeStream {
  readonly #words: TextWords
  readonly #context: AnswerContext
  #usage: Usage | undefined

  constructor(words: TextWords, context: AnswerContext) {
    this.#words = words
    this.#context = context
  }

  push(event: ChatEvent): JsonObject[] {
    switch (event.type) {
      case 'usage':
        this.#usage = event.usage
        return []
      case 'text-delta':
        return event.text === '' ? [] : [this.#words.piece(event.text)]
      case 'finish':
        return [{ ...this.#words.last(event, this.#usage), ...invocationMetrics(this.#usage, this.#context) }]
      default:
        return []
    }
  }

  keepAlive(): JsonObject[] {
    return []
  }
}
