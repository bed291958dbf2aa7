/**
 * Reasoning items. An item with `encrypted_content` goes back to its issuer exactly as it came; state of other providers travels
 * sealed in that same field.
 */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  mayReturn,
  type OpaqueState,
  type ReasoningPart,
  seal,
  stringOf,
  unseal,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { compact, NAME } from './extra-fields.ts'

/** Wraps state whose text its provider withholds: the item itself has no field that would tell. */
const WITHHELD = '~withheld'

export function decodeReasoning(item: JsonObject): ReasoningPart {
  const text = reasoningText(item)
  const sealed = unseal(stringOf(item['encrypted_content']) ?? '')
  if (sealed === undefined)
    return { type: 'reasoning', text, opaque: { issuer: `dialect:${NAME}`, value: item } }
  const { issuer, value } = sealed
  const inner = isObject(value) ? value[WITHHELD] : undefined
  return inner === undefined
    ? { type: 'reasoning', text, opaque: sealed }
    : { type: 'reasoning', text, redacted: true, opaque: { issuer, value: inner } }
}

/** The summary, or the plain thinking where there is none. */
function reasoningText(item: JsonObject): string {
  return textsOf(item, 'summary') || textsOf(item, 'content')
}

export function textsOf(item: JsonObject, field: 'summary' | 'content'): string {
  return (arrayOf(item[field]) ?? [])
    .map((part) => (isObject(part) ? (stringOf(part['text']) ?? '') : ''))
    .filter((text) => text !== '')
    .join('\n\n')
}

/** State out of a provider's answer; undefined when the item holds none. */
export function stateOf(item: JsonObject, issuer: string): OpaqueState | undefined {
  return stringOf(item['encrypted_content']) ? { issuer, value: item } : undefined
}

/** How an answer of ours carries state. */
export function sealedState(opaque: OpaqueState | undefined, redacted: boolean): JsonDraft {
  if (opaque === undefined) return {}
  const { issuer, value } = opaque
  return { encrypted_content: seal(redacted ? { issuer, value: { [WITHHELD]: value } } : opaque) }
}

/** Undefined when the target could not take it. `stored`: the provider may know the item by its id alone. */
export function encodeReasoning(
  part: ReasoningPart,
  stored: boolean,
  context: EncodeContext,
): JsonObject | undefined {
  const { opaque } = part
  if (opaque !== undefined && mayReturn(opaque.issuer, context.provider, NAME) && isObject(opaque.value)) {
    const item = opaque.value
    const whole = stringOf(item['encrypted_content']) || (stored && stringOf(item['id']))
    if (item['type'] === 'reasoning' && whole)
      return item['summary'] === undefined ? { ...item, summary: [] } : item
  }
  // Servers that neither encrypt nor store want the plain text back.
  if (context.traits.reasoningField === undefined || part.text === '' || part.redacted === true)
    return undefined
  const id = opaque === undefined || !isObject(opaque.value) ? undefined : stringOf(opaque.value['id'])
  const content = [{ type: 'reasoning_text', text: part.text }]
  return { type: 'reasoning', ...compact({ id }), summary: [], content }
}
