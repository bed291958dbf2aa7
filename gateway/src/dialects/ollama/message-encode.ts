/** Neutral messages in Ollama's shape: one string of content, images beside it as bare base64, results one by one. */

import { mayReturn, stringOf } from '#core'
import type {
  AssistantMessage,
  JsonDraft,
  JsonObject,
  MediaPart,
  Message,
  NoteSink,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolMessage,
  ToolResultPart,
} from '#core'
import { textIn, titled, withheld } from '../media-text.ts'
import { toldAsText } from '../native-text.ts'
import { bareBase64 } from './image.ts'
import { noPlace, noteForeign } from './loss.ts'
import { FAILED } from './message-decode.ts'
import { argumentsObject, parseArguments } from './tool-arguments.ts'

export interface MessageContext {
  readonly provider: string
  readonly note: NoteSink
}

export function encodeMessages(messages: readonly Message[], context: MessageContext): JsonObject[] {
  const names = new Map<string, string>()
  const written: JsonObject[] = []
  /** Results since the last turn: templates pair them with their calls by order alone. */
  let results: Result[] = []
  const flush = (): void => {
    written.push(...results.toSorted((one, other) => one.at - other.at).map(({ wire }) => wire))
    results = []
  }
  for (const message of messages) {
    if (message.role === 'tool') {
      noteForeign(message.extras, 'messages[].', context.note)
      results.push(...encodeResults(message, names, context.note))
    } else {
      flush()
      written.push(...encodeTurn(message, names, context))
    }
  }
  flush()
  return written
}

interface Result {
  /** The place of its call among all calls. */
  readonly at: number
  readonly wire: JsonObject
}

function encodeTurn(
  message: Exclude<Message, ToolMessage>,
  names: Map<string, string>,
  context: MessageContext,
): JsonObject[] {
  noteForeign(message.extras, 'messages[].', context.note)
  switch (message.role) {
    case 'system':
    case 'user':
      return [
        {
          ...message.extras?.ollama,
          role: message.role,
          ...encodeAsked(message.parts, context.note),
        },
      ]
    case 'assistant':
      for (const part of message.parts) {
        // Ids may begin anew each turn: the last call is the one that is answered.
        if (part.type !== 'tool-call') continue
        names.delete(part.id)
        names.set(part.id, part.name)
      }
      return encodeAssistant(message, context)
  }
}

interface Content {
  readonly content: string
  readonly images?: readonly string[]
}

/** What is put to a model: a line stands in for what it cannot be shown. */
function encodeAsked(parts: readonly Part[], note: NoteSink): Content {
  const shown = parts.map((part) => (part.type === 'media' ? inWords(part, note) : part))
  return encodeContent(blocksInWords(shown, '', note), '\n', note)
}

/** Blocks of other languages in the history, as far as they have words; `end` parts them from what follows. */
function blocksInWords(parts: readonly Part[], end: string, note: NoteSink): readonly Part[] {
  if (!parts.some(({ type }) => type === 'native')) return parts
  return parts.flatMap((part) => {
    if (part.type !== 'native') return [part]
    const text = toldAsText(part, 'content', note)
    return text === undefined ? [] : [{ type: 'text', text: `${text}${end}` }]
  })
}

function inWords(part: MediaPart, note: NoteSink): Part {
  if (part.source.type === 'text' || (part.kind === 'image' && part.source.type === 'base64')) return part
  const text = textIn(part)
  if (text !== undefined)
    return {
      type: 'media',
      kind: part.kind,
      source: { type: 'text', mediaType: 'text/plain', text },
      ...named(part),
    }
  encodeMedia(part, [], [], note)
  return { type: 'text', text: withheld(part) }
}

function named({ name }: MediaPart): { readonly name?: string } {
  return name === undefined ? {} : { name }
}

/** Text and images of a message; whatever else stands there is not said, and noted. */
export function encodeContent(parts: readonly Part[], joint: string, note: NoteSink): Content {
  const texts: string[] = []
  const images: string[] = []
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        noteForeign(part.extras, 'content[].', note)
        if (part.citations !== undefined) note(noPlace('citations'))
        texts.push(part.text)
        break
      case 'media':
        encodeMedia(part, texts, images, note)
        break
      case 'native':
        note({ kind: 'unsupported', field: 'content', reason: `a block that only ${part.dialect} has` })
        break
      default:
      // Thinking, calls and results have places of their own in the message.
    }
  }
  return { content: texts.join(joint), ...(images.length === 0 ? {} : { images }) }
}

