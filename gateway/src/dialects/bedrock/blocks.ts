/** Content blocks of the wire and the neutral parts they are, one block at a time. */

import { isObject, parseJson, stringOf, unseal } from '#core'
import type {
  AssistantPart,
  JsonObject,
  JsonValue,
  NativePart,
  OpaqueState,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  WithExtras,
} from '#core'
import { decodeCitation } from './citations.ts'
import { decodeMedia, decodeSearchResult } from './media.ts'
import { marked, memberOf, objectsOf, rest, verbatim } from './wire.ts'

/** Whose a signature is that nobody sealed: the dialect's own in a history, the provider's in its answer. */
export type Issuer = string

export const OWN_HISTORY: Issuer = 'dialect:bedrock'

export function decodeUserBlock(block: JsonObject): UserPart {
  const [name, value] = memberOf(block)
  switch (name) {
    case 'text':
      return typeof value === 'string' ? { type: 'text', text: value } : native(block)
    case 'guardContent':
      return decodeGuarded(block)
    case 'searchResult':
      return decodeSearchResult(block) ?? native(block)
    default:
      return decodeMedia(block) ?? native(block)
  }
}

/** What a guardrail is to look at is text like any other to everybody else. */
export function decodeGuarded(block: JsonObject): TextPart | NativePart {
  const content = block['guardContent']
  const inner = isObject(content) && isObject(content['text']) ? content['text'] : undefined
  const text = stringOf(inner?.['text'])
  return text === undefined ? native(block) : { type: 'text', text, ...verbatim(block) }
}

export function decodeAssistantBlock(block: JsonObject, issuer: Issuer): AssistantPart {
  const [name, value] = memberOf(block)
  switch (name) {
    case 'text':
      return typeof value === 'string' ? { type: 'text', text: value } : native(block)
    case 'reasoningContent':
      return (isObject(value) ? decodeReasoning(value, issuer) : undefined) ?? native(block)
    case 'citationsContent':
      return isObject(value) ? decodeCited(value) : native(block)
    case 'toolUse':
      // A tool of the provider's own is no call for anybody else.
      return isObject(value) && !isServerTool(value) ? decodeCall(value) : native(block)
    default:
      return decodeMedia(block) ?? native(block)
  }
}

export function isServerTool(wire: JsonObject): boolean {
  return wire['type'] === 'server_tool_use'
}

function decodeReasoning(wire: JsonObject, issuer: Issuer): ReasoningPart | undefined {
  const redacted = stringOf(wire['redactedContent'])
  if (redacted !== undefined)
    return { type: 'reasoning', text: '', redacted: true, opaque: openBytes(redacted, issuer) }
  const inner = wire['reasoningText']
  if (!isObject(inner)) return undefined
  const signature = stringOf(inner['signature'])
  const own = rest(inner, REASONING)
  const part = { type: 'reasoning', text: stringOf(inner['text']) ?? '' } as const
  if (signature === undefined || signature === '')
    return { ...part, ...(issuer === OWN_HISTORY ? marked(own, '~unsigned', true) : own) }
  return { ...part, opaque: openText(signature, issuer), ...own }
}

const REASONING: ReadonlySet<string> = new Set(['text', 'signature'])

export function openText(text: string, issuer: Issuer): OpaqueState {
  return unseal(text) ?? { issuer, value: text }
}

/** The field holds bytes, so a sealed string stands in it as the base64 of its own. */
export function openBytes(base64: string, issuer: Issuer): OpaqueState {
  return unseal(textIn(base64)) ?? { issuer, value: base64 }
}

function textIn(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

function decodeCited(wire: JsonObject): TextPart {
  return {
    type: 'text',
    text: objectsOf(wire['content'])
      .map((each) => stringOf(each['text']) ?? '')
      .join(''),
    citations: objectsOf(wire['citations']).map(decodeCitation),
    ...rest(wire, CITED),
  }
}

const CITED: ReadonlySet<string> = new Set(['content', 'citations'])
const CALL: ReadonlySet<string> = new Set(['toolUseId', 'name', 'input'])
const RESULT: ReadonlySet<string> = new Set(['toolUseId', 'content', 'status'])

function decodeCall(wire: JsonObject): ToolCallPart {
  return {
    type: 'tool-call',
    id: stringOf(wire['toolUseId']) ?? '',
    name: stringOf(wire['name']) ?? '',
    arguments: argumentsText(wire['input']),
    ...callExtras(wire),
  }
}

/** What a call says besides, for its own dialect. */
export function callExtras(wire: JsonObject): WithExtras {
  return rest(wire, CALL)
}

/** What a call's `input` says when the model's own text was no JSON object. */
const RAW = 'raw_arguments'

function argumentsText(input: JsonValue | undefined): string {
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

/** A failure without a word cannot be said here: a sentence stands in for it. */
export const SILENT_FAILURE = 'The tool failed without a word.'

function isSilent({ status, content }: JsonObject): boolean {
  const [only, ...more] = objectsOf(content)
  return status === 'error' && more.length === 0 && only?.['text'] === SILENT_FAILURE
}

export function decodeResult(wire: JsonObject, nameOf: (id: string) => string | undefined): ToolResultPart {
  const callId = stringOf(wire['toolUseId']) ?? ''
  const name = nameOf(callId)
  return {
    type: 'tool-result',
    callId,
    ...(name === undefined ? {} : { name }),
    content: isSilent(wire) ? [] : objectsOf(wire['content']).map(decodeResultBlock),
    ...(wire['status'] === 'error' ? { isError: true } : {}),
    ...rest(wire, RESULT),
  }
}

function decodeResultBlock(block: JsonObject): UserPart {
  const json = block['json']
  if (json === undefined) return decodeUserBlock(block)
  return { type: 'text', text: JSON.stringify(json), ...verbatim(block) }
}

export function native(block: JsonObject): NativePart {
  return { type: 'native', dialect: 'bedrock', value: block }
}
