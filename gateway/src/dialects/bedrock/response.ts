/** Whole answers, both ways. Decoding yields the same events a stream would. */

import { arrayOf, GatewayError, isObject, seal, stringOf, unfold } from '#core'
import type {
  AssistantPart,
  ChatEvent,
  ChatResponse,
  JsonDraft,
  JsonObject,
  JsonValue,
  NoteSink,
  OpaqueState,
  ReasoningPart,
  TextPart,
  Usage,
} from '#core'
import { carry } from '../carried.ts'
import type { AnswerContext, DecodeContext } from '../dialect.ts'
import { decodeAssistantBlock, inputOf, OWN_HISTORY } from './blocks.ts'
import { encodeCitation, noteCitation } from './citations.ts'
import { errorFrom } from './errors.ts'
import { finishFrom, stopReason } from './finish.ts'
import { encodeMade } from './media.ts'
import { memberOf, ownOf, rest } from './wire.ts'
import { decodeUsage, encodeUsage } from './usage.ts'

const KNOWN: ReadonlySet<string> = new Set(['output', 'stopReason', 'usage'])

/** The body and its blocks; throws the error the body reports. */
function messageIn(wire: JsonValue): { wire: JsonObject; content: readonly JsonValue[] } {
  if (!isObject(wire))
    throw new GatewayError('bad-answer', 'The provider answered with something that is not a message.')
  const output = isObject(wire['output']) ? wire['output'] : {}
  const message = isObject(output['message']) ? output['message'] : {}
  const content = arrayOf(message['content'])
  if (content !== undefined) return { wire, content }
  if (stringOf(wire['message']) !== undefined || wire['__type'] !== undefined) throw errorFrom(wire)
  throw new GatewayError('bad-answer', 'The provider answered without content.')
}

export function inspectResponse(body: JsonValue): Usage | undefined {
  const { usage } = messageIn(body).wire
  return isObject(usage) ? decodeUsage(usage) : undefined
}

export function decodeResponse(body: JsonValue, context: DecodeContext): ChatEvent[] {
  const { wire, content } = messageIn(body)
  const parts = content
    .filter(isObject)
    .map((block, at) => withId(decodeAssistantBlock(block, context.provider), at, context))
  const finish = finishFrom({
    raw: stringOf(wire['stopReason']),
    sawCall: parts.some((part) => part.type === 'tool-call'),
    stopSequence: stopSequenceIn(wire['additionalModelResponseFields']),
  })
  if (finish instanceof GatewayError) throw finish
  return unfold({
    start: {},
    parts,
    ...(isObject(wire['usage']) ? { usage: decodeUsage(wire['usage']) } : {}),
    finish: { ...finish, ...rest(wire, KNOWN) },
  })
}

/** Told only to who asks for the field. */
export function stopSequenceIn(fields: JsonValue | undefined): string | undefined {
  return isObject(fields) ? stringOf(fields['stop_sequence']) : undefined
}

export function mintedId(context: DecodeContext, at: number): string {
  return `tooluse_${context.exchangeId.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}_${at}`
}

function withId(part: AssistantPart, at: number, context: DecodeContext): AssistantPart {
  return part.type === 'tool-call' && part.id === '' ? { ...part, id: mintedId(context, at) } : part
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  const sawCall = response.parts.some((part) => part.type === 'tool-call')
  return {
    output: {
      message: { role: 'assistant', content: response.parts.flatMap((part) => encodePart(part, context)) },
    },
    stopReason: stopReason(response.finish, sawCall),
    usage: encodeUsage(response.usage, context.note),
    metrics: { latencyMs: Math.round(context.elapsedMs()) },
    ...ownOf(response.finish),
  }
}

function encodePart(part: AssistantPart, context: AnswerContext): JsonDraft[] {
  switch (part.type) {
    case 'text':
      return encodeText(part, context.note)
    case 'reasoning':
      return encodeReasoning(part)
    case 'tool-call': {
      const { id, name } = part
      const block = { toolUse: { toolUseId: id, name, input: inputOf(part.arguments), ...ownOf(part) } }
      return part.opaque === undefined ? [block] : [carrier(id, part.opaque), block]
    }
    case 'native':
      if (part.dialect === 'bedrock') return [{ ...part.value }]
      context.note({
        kind: 'dropped',
        field: stringOf(part.value['type']) ?? memberOf(part.value)[0],
        reason: `only ${part.dialect} has this block`,
      })
      return []
    case 'media': {
      const made = encodeMade(part)
      if (made === undefined)
        context.note({ kind: 'unsupported', field: part.kind, reason: 'no block here holds it' })
      return made === undefined ? [] : [made]
    }
  }
}

function encodeText(part: TextPart, note: NoteSink): JsonDraft[] {
  const citations = (part.citations ?? []).flatMap((citation) => encodeCitation(citation) ?? [])
  if (citations.length < (part.citations ?? []).length) noteCitation(note)
  if (citations.length === 0) return part.text === '' ? [] : [{ text: part.text }]
  const content = part.text === '' ? {} : { content: [{ text: part.text }] }
  return [{ citationsContent: { ...content, citations, ...ownOf(part) } }]
}

/** Empty thinking that brings a call's state of another provider through the client's history. */
function carrier(callId: string, opaque: OpaqueState): JsonDraft {
  return {
    reasoningContent: { reasoningText: { text: '', signature: signature(carry(callId, opaque)) } },
  }
}

function encodeReasoning(part: ReasoningPart): JsonDraft[] {
  const { opaque, text } = part
  if (part.redacted)
    return opaque === undefined ? [] : [{ reasoningContent: { redactedContent: sealedBytes(opaque) } }]
  if (text === '' && opaque === undefined) return []
  const state = opaque === undefined ? {} : { signature: signature(opaque) }
  return [{ reasoningContent: { reasoningText: { text, ...state, ...ownOf(part) } } }]
}

/** Sealed with its issuer's name, unless the state never had another home than this dialect. */
export function signature(opaque: OpaqueState): string {
  return ownState(opaque) ?? seal(opaque)
}

/** The field holds bytes. */
export function sealedBytes(opaque: OpaqueState): string {
  return ownState(opaque) ?? btoa(seal(opaque))
}

function ownState({ issuer, value }: OpaqueState): string | undefined {
  return issuer === OWN_HISTORY && typeof value === 'string' ? value : undefined
}
