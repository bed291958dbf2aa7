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
  const entries = (arrayOf(message['reasoning_details']) ?? []).filter(isObject)
  const details = entries.map(decodeDetail)
  if (details.some((part) => part.text !== '')) return details
  const flat = flatReasoning(message)
  if (entries.some((entry) => spanOf(entry) !== undefined)) return dealt(entries, flat)
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

/** Where a block stands in the message's flat thinking text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * How our own answers carry state: one entry per stateful thinking block, its state sealed inside. The entry's id says which
 * piece of the flat text it belongs to; a stream cannot repeat the text without clients showing it twice.
 */
export function sealedDetail(opaque: OpaqueState, redacted: boolean, index: number, span: Span): JsonDraft {
  const id = `span_${span.start}_${span.end}`
  const sealed = seal(opaque)
  return redacted
    ? { type: 'reasoning.encrypted', data: sealed, id, format: 'unknown', index }
    : { type: 'reasoning.text', signature: sealed, id, format: 'unknown', index }
}

function spanOf(entry: JsonObject): Span | undefined {
  const found = /^span_(\d+)_(\d+)$/.exec(stringOf(entry['id']) ?? '')
  return found === null ? undefined : { start: Number(found[1]), end: Number(found[2]) }
}

/** Deals the flat text out to the blocks it came from; what no block claims is thinking without state. */
function dealt(entries: readonly JsonObject[], flat: string): ReasoningPart[] {
  const parts: ReasoningPart[] = []
  let at = 0
  const bare = (end: number) => {
    if (end > at) parts.push({ type: 'reasoning', text: flat.slice(at, end) })
    at = Math.max(at, end)
  }
  for (const entry of entries) {
    const span = spanOf(entry) ?? { start: at, end: at }
    // A client that trimmed the text still means the same single block.
    const alone = entries.length === 1 && span.start === 0 && span.end > flat.length
    const end = alone ? flat.length : span.end
    bare(Math.min(span.start, flat.length))
    parts.push({ ...decodeDetail(entry), text: flat.slice(at, end) })
    at = Math.max(at, end)
  }
  bare(flat.length)
  return parts
}
