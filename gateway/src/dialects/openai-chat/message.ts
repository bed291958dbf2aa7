/** The conversation as a client sends it, decoded: roles, tool turns, legacy function messages. */

import {
  arrayOf,
  type AssistantPart,
  invalid,
  isObject,
  type JsonObject,
  type JsonValue,
  type Message,
  objectOf,
  stringOf,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
  type UserPart,
} from '#core'
import { citedParts } from './annotations.ts'
import { decodeCallState } from './call-state.ts'
import { type ContentPart, decodeCache, decodeContent, decodePart } from './content.ts'
import { markOf, restOf, withRest, fieldSet } from './extra-fields.ts'
import { decodeReasoning, thinkingText } from './reasoning.ts'
import { openErrorText } from '../tool-error.ts'

const SYSTEM = fieldSet('role content cache_control')
const ASSISTANT = fieldSet(
  'role content cache_control tool_calls function_call refusal reasoning_content reasoning ' +
    'reasoning_text reasoning_details thinking',
)
const TOOL = fieldSet('role content tool_call_id cache_control')
const CALL = fieldSet('id type function custom extra_content cache_control')

export function decodeMessages(wire: readonly JsonValue[]): Message[] {
  const reader = new MessageReader()
  wire.forEach((message, index) => {
    if (isObject(message)) reader.push(message, index)
  })
  return reader.end()
}

/** Remembers the calls of the last assistant turn: results name only ids, and sometimes not even those. */
class MessageReader {
  #messages: Message[] = []
  #names = new Map<string, string>()
  #turn: string[] = []
  #open: string[] = []
  #results: ToolResultPart[] = []
  #minted = 0

  push(wire: JsonObject, index: number): void {
    const role = stringOf(wire['role'])
    if (role === 'tool' || role === 'function') {
      this.#result(wire, index)
      return
    }
    this.#closeResults()
    if (role === 'system' || role === 'developer') this.#messages.push(decodeSystem(wire, role))
    else if (role === 'assistant') this.#assistant(wire)
    else this.#user(wire)
  }

  end(): Message[] {
    this.#closeResults()
    return this.#messages
  }

  #user(wire: JsonObject): void {
    const { results, rest } = splitResults(wire['content'])
    for (const block of results) this.#pushResult(decodeResultBlock(block))
    this.#closeResults()
    if (results.length > 0 && rest.length === 0) return
    const parts: UserPart[] = decodeContent(results.length > 0 ? rest : wire['content'])
    const { parts: marked, fields } = messageCache(wire, parts)
    this.#messages.push({ role: 'user', parts: marked, ...withRest(restOf(wire, SYSTEM, fields)) })
  }

  #assistant(wire: JsonObject): void {
    const parts: AssistantPart[] = [
      ...decodeReasoning(wire),
      ...citedParts(assistantContent(wire['content']), wire['annotations']),
    ]
    const refusal = stringOf(wire['refusal'])
    if (refusal) parts.push({ type: 'text', text: refusal, refusal: true })
    for (const call of arrayOf(wire['tool_calls']) ?? []) if (isObject(call)) parts.push(this.#call(call))
    const legacy = objectOf(wire['function_call'])
    if (legacy !== undefined) parts.push(this.#call({ function: legacy }))
    const calls = parts.filter((part) => part.type === 'tool-call')
    for (const call of calls) this.#names.set(call.id, call.name)
    this.#turn = calls.map((call) => call.id)
    this.#open = [...this.#turn]
    const { parts: marked, fields } = messageCache(wire, parts)
    this.#messages.push({ role: 'assistant', parts: marked, ...withRest(restOf(wire, ASSISTANT, fields)) })
  }

  #call(call: JsonObject): ToolCallPart {
    const custom = call['type'] === 'custom' ? objectOf(call['custom']) : undefined
    const body = custom ?? objectOf(call['function']) ?? {}
    return {
      type: 'tool-call',
      // The same history must always yield the same bytes, so the stand-in id is a plain count.
      id: stringOf(call['id']) || `call_${this.#minted++}`,
      name: stringOf(body['name']) ?? '',
      arguments: custom === undefined ? argumentText(body['arguments']) : customArguments(custom['input']),
      ...decodeCallState(call),
      ...decodeCache(call['cache_control']),
      ...withRest(restOf(call, CALL, custom === undefined ? undefined : { '~custom': true })),
    }
  }

  #result(wire: JsonObject, index: number): void {
    const id = stringOf(wire['tool_call_id']) || this.#openCall(stringOf(wire['name']))
    if (id === undefined) {
      throw invalid(
        `Missing required field 'messages[${index}].tool_call_id'.`,
        `messages[${index}].tool_call_id`,
      )
    }
    const content = decodeContent(wire['content'])
    const mixed = content.some((part) => part.type !== 'text')
    const fields = restOf(wire, TOOL, mixed ? { '~inline': true } : undefined)
    this.#pushResult({
      type: 'tool-result',
      callId: id,
      ...openErrorText(content.filter((part) => part.type !== 'text' || part.text !== '')),
      ...decodeCache(wire['cache_control']),
      ...withRest(fields),
    })
  }

  /** A result without an id belongs to the first unanswered call, by name where one is given. */
  #openCall(name: string | undefined): string | undefined {
    return this.#open.find((id) => name !== undefined && this.#names.get(id) === name) ?? this.#open[0]
  }

  #pushResult(result: ToolResultPart): void {
    this.#open = this.#open.filter((id) => id !== result.callId)
    const name = this.#names.get(result.callId)
    this.#results.push(name === undefined ? result : { ...result, name })
  }

  #closeResults(): void {
    if (this.#results.length === 0) return
    const place = (result: ToolResultPart) => {
      const found = this.#turn.indexOf(result.callId)
      return found < 0 ? this.#turn.length : found
    }
    const parts = this.#results.toSorted((a, b) => place(a) - place(b))
    this.#messages.push({ role: 'tool', parts })
    this.#results = []
  }
}

