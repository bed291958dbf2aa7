/**
 * Thinking in messages. Providers spell it `reasoning_content`, `reasoning`, `reasoning_details` (a list, signed or encrypted
 * entries among it) or as `thinking` parts in the content. All are read; the target's record says which one is written.
 */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  mayReturn,
  type OpaqueState,
  type ReasoningPart,
  seal,
  stringOf,
  unseal,
} from '#core'
import type { EncodeContext } from '../dialect.ts'

const DIALECT = 'openai-chat'

/** Parts from an assistant message of a client's history. */
export function decodeReasoning(message: JsonObject): ReasoningPart[] {
  const details = (arrayOf(message['reasoning_details']) ?? []).filter(isObject).map(decodeDetail)
  if (details.some((part) => part.text !== '')) return details
  const flat = flatReasoning(message)
  return flat === '' ? details : [{ type: 'reasoning', text: flat }, ...details]
}

/** The one text among the flat spellings; never two of them, they repeat each other. */
export function flatReasoning(message: JsonObject): string {
  return (
    stringOf(message['reasoning_content']) ||
    stringOf(message['reasoning']) ||
    stringOf(message['reasoning_text']) ||
    stringOf(message['thinking']) ||
    ''
  )
}

export function detailText(entry: JsonObject): string {
  return stringOf(entry['text']) ?? stringOf(entry['summary']) ?? ''
}

function decodeDetail(entry: JsonObject): ReasoningPart {
  const sealed = stringOf(entry['signature']) ?? stringOf(entry['data']) ?? ''
  const ours = unseal(sealed)
  const opaque = ours ?? { issuer: `dialect:${DIALECT}`, value: { details: [entry] } }
  return {
    type: 'reasoning',
    text: detailText(entry),
    ...(ours !== undefined && entry['type'] === 'reasoning.encrypted' ? { redacted: true } : {}),
    opaque,
  }
}

/** The message fields that carry thinking back to a target that wants it. */
export function encodeReasoning(parts: readonly ReasoningPart[], context: EncodeContext): JsonDraft {
  const field = context.traits.reasoningField
  if (field === undefined || field === 'content' || parts.length === 0) return {}
  const text = parts.map((part) => part.text).join('')
  if (field !== 'reasoning_details') return text === '' ? {} : { [field]: text }
  const details = parts.flatMap((part) => ownDetails(part.opaque, context))
  if (details.length > 0) return { reasoning_details: details }
  // State of another issuer cannot be read here, and thinking without its state may be refused: only bare text goes back.
  const bare = parts.filter((part) => part.opaque === undefined)
  return bare.length === 0 ? {} : { reasoning: bare.map((part) => part.text).join('') }
}

function ownDetails(opaque: OpaqueState | undefined, context: EncodeContext): JsonValue[] {
  if (opaque === undefined || !mayReturn(opaque.issuer, context.provider, DIALECT)) return []
  return isObject(opaque.value) ? [...(arrayOf(opaque.value['details']) ?? [])] : []
}

/** Thinking as a content part, the way Mistral takes it. */
export function thinkingPart(part: ReasoningPart): JsonDraft {
  return { type: 'thinking', thinking: [{ type: 'text', text: part.text }] }
}

export function thinkingText(part: JsonObject): string {
  const thinking = part['thinking']
  if (typeof thinking === 'string') return thinking
  return (arrayOf(thinking) ?? []).map((piece) => (isObject(piece) ? detailText(piece) : '')).join('')
}

/** How our own answers carry state: one entry per thinking block, its state sealed inside. */
export function sealedDetail(
  text: string,
  opaque: OpaqueState | undefined,
  redacted: boolean,
  index: number,
): JsonDraft {
  if (redacted && opaque !== undefined) {
    return { type: 'reasoning.encrypted', data: seal(opaque), format: 'sluice', index }
  }
  const signature = opaque === undefined ? {} : { signature: seal(opaque) }
  return { type: 'reasoning.text', text, ...signature, format: 'sluice', index }
}
