/** Content blocks of the wire and the neutral parts they are, one block at a time. */

import { isObject, parseJson, stringOf } from '#core'
import type {
  AssistantPart,
  JsonDraft,
  JsonObject,
  JsonValue,
  NativePart,
  OpaqueState,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '#core'
import { decodeCitation } from './citations.ts'
import { decodeMedia, decodeSearchResult } from './media.ts'
import { cacheOf, rest, verbatim } from './wire.ts'

/** Reads a signature or sealed string: who issued it depends on where it was found. */
export type OpenState = (text: string) => OpaqueState

export function decodeUserBlock(wire: JsonObject): UserPart {
  switch (wire['type']) {
    case 'text':
      return decodeText(wire)
    case 'image':
    case 'document':
      return decodeMedia(wire) ?? native(wire)
    case 'search_result':
      return decodeSearchResult(wire)
    case 'tool_reference':
      // A deferred tool was loaded; whoever has no such block can still read that it was.
      return { type: 'text', text: `loaded: ${stringOf(wire['tool_name']) ?? ''}`, ...verbatim(wire) }
    default:
      return native(wire)
  }
}

export function decodeAssistantBlock(wire: JsonObject, open: OpenState): AssistantPart {
  switch (wire['type']) {
    case 'text':
      return decodeText(wire)
    case 'thinking':
      return decodeThinkingBlock(wire, open)
    case 'redacted_thinking':
      return {
        type: 'reasoning',
        text: '',
        redacted: true,
        ...(typeof wire['data'] === 'string' ? { opaque: open(wire['data']) } : {}),
        ...rest(wire, REDACTED),
      }
    case 'tool_use':
      return decodeCall(wire)
    default:
      return native(wire)
  }
}

const TEXT: ReadonlySet<string> = new Set(['type', 'text', 'citations'])
const THINKING: ReadonlySet<string> = new Set(['type', 'thinking', 'signature'])
const REDACTED: ReadonlySet<string> = new Set(['type', 'data'])
const CALL: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input'])
const RESULT: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'is_error'])

export function decodeText(wire: JsonObject): TextPart {
  const citations = Array.isArray(wire['citations'])
    ? wire['citations'].filter(isObject).map(decodeCitation)
    : []
  return {
    type: 'text',
    text: stringOf(wire['text']) ?? '',
    ...(citations.length === 0 ? {} : { citations }),
    ...cacheOf(wire),
    ...rest(wire, TEXT),
  }
}

function decodeThinkingBlock(wire: JsonObject, open: OpenState): ReasoningPart {
  const signature = stringOf(wire['signature'])
  return {
    type: 'reasoning',
    text: stringOf(wire['thinking']) ?? '',
    ...(signature === undefined || signature === '' ? {} : { opaque: open(signature) }),
    ...cacheOf(wire),
    ...rest(wire, THINKING),
  }
}

function decodeCall(wire: JsonObject): ToolCallPart {
  return {
    type: 'tool-call',
    id: stringOf(wire['id']) ?? '',
    name: stringOf(wire['name']) ?? '',
    arguments: argumentsText(wire['input']),
    ...cacheOf(wire),
    ...rest(wire, CALL),
  }
}

/** What a call's `input` says when the model's own text was no JSON object. */
const RAW = 'raw_arguments'

export function argumentsText(input: JsonValue | undefined): string {
  if (input === undefined || input === null) return ''
  if (isObject(input)) {
    const raw = input[RAW]
    if (typeof raw === 'string' && Object.keys(input).length === 1 && !isObject(parseJson(raw))) return raw
  }
  return JSON.stringify(input)
}

export function inputOf(text: string): JsonObject {
  if (text.trim() === '') return {}
  const parsed = parseJson(text)
  return isObject(parsed) ? parsed : { [RAW]: text }
}

export function decodeResult(wire: JsonObject, nameOf: (id: string) => string | undefined): ToolResultPart {
  const callId = stringOf(wire['tool_use_id']) ?? ''
  const name = nameOf(callId)
  return {
    type: 'tool-result',
    callId,
    ...(name === undefined ? {} : { name }),
    content: decodeResultContent(wire['content']),
    ...(wire['is_error'] === true ? { isError: true } : {}),
    ...cacheOf(wire),
    ...rest(wire, RESULT),
  }
}

function decodeResultContent(content: JsonValue | undefined): UserPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return Array.isArray(content) ? content.filter(isObject).map(decodeUserBlock) : []
}

function native(wire: JsonObject): NativePart {
  return { type: 'native', dialect: 'anthropic', value: wire }
}

export function callDraft(part: ToolCallPart, id: string): JsonDraft {
  return { type: 'tool_use', id, name: part.name, input: inputOf(part.arguments) }
}