/** JSON text; objects, as some clients send them, are printed once. */
export function argumentText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** A free-text tool's input, as the one string property of a function call. */
export function customArguments(input: JsonValue | undefined): string {
  return JSON.stringify({ input: stringOf(input) ?? '' })
}

function decodeSystem(wire: JsonObject, role: string): Message {
  const parts = decodeContent(wire['content']).map(asText)
  const { parts: marked, fields } = messageCache(wire, parts)
  const marks = {
    ...fields,
    ...(role === 'developer' ? { '~developer': true } : {}),
    ...(parts.length > 1 ? { '~list': true } : {}),
  }
  return { role: 'system', parts: marked, ...withRest(restOf(wire, SYSTEM, marks)) }
}

function asText(part: ContentPart): TextPart {
  return part.type === 'text' ? part : { type: 'text', text: JSON.stringify(part) }
}

/** Text, thinking parts (Mistral) and tool_use blocks that some clients leave in an OpenAI-shaped history. */
function assistantContent(content: JsonValue | undefined): AssistantPart[] {
  if (content === '') return []
  const list = arrayOf(content)
  if (list === undefined) return decodeContent(content)
  return list.map((part): AssistantPart => {
    if (isObject(part) && part['type'] === 'thinking') return { type: 'reasoning', text: thinkingText(part) }
    if (isObject(part) && part['type'] === 'refusal') {
      return { type: 'text', text: stringOf(part['refusal']) ?? '', refusal: true }
    }
    if (!isObject(part) || part['type'] !== 'tool_use') return decodePart(part)
    return {
      type: 'tool-call',
      id: stringOf(part['id']) ?? '',
      name: stringOf(part['name']) ?? '',
      arguments: argumentText(part['input']),
    }
  })
}

function splitResults(content: JsonValue | undefined): { results: JsonObject[]; rest: JsonValue[] } {
  const results: JsonObject[] = []
  const rest: JsonValue[] = []
  for (const part of arrayOf(content) ?? []) {
    if (isObject(part) && part['type'] === 'tool_result') results.push(part)
    else rest.push(part)
  }
  return { results, rest }
}

function decodeResultBlock(block: JsonObject): ToolResultPart {
  return {
    type: 'tool-result',
    callId: stringOf(block['tool_use_id']) ?? '',
    content: decodeContent(block['content']),
    ...(block['is_error'] === true ? { isError: true } : {}),
    ...decodeCache(block['cache_control']),
  }
}

/** `cache_control` on a message marks its last part; the mark remembers where it stood. */
function messageCache<P extends AssistantPart>(
  wire: JsonObject,
  parts: readonly P[],
): { parts: readonly P[]; fields?: JsonObject } {
  const { cache } = decodeCache(wire['cache_control'])
  const last = parts.at(-1)
  if (cache === undefined || last === undefined || last.type === 'native') return { parts }
  return { parts: [...parts.slice(0, -1), { ...last, cache }], fields: { '~cacheOnMessage': true } }
}

export function hasMessageCache(message: Message): boolean {
  return markOf(message, '~cacheOnMessage') === true
}
