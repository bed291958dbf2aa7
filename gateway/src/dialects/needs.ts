/**
 * What a body asks of a model beyond text, seen without decoding it. The dialects' words for pictures and tools differ and do not
 * collide, so one look knows them all. Every request gets that look: what is plainly text is passed over at the first word.
 */

import { isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '#core'
import type { Needs } from './dialect.ts'

export function needsOf(wire: JsonObject): Needs {
  const talk = wire['messages'] ?? wire['contents'] ?? wire['input']
  return { vision: some(talk, turnShows) || holds(wire['images']), tools: offers(wire) }
}

function offers(wire: JsonObject): boolean {
  return holds(wire['tools']) || holds(wire['functions']) || holds(objectOf(wire['toolConfig'])?.['tools'])
}

function holds(list: JsonValue | undefined): boolean {
  return Array.isArray(list) && list.length > 0
}

function some(list: JsonValue | undefined, shows: (item: JsonValue) => boolean): boolean {
  if (!Array.isArray(list)) return false
  for (const item of list) if (shows(item)) return true
  return false
}

/** A message, or an item in the place of one. */
function turnShows(turn: JsonValue): boolean {
  if (!isObject(turn)) return false
  const { content } = turn
  if (typeof content === 'string') return holds(turn['images'])
  if (some(content ?? turn['parts'], partShows)) return true
  return content === undefined && (some(turn['output'], partShows) || partShows(turn))
}

function partShows(part: JsonValue): boolean {
  if (!isObject(part)) return false
  const { type } = part
  if (type === undefined) return part['text'] === undefined && untypedShows(part)
  if (type === 'image' || type === 'input_image' || type === 'image_url') return !isFile(part)
  return type === 'tool_result' && some(part['content'], partShows)
}

/** Their bytes or their address, with a media type beside it. */
const HELD = ['inlineData', 'inline_data', 'fileData', 'file_data'] as const

/** In dialects whose parts are told apart by their fields. */
function untypedShows(part: JsonObject): boolean {
  if (isObject(part['image'])) return true
  const result = objectOf(part['toolResult'])?.['content'] ?? objectOf(part['functionResponse'])?.['parts']
  if (some(result, partShows)) return true
  return HELD.some((field) => {
    const held = objectOf(part[field])
    const type = stringOf(held?.['mimeType']) ?? stringOf(held?.['mime_type'])
    return type?.startsWith('image/') === true
  })
}

/** PDFs travel as pictures too. */
function isFile({ image_url: url }: JsonObject): boolean {
  const text = stringOf(url) ?? stringOf(objectOf(url)?.['url'])
  return text?.startsWith('data:') === true && !text.startsWith('data:image')
}
