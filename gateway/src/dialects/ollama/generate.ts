/** `/api/generate`: a prompt instead of a conversation. Decoded into a system and a user message and back. */

import { arrayOf, booleanOf, invalid, stringOf } from '#core'
import type { ChatRequest, JsonObject, JsonValue, Message, NoteSink, Part } from '#core'
import { decodeImage } from './image.ts'
import { noPlace } from './loss.ts'
import { encodeContent } from './message-encode.ts'

export function checkGenerate(wire: JsonObject): void {
  for (const field of ['prompt', 'system', 'suffix', 'template']) {
    const value = wire[field]
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw invalid(`${field} must be a string`, field)
    }
  }
  const raw = wire['raw']
  if (raw !== undefined && raw !== null && booleanOf(raw) === undefined) {
    throw invalid('raw must be a boolean', 'raw')
  }
  const context = wire['context']
  if (context !== undefined && context !== null && arrayOf(context) === undefined) {
    throw invalid('context must be an array', 'context')
  }
}

export function decodePrompt(wire: JsonObject): Message[] {
  const messages: Message[] = []
  const system = stringOf(wire['system']) ?? ''
  if (system !== '') messages.push({ role: 'system', parts: [{ type: 'text', text: system }] })
  const prompt = stringOf(wire['prompt']) ?? ''
  const images = arrayOf(wire['images'])?.filter((image) => typeof image === 'string') ?? []
  if (prompt !== '' || images.length > 0) {
    messages.push({
      role: 'user',
      parts: [
        ...(prompt === '' ? [] : [{ type: 'text', text: prompt } as const]),
        ...images.map(decodeImage),
      ],
    })
  }
  return messages
}

/** The client wants the text between the prompt and this end. An empty one asks for nothing. */
export function decodeSuffix(wire: JsonObject): { suffix?: string } {
  const suffix = stringOf(wire['suffix']) ?? ''
  return suffix === '' ? {} : { suffix }
}

/**
 * Leading system messages and one user message are what the path can say. Anything more (a middleware's, or an answer to
 * go on with) is put into the prompt in its order, so that the body always fits the path it goes to.
 */
export function encodePrompt(request: ChatRequest, note: NoteSink): Record<string, JsonValue> {
  const first = request.messages.findIndex((message) => message.role !== 'system')
  const turns = first < 0 ? [] : request.messages.slice(first)
  const system = request.messages.slice(0, first < 0 ? undefined : first).flatMap(speech)
  if (turns.length > 1 || turns.some((message) => message.role !== 'user')) {
    note({ kind: 'changed', field: 'messages', reason: 'a prompt completion has no turns: they are joined' })
  }
  if ((request.tools ?? []).length > 0) note(noPlace('tools'))
  const { content, ...images } = encodeContent(turns.flatMap(speech), '\n', note)
  return {
    ...(system.length === 0 ? {} : { system: encodeContent(system, '\n', note).content }),
    prompt: content,
    ...(request.suffix === undefined ? {} : { suffix: request.suffix }),
    ...images,
  }
}

function speech(message: Message): readonly Part[] {
  return message.role === 'tool' ? message.parts.flatMap((part) => part.content) : message.parts
}
