/** Whole answers, both ways. Decoding yields the same events a stream would. */

import { arrayOf, GatewayError, isObject, seal, stringOf, unfold } from '#core'
import type {
  AssistantPart,
  ChatEvent,
  ChatResponse,
  JsonDraft,
  JsonObject,
  JsonValue,
  OpaqueState,
  ReasoningPart,
  Usage,
} from '#core'
import type { AnswerContext, DecodeContext } from '../dialect.ts'
import { callDraft, decodeAssistantBlock } from './blocks.ts'
import { carry } from '../carried.ts'
import { encodeCitation, noteCitation } from './citations.ts'
import { errorFrom, isErrorBody } from './errors.ts'
import { finishFrom, stopWords } from './finish.ts'
import { decodeUsage, encodeUsage } from './usage.ts'
import { ownOf, rest } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'id',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
])

/** The body and its blocks; throws the error the body reports. */
function messageIn(wire: JsonValue): { wire: JsonObject; content: readonly JsonValue[] } {
  if (!isObject(wire))
    throw new GatewayError('bad-answer', 'The provider answered with something that is not a message.')
  if (isErrorBody(wire)) throw errorFrom(wire)
  const content = arrayOf(wire['content'])
  if (content === undefined) throw new GatewayError('bad-answer', 'The provider answered without content.')
  return { wire, content }
}

export function inspectResponse(body: JsonValue): Usage | undefined {
  const { usage } = messageIn(body).wire
  return isObject(usage) ? decodeUsage(usage) : undefined
}

export function decodeResponse(body: JsonValue, context: DecodeContext): ChatEvent[] {
  const { wire, content } = messageIn(body)
  const open = (text: string): OpaqueState => ({ issuer: context.provider, value: text })
  const parts = content.filter(isObject).map((block) => decodeAssistantBlock(block, open))
  return unfold(
    answer(
      wire,
      parts.map((part, at) => withId(part, at, context)),
      isObject(wire['usage']) ? wire['usage'] : undefined,
    ),
  )
}

function answer(
  wire: JsonObject,
  parts: readonly AssistantPart[],
  usage: JsonObject | undefined,
): ChatResponse {
  const id = stringOf(wire['id'])
  const model = stringOf(wire['model'])
  return {
    start: { ...(id === undefined ? {} : { id }), ...(model === undefined ? {} : { model }) },
    parts,
    ...(usage === undefined ? {} : { usage: decodeUsage(usage) }),
    finish: {
      ...finishFrom(
        stringOf(wire['stop_reason']),
        stringOf(wire['stop_sequence']),
        parts.some((part) => part.type === 'tool-call'),
      ),
      ...explanationOf(wire['stop_details']),
      ...rest(wire, KNOWN),
    },
  }
}

export function explanationOf(details: JsonValue | undefined): { explanation?: string } {
  const explanation = isObject(details) ? stringOf(details['explanation']) : undefined
  return explanation === undefined ? {} : { explanation }
}

export function mintedId(context: DecodeContext, at: number): string {
  return `toolu_${context.exchangeId.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}_${at}`
}

function withId(part: AssistantPart, at: number, context: DecodeContext): AssistantPart {
  return part.type === 'tool-call' && part.id === '' ? { ...part, id: mintedId(context, at) } : part
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  const content = response.parts.flatMap((part) => encodePart(part, context))
  // Text that says and cites nothing is no block of its own, but an answer has at least one block.
  const spoken = content.filter(
    (block) => block['type'] !== 'text' || block['text'] !== '' || block['citations'] !== undefined,
  )
  const call = response.parts.some((part) => part.type === 'tool-call')
  const refusal = response.parts.some((part) => part.type === 'text' && part.refusal === true)
  return {
    ...ownOf(response.start),
    id: messageId(response.start.id, context),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: spoken.length === 0 ? [{ type: 'text', text: '' }] : spoken,
    ...stopWords(response.finish, { call, refusal }),
    usage: encodeUsage(response.usage),
    ...ownOf(response.finish),
  }
}

/** Ids of other dialects would look foreign to a client; the exchange names the answer then. */
export function messageId(id: string | undefined, context: AnswerContext): string {
  return id?.startsWith('msg_') ? id : `msg_${context.exchangeId}`
}

function encodePart(part: AssistantPart, context: AnswerContext): JsonDraft[] {
  switch (part.type) {
    case 'text': {
      const citations = (part.citations ?? []).flatMap((citation) => encodeCitation(citation) ?? [])
      if (citations.length < (part.citations ?? []).length) noteCitation(context.note)
      return [
        { type: 'text', text: part.text, ...(citations.length === 0 ? {} : { citations }), ...ownOf(part) },
      ]
    }
    case 'reasoning':
      return encodeReasoning(part)
    case 'tool-call': {
      const block = { ...callDraft(part, part.id), ...ownOf(part) }
      return part.opaque === undefined ? [block] : [carrier(part.id, part.opaque), block]
    }
    case 'native':
      if (part.dialect === 'anthropic') return [{ ...part.value }]
      context.note({
        kind: 'dropped',
        field: stringOf(part.value['type']) ?? 'block',
        reason: `only ${part.dialect} has this block`,
      })
      return []
    case 'media':
      context.note({ kind: 'unsupported', field: part.kind, reason: 'an answer holds no media here' })
      return []
  }
}

/** Empty thinking that brings a call's state of another provider through the client's history. */
function carrier(callId: string, opaque: OpaqueState): JsonDraft {
  return { type: 'thinking', thinking: '', signature: signature(carry(callId, opaque)) }
}

function encodeReasoning(part: ReasoningPart): JsonDraft[] {
  if (part.redacted) {
    return part.opaque === undefined
      ? []
      : [{ type: 'redacted_thinking', data: signature(part.opaque), ...ownOf(part) }]
  }
  if (part.text === '' && part.opaque === undefined) return []
  return [
    {
      type: 'thinking',
      thinking: part.text,
      signature: part.opaque === undefined ? '' : signature(part.opaque),
      ...ownOf(part),
    },
  ]
}

/** Sealed with its issuer's name, unless the state never had another home than this dialect. */
export function signature(opaque: OpaqueState): string {
  return opaque.issuer === 'dialect:anthropic' && typeof opaque.value === 'string'
    ? opaque.value
    : seal(opaque)
}
