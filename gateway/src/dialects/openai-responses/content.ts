/** Content of messages and tool results: a string or a list of parts on the wire, parts in the neutral model. */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  type NativePart,
  stringOf,
  type TextPart,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { nativeText } from '../native-text.ts'
import { decodeAnnotation } from './annotations.ts'
import { fieldSet, NAME, restOf, spareOf } from './extra-fields.ts'
import { decodeMedia, encodeMedia } from './media.ts'

export type ContentPart = TextPart | MediaPart | NativePart

const TEXT = fieldSet('type text refusal')

export function decodeContent(content: JsonValue | undefined): ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  if (content === undefined || content === null) return []
  // Not legal, but seen: one part without its list, or a bare JSON value.
  return (arrayOf(content) ?? [content]).map(decodePart)
}

function decodePart(part: JsonValue): ContentPart {
  if (typeof part === 'string') return { type: 'text', text: part }
  if (!isObject(part)) return { type: 'text', text: JSON.stringify(part) }
  const type = part['type']
  const text = stringOf(part['text'])
  if (text !== undefined && (type === 'input_text' || type === 'output_text' || type === 'text'))
    return { type: 'text', text, ...citationsIn(part), ...restOf(part, TEXT) }
  const refusal = stringOf(part['refusal'])
  if (type === 'refusal' && refusal !== undefined)
    return { type: 'text', text: refusal, refusal: true, ...restOf(part, TEXT) }
  return decodeMedia(part) ?? nativeContent(part)
}

/** The list itself is kept beside them and goes back as it came. */
function citationsIn({ annotations }: JsonObject): Pick<TextPart, 'citations'> {
  const citations = (arrayOf(annotations) ?? []).filter(isObject).map(decodeAnnotation)
  return citations.length === 0 ? {} : { citations }
}

/** A block inside a message; items of their own bear no such mark. */
export function nativeContent(value: NativePart['value']): NativePart {
  return { type: 'native', dialect: NAME, value, extras: { [NAME]: { '~content': true } } }
}

/** The wire's list of parts as the user says them. Empty texts go when something else stands beside them. */
export function encodeContent(
  parts: readonly ContentPart[],
  context: EncodeContext,
  where: string,
): JsonDraft[] {
  const list = parts.map((part) => encodePart(part, context, where)).filter((part) => part !== undefined)
  const kept = list.filter((part) => part['type'] !== 'input_text' || part['text'] !== '')
  return kept.length === 0 ? list.slice(0, 1) : kept
}

function encodePart(part: ContentPart, context: EncodeContext, where: string): JsonDraft | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text, ...spareOf(part) }
    case 'native': {
      if (part.dialect === NAME) return { ...part.value }
      const text = readableNative(part, context, where)
      return text === undefined ? undefined : { type: 'input_text', text }
    }
    case 'media':
      return encodeMedia(part) ?? { type: 'input_text', text: mediaText(part, context, where) }
  }
}

/** A block of another dialect as text, or undefined when it has none; a note says either. */
export function readableNative(part: NativePart, context: EncodeContext, where: string): string | undefined {
  const text = nativeText(part)
  const field = `${where}.${stringOf(part.value['type']) ?? 'part'}`
  if (text === undefined) {
    context.note({ kind: 'dropped', field, reason: 'This kind of part has no form in the target dialect.' })
  } else {
    context.note({ kind: 'changed', field, reason: 'Written as text: the target dialect has no such part.' })
  }
  return text
}

function mediaText(part: MediaPart, context: EncodeContext, where: string): string {
  const { source, name } = part
  if (source.type === 'text') return name === undefined ? source.text : `${name}:\n${source.text}`
  // The model is told that something was there; the note tells the client.
  const reason = `The target cannot take this ${part.kind}.`
  context.note({ kind: 'unsupported', field: `${where}.${part.kind}`, reason })
  return `[${part.kind}${name === undefined ? '' : ` "${name}"`} not shown: not supported here]`
}