function encodeMedia(part: MediaPart, texts: string[], images: string[], note: NoteSink): void {
  const { kind, source } = part
  if (source.type === 'text') {
    texts.push(titled(part.name, source.text))
    note({ kind: 'changed', field: kind, reason: 'a text document is said as plain text' })
  } else if (kind !== 'image') {
    note({ kind: 'unsupported', field: kind, reason: 'Ollama takes images only' })
  } else if (source.type === 'base64') {
    images.push(bareBase64(source.data))
  } else {
    note({ kind: 'unsupported', field: `image.${source.type}`, reason: 'Ollama takes image bytes only' })
  }
}

/** A turn of nothing but what only its provider can read is none. */
function encodeAssistant(message: AssistantMessage, context: MessageContext): JsonObject[] {
  const wire: JsonDraft = {
    ...message.extras?.ollama,
    role: 'assistant',
    // Blocks of one answer are pieces of one text, cut where a citation or a call stood.
    ...encodeContent(blocksInWords(message.parts, '\n', context.note), '', context.note),
  }
  const thinking = message.parts
    .filter((part) => part.type === 'reasoning')
    .filter((part) => mayShow(part, context))
    .map((part) => part.text)
    .join('')
  if (thinking !== '') wire['thinking'] = thinking
  const calls = message.parts.filter((part) => part.type === 'tool-call')
  if (calls.length > 0) wire['tool_calls'] = calls.map((call) => encodeCall(call, context.note))
  const said = wire['content'] !== '' || calls.length > 0 || thinking !== '' || wire['images'] !== undefined
  return said || !message.parts.some(({ type }) => type === 'native') ? [wire] : []
}

/** Another issuer's thinking stays with its issuer. */
function mayShow(part: ReasoningPart, context: MessageContext): boolean {
  if (part.opaque === undefined && part.redacted !== true) return true
  const own = part.opaque !== undefined && mayReturn(part.opaque.issuer, context.provider, 'ollama')
  if (!own)
    context.note({ kind: 'dropped', field: 'reasoning', reason: 'it belongs to the model that thought it' })
  return own
}

function encodeCall(call: ToolCallPart, note: NoteSink): JsonObject {
  if (parseArguments(call.arguments) === undefined) {
    note({ kind: 'changed', field: 'tool_calls[].arguments', reason: 'the arguments are no JSON object' })
  }
  return { id: call.id, function: { name: call.name, arguments: argumentsObject(call.arguments) } }
}

function encodeResults(message: ToolMessage, names: ReadonlyMap<string, string>, note: NoteSink): Result[] {
  const order = [...names.keys()]
  return message.parts.map((part) => {
    const at = order.indexOf(part.callId)
    const name = part.name ?? names.get(part.callId)
    const wire = encodeResult(part, name, note)
    // What a tool said is not lost with its call: it goes on as the user's words.
    if (name !== undefined || part.callId === '') return { at: at === -1 ? order.length : at, wire }
    note({ kind: 'changed', field: 'messages', reason: 'a result without its call became the user’s words' })
    const { tool_call_id: _, content, ...rest } = wire
    return {
      at: order.length,
      wire: { ...rest, role: 'user', content: `Result of tool ${part.callId}:\n${stringOf(content) ?? ''}` },
    }
  })
}

function encodeResult(part: ToolResultPart, name: string | undefined, note: NoteSink): JsonObject {
  const { content, ...images } = encodeAsked(part.content, note)
  noteForeign(part.extras, 'messages[].', note)
  if (part.isError === true) {
    note({ kind: 'changed', field: 'is_error', reason: 'a failed result is marked in its text' })
  }
  return {
    ...part.extras?.ollama,
    role: 'tool',
    ...(name === undefined ? {} : { tool_name: name }),
    tool_call_id: part.callId,
    content: part.isError === true ? `${FAILED} ${content}`.trimEnd() : content,
    ...images,
  }
}
