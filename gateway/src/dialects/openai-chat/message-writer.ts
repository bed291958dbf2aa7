/** The conversation as this dialect's providers read it. */

import {
  type AssistantMessage,
  type JsonDraft,
  type JsonValue,
  type MediaPart,
  type Message,
  parseJson,
  type ReasoningPart,
  stringOf,
  objectOf,
  type SystemMessage,
  type TextPart,
  type ToolCallPart,
  type ToolMessage,
  type ToolResultPart,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { encodeCallState } from './call-state.ts'
import { asContent, type ContentPart, encodeCache, encodeContent, encodeParts } from './content.ts'
import { markOf, spareOf } from './extra-fields.ts'
import { hasMessageCache } from './message.ts'
import { pairCalls } from '../pairing.ts'
import { encodeReasoning, thinkingPart } from './reasoning.ts'
import { withShortCallIds } from './short-call-ids.ts'
import { withOrder } from './strict-turns.ts'
import { errorText } from '../tool-error.ts'

export function encodeMessages(messages: readonly Message[], context: EncodeContext): JsonDraft[] {
  const { traits, note } = context
  const paired = pairCalls(messages, note)
  const turns = traits.shortCallIds === true ? withShortCallIds(paired) : paired
  const loose = turns.flatMap((message) => encodeMessage(message, context))
  const written = traits.turns === undefined ? loose : withOrder(loose, traits.turns, note)
  const last = written.at(-1)
  if (traits.prefixTail === true && last?.['role'] === 'assistant') last['prefix'] = true
  if (traits.messageNames === false) dropNames(written, context)
  if (traits.messageFields !== undefined) dropFields(written, new Set(traits.messageFields), context)
  return written
}

function dropFields(
  written: readonly JsonDraft[],
  taken: ReadonlySet<string>,
  { note }: EncodeContext,
): void {
  const dropped = new Set<string>()
  for (const message of written) {
    for (const field of Object.keys(message)) {
      if (taken.has(field)) continue
      delete message[field]
      dropped.add(field)
    }
  }
  for (const field of dropped)
    note({
      kind: 'dropped',
      field: `messages.${field}`,
      reason: 'The provider takes no such field on messages.',
    })
}

function dropNames(written: readonly JsonDraft[], { note }: EncodeContext): void {
  const named = written.filter((message) => message['role'] !== 'tool' && message['name'] !== undefined)
  for (const message of named) delete message['name']
  if (named.length > 0)
    note({ kind: 'dropped', field: 'messages.name', reason: 'The provider takes no names on messages.' })
}

function encodeMessage(message: Message, context: EncodeContext): JsonDraft[] {
  const { parts, cache } = liftCache(message, context)
  switch (message.role) {
    case 'system':
      return encodeSystem({ ...message, parts: parts as TextPart[] }, cache, context) // same parts, one without its mark
    case 'user': {
      const content = encodeContent(parts as ContentPart[], context, 'messages.user') // same parts, as above
      return [{ role: 'user', content, ...cache, ...spareOf(message) }]
    }
    case 'assistant': {
      const bare = { ...message, parts: parts as AssistantMessage['parts'] } // as above
      const turn = { ...encodeAssistant(bare, context), ...cache }
      return isMute(turn) && mayGo(message, context) ? [] : [turn]
    }
    case 'tool':
      return encodeResults(message, context)
  }
}

/** Some providers answer 400 to it. */
function isMute(turn: JsonDraft): boolean {
  return Object.entries(turn).every(([field, value]) => field === 'role' || value === '' || value === null)
}

/** What nobody but another provider could read left an empty turn behind; strict providers take none at all. */
function mayGo({ parts }: Message, { traits }: EncodeContext): boolean {
  return (
    traits.messageFields !== undefined || parts.some(({ type }) => type === 'native' || type === 'reasoning')
  )
}

/** A cache mark that stood on the message goes back onto the message. */
function liftCache(
  message: Message,
  context: EncodeContext,
): { parts: readonly unknown[]; cache: JsonDraft } {
  const last = message.parts.at(-1)
  if (!hasMessageCache(message) || last === undefined || last.type === 'native')
    return { parts: message.parts, cache: {} }
  const { cache, ...bare } = last
  return { parts: [...message.parts.slice(0, -1), bare], cache: encodeCache(cache, context) }
}

function encodeSystem(message: SystemMessage, cache: JsonDraft, context: EncodeContext): JsonDraft[] {
  // Claude Code's billing line changes with every request; it would only spoil the prompt cache of others.
  const parts = message.parts.filter((part) => !part.text.startsWith('x-anthropic-billing-header:'))
  if (parts.length === 0) return []
  const role = context.traits.systemRole ?? 'system'
  // Blocks of other dialects are paragraphs of one prompt; a list that a client of this one sent stays a list.
  const glue = markOf(message, '~list') === true && context.traits.stringContent !== true ? undefined : '\n\n'
  const content = asContent(encodeParts(parts, context, 'system'), glue)
  return [{ role, content, ...cache, ...spareOf(message) }]
}

function encodeAssistant(message: AssistantMessage, context: EncodeContext): JsonDraft {
  const refusal = message.parts.filter((part) => isRefusal(part, context)) as TextPart[] // by the filter
  const reasoning = message.parts.filter((part): part is ReasoningPart => part.type === 'reasoning')
  const calls = message.parts.filter((part): part is ToolCallPart => part.type === 'tool-call')
  if (reasoning.length > 0 && context.traits.reasoningField === undefined)
    context.note({
      kind: 'dropped',
      field: 'reasoning',
      reason: 'The target does not want its thinking back.',
    })
  const spare = spareOf(message)
  const content = assistantContent(message, context)
  const silent = content === '' && (calls.length > 0 || refusal.length > 0 || spare['audio'] !== undefined)
  return {
    role: 'assistant',
    content: silent ? null : content,
    ...encodeReasoning(reasoning, context),
    ...(refusal.length === 0 ? {} : { refusal: refusal.map((part) => part.text).join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => encodeCall(call, context)) }),
    ...spare,
  }
}

