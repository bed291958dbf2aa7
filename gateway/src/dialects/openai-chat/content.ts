/** Content of messages: a string or a list of parts on the wire, parts in the neutral model. */

import {
  arrayOf,
  type CacheMark,
  isObject,
  type JsonDraft,
  type JsonValue,
  type MediaPart,
  type NativePart,
  type NoteSink,
  objectOf,
  stringOf,
  type TextPart,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { restOf, spareOf, withRest, fieldSet } from './extra-fields.ts'
import { decodeMedia, encodeMedia } from './media.ts'
import { textIn, titled, withheld } from '../media-text.ts'
import { nativeText } from '../native-text.ts'

export type ContentPart = TextPart | MediaPart | NativePart

const TEXT = fieldSet('type text cache_control')

export function decodeContent(content: JsonValue | undefined): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (content === undefined || content === null) return []
  const list = arrayOf(content)
  // Not legal, but seen: one part without its list, or a bare JSON value.
  if (list === undefined) return [isObject(content) && content['type'] ? decodePart(content) : plain(content)]
  return list.map(decodePart)
}

export function decodePart(part: JsonValue): ContentPart {
  if (typeof part === 'string') return { type: 'text', text: part }
  if (!isObject(part)) return plain(part)
  const text = stringOf(part['text'])
  if (part['type'] === 'text' && text !== undefined) {
    return { type: 'text', text, ...decodeCache(part['cache_control']), ...withRest(restOf(part, TEXT)) }
  }
  return decodeMedia(part, decodeCache(part['cache_control'])) ?? native(part)
}

export function decodeCache(mark: JsonValue | undefined): { cache?: CacheMark } {
  const object = objectOf(mark)
  if (object === undefined) return {}
  const ttl = stringOf(object['ttl'])
  return { cache: ttl === undefined ? {} : { ttl } }
}

export function encodeCache(cache: CacheMark | undefined, context: EncodeContext): JsonDraft {
  if (cache === undefined || context.traits.cacheControl !== true) return {}
  return { cache_control: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } }
}

/** The wire's list of parts. Empty texts go when something else stands beside them. */
export function encodeParts(
  parts: readonly ContentPart[],
  context: EncodeContext,
  where: string,
): JsonDraft[] {
  const list: JsonDraft[] = []
  for (const part of parts) {
    const encoded = encodePart(part, context, where)
    if (encoded !== undefined) list.push(encoded)
  }
  const kept = list.filter((part) => part['type'] !== 'text' || part['text'] !== '')
  return kept.length === 0 ? list.slice(0, 1) : kept
}

/** A string where one plain text is all there is, or where the target wants nothing else. */
export function encodeContent(
  parts: readonly ContentPart[],
  context: EncodeContext,
  where: string,
): JsonValue {
  return asContent(
    encodeParts(parts, context, where),
    context.traits.stringContent === true ? '\n' : undefined,
  )
}

/** `glue` joins several plain texts into one; without it they stay a list. */
export function asContent(list: readonly JsonDraft[], glue: string | undefined): JsonValue {
  if (list.length === 0) return ''
  const texts = list.map(plainText)
  const only = texts[0]
  if (list.length === 1 && only !== undefined) return only
  return glue !== undefined && texts.every((text) => text !== undefined) ? texts.join(glue) : list
}

function plainText(part: JsonDraft): string | undefined {
  return part['type'] === 'text' && Object.keys(part).length === 2 ? stringOf(part['text']) : undefined
}

function encodePart(part: ContentPart, context: EncodeContext, where: string): JsonDraft | undefined {
  const stringOnly = context.traits.stringContent === true
  switch (part.type) {
    case 'text':
      if (stringOnly) return { type: 'text', text: part.text }
      return { type: 'text', text: part.text, ...spareOf(part), ...encodeCache(part.cache, context) }
    case 'native':
      return encodeNative(part, context, where)
    case 'media': {
      const words = textIn(part)
      if (words !== undefined) return { type: 'text', text: titled(part.name, words) }
      const media = stringOnly ? undefined : encodeMedia(part)
      if (media !== undefined) return { ...media, ...encodeCache(part.cache, context) }
      return { type: 'text', text: without(part, context.note, where) }
    }
  }
}

function encodeNative(part: NativePart, context: EncodeContext, where: string): JsonDraft | undefined {
  if (part.dialect === 'openai-chat' && context.traits.stringContent !== true) return { ...part.value }
  const text = nativeText(part)
  const field = `${where}.${stringOf(part.value['type']) ?? 'part'}`
  if (text === undefined) {
    context.note({ kind: 'dropped', field, reason: 'This kind of part has no form in the target dialect.' })
    return undefined
  }
  context.note({ kind: 'changed', field, reason: 'Written as text: the target dialect has no such part.' })
  return { type: 'text', text }
}

/** The model is told that something was there; the note tells the client. */
function without(part: MediaPart, note: NoteSink, where: string): string {
  note({
    kind: 'unsupported',
    field: `${where}.${part.kind}`,
    reason: `The target cannot take this ${part.kind}.`,
  })
  return withheld(part)
}

function plain(value: JsonValue): TextPart {
  return { type: 'text', text: JSON.stringify(value) }
}

function native(part: NativePart['value']): NativePart {
  return { type: 'native', dialect: 'openai-chat', value: part }
}
