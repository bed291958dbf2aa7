/** What one line of an answer says. A whole answer is one such line too, so both are read here and nowhere else. */

import { arrayOf, GatewayError, isObject, objectOf, parseJson, stringOf } from '#core'
import type { JsonDraft, JsonObject, JsonValue, StartEvent } from '#core'
import type { BlockWriter } from '../block-writer.ts'
import { answerCallId } from './call-id.ts'
import { decodeImage } from './image.ts'
import { decodeTokens } from '../token-probabilities.ts'
import { argumentsText } from './tool-arguments.ts'
import { secondsOf } from './timestamp.ts'

const KNOWN = new Set([
  'model',
  'created_at',
  'message',
  'response',
  'thinking',
  'done',
  'done_reason',
  'prompt_eval_count',
  'eval_count',
  'logprobs',
])

/** Whether the object is an answer of this dialect at all. */
export function isAnswer(line: JsonObject): boolean {
  return (
    isObject(line['message']) || typeof line['response'] === 'string' || typeof line['done'] === 'boolean'
  )
}

export function startOf(line: JsonObject): StartEvent {
  const model = stringOf(line['model'])
  const created = secondsOf(line['created_at'])
  return {
    type: 'start',
    ...(model === undefined ? {} : { model }),
    ...(created === undefined ? {} : { created }),
  }
}

/** Fields of the last line that only Ollama knows: durations, context. */
export function restOf(line: JsonObject): JsonObject | undefined {
  const rest: JsonDraft = {}
  for (const [field, value] of Object.entries(line)) if (!KNOWN.has(field)) rest[field] = value
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** Writes a line's thinking, text, images and calls as blocks; ids the server does not give are minted in order. */
export class LineReader {
  readonly #blocks: BlockWriter
  readonly #exchangeId: string
  readonly #ids = new Set<string>()
  #calls = 0

  constructor(blocks: BlockWriter, exchangeId: string) {
    this.#blocks = blocks
    this.#exchangeId = exchangeId
  }

  read(line: JsonObject): void {
    const { logprobs } = line
    if (logprobs !== undefined) this.#blocks.weigh(decodeTokens(logprobs, 'ollama'))
    this.#say(line)
    if (logprobs !== undefined) this.#blocks.weighed()
  }

  #say(line: JsonObject): void {
    const message = objectOf(line['message'])
    // /api/chat speaks inside `message`, /api/generate at the top.
    this.#blocks.reasoning(stringOf(message?.['thinking']) ?? stringOf(line['thinking']) ?? '')
    this.#blocks.text(stringOf(message?.['content']) ?? stringOf(line['response']) ?? '')
    if (message === undefined) return
    for (const image of arrayOf(message['images']) ?? []) {
      if (typeof image === 'string') this.#blocks.part(decodeImage(image))
    }
    for (const call of arrayOf(message['tool_calls']) ?? []) this.#readCall(call)
  }

  #readCall(value: JsonValue): void {
    const wire = objectOf(value)
    const called = objectOf(wire?.['function'])
    const name = stringOf(called?.['name']) ?? ''
    if (wire === undefined || called === undefined || name === '') {
      throw new GatewayError('bad-answer', 'The provider sent a tool call without a name.')
    }
    const number = this.#calls++
    let id = stringOf(wire['id']) ?? ''
    if (id === '' || this.#ids.has(id)) id = answerCallId(this.#exchangeId, number)
    this.#ids.add(id)
    const slot = String(number)
    this.#blocks.beginCall(slot, id, name)
    this.#blocks.callArguments(slot, argumentsText(called['arguments']))
    this.#blocks.endCall(slot)
  }
}

// Sixteen digits are where JavaScript's numbers begin to round.
const LONG_NUMBER = /\d{16}/

/** The JSON of a line. Long integers in a tool's arguments keep their digits when they are printed again. */
export function parseLine(text: string): JsonValue | undefined {
  if (!LONG_NUMBER.test(text) || !text.includes('"tool_calls"')) return parseJson(text)
  try {
    // JSON.parse is typed `any`; what keepDigits yields prints as JSON, which is all that is done with it.
    return JSON.parse(text, keepDigits) as JsonValue
  } catch {
    return undefined
  }
}

/** `JSON.rawJSON` and source access are in Node since 21, not yet in the library types. */
interface RawJson {
  rawJSON?(source: string): unknown
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value
  // The global JSON object has this method at run time; see RawJson.
  return /^-?\d+$/.test(source) ? ((JSON as RawJson).rawJSON?.(source) ?? value) : value
}