/** Where the message has no field for it, it is text like any other. */
function isRefusal(part: AssistantMessage['parts'][number], { traits }: EncodeContext): boolean {
  return part.type === 'text' && part.refusal === true && traits.messageFields?.includes('refusal') !== false
}

function assistantContent(message: AssistantMessage, context: EncodeContext): JsonValue {
  const list: JsonDraft[] = []
  for (const part of message.parts) {
    if (part.type === 'tool-call' || isRefusal(part, context)) continue
    if (part.type === 'reasoning') {
      if (context.traits.reasoningField === 'content') list.push(thinkingPart(part))
      continue
    }
    if (part.type === 'media') {
      context.note({
        kind: 'dropped',
        field: 'messages.assistant',
        reason: `An assistant turn cannot hold ${part.kind} here.`,
      })
      continue
    }
    if (part.type === 'text' && part.citations !== undefined && !isKept(message)) {
      context.note({
        kind: 'dropped',
        field: 'messages.assistant.citations',
        reason: 'No field for them in a history.',
      })
    }
    const written = encodeParts([part], context, 'messages.assistant')
    list.push(...(part.type === 'native' ? written.map(apart) : written))
  }
  const kept = list.filter((part) => part['type'] !== 'text' || part['text'] !== '')
  // The text blocks of one answer are one text: they were split at citations, not at paragraphs.
  return asContent(kept, '')
}

/** What a client of this dialect sent along goes back beside the text. */
function isKept(message: AssistantMessage): boolean {
  return message.extras?.['openai-chat']?.['annotations'] !== undefined
}

/** Not a piece of the answer: a paragraph between two. */
function apart(part: JsonDraft): JsonDraft {
  return typeof part['text'] === 'string' ? { ...part, text: `\n\n${part['text']}\n\n` } : part
}

function encodeCall(call: ToolCallPart, context: EncodeContext): JsonDraft {
  const rest = {
    ...encodeCallState(call.opaque, context),
    ...encodeCache(call.cache, context),
    ...spareOf(call),
  }
  if (markOf(call, '~custom') === true) {
    const input = stringOf(objectOf(parseJson(call.arguments))?.['input']) ?? ''
    return { id: call.id, type: 'custom', custom: { name: call.name, input }, ...rest }
  }
  // A blank text is no JSON and would be refused.
  const text = call.arguments.trim() === '' ? '{}' : call.arguments
  return { id: call.id, type: 'function', function: { name: call.name, arguments: text }, ...rest }
}

/** One tool message per result; pictures follow in a user message, because tool messages are text here. */
function encodeResults(message: ToolMessage, context: EncodeContext): JsonDraft[] {
  const written: JsonDraft[] = []
  const shown: ContentPart[] = []
  for (const result of message.parts) {
    const media = markOf(result, '~inline') === true ? [] : result.content.filter(isShown)
    written.push({
      role: 'tool',
      tool_call_id: result.callId,
      content: resultContent(result, media, context),
      ...encodeCache(result.cache, context),
      ...spareOf(result),
    })
    if (media.length > 0)
      shown.push({ type: 'text', text: `Attached by tool call ${result.callId}:` }, ...media)
  }
  if (shown.length > 0)
    written.push({ role: 'user', content: encodeContent(shown, context, 'messages.tool') })
  return written
}

function isShown(part: ContentPart): part is MediaPart {
  return part.type === 'media' && part.source.type !== 'text'
}

function resultContent(
  result: ToolResultPart,
  moved: readonly MediaPart[],
  context: EncodeContext,
): JsonValue {
  const kept = result.content.filter((part) => !moved.some((media) => media === part))
  const content = asContent(encodeParts(kept, context, 'messages.tool'), '\n')
  const text = content === '' && moved.length > 0 ? `See the attachment of call ${result.callId}.` : content
  if (result.isError !== true) return text
  if (typeof text === 'string') return errorText(text)
  return [{ type: 'text', text: errorText('') }, ...(Array.isArray(text) ? text : [])]
}
