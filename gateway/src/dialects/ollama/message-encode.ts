/** Neutral messages in Ollama's shape: one string of content, images beside it as bare base64, results one by one. */

import { mayReturn } from '#core'
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
  return messages.flatMap((message): JsonObject[] => {
    noteForeign(message.extras, 'messages[].', context.note)
    switch (message.role) {
      case 'system':
      case 'user':
        return [
          {
            ...message.extras?.ollama,
            role: message.role,
            ...encodeContent(message.parts, '\n', context.note),
          },
        ]
      case 'assistant':
        for (const part of message.parts) if (part.type === 'tool-call') names.set(part.id, part.name)
        return [encodeAssistant(message, context)]
      case 'tool':
        return encodeResults(message, names, context.note)
    }
  })
}

interface Content {
  readonly content: string
  readonly images?: readonly string[]
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
    texts.push(source.text)
    note({ kind: 'changed', field: kind, reason: 'a text document is said as plain text' })
  } else if (kind !== 'image') {
    note({ kind: 'unsupported', field: kind, reason: 'Ollama takes images only' })
  } else if (source.type === 'base64') {
    images.push(bareBase64(source.data))
  } else {
    note({ kind: 'unsupported', field: `image.${source.type}`, reason: 'Ollama takes image bytes only' })
  }
}

function encodeAssistant(message: AssistantMessage, context: MessageContext): JsonObject {
  const wire: JsonDraft = {
    ...message.extras?.ollama,
    role: 'assistant',
    // Blocks of one answer are pieces of one text, cut where a citation or a call stood.
    ...encodeContent(message.parts, '', context.note),
  }
  const thinking = message.parts
    .filter((part) => part.type === 'reasoning')
    .filter((part) => mayShow(part, context))
    .map((part) => part.text)
    .join('')
  if (thinking !== '') wire['thinking'] = thinking
  const calls = message.parts.filter((part) => part.type === 'tool-call')
  if (calls.length > 0) wire['tool_calls'] = calls.map((call) => encodeCall(call, context.note))
  return wire
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

function encodeResults(
  message: ToolMessage,
  names: ReadonlyMap<string, string>,
  note: NoteSink,
): JsonObject[] {
  return message.parts.map((part) => encodeResult(part, part.name ?? names.get(part.callId), note))
}

function encodeResult(part: ToolResultPart, name: string | undefined, note: NoteSink): JsonObject {
  const { content, ...images } = encodeContent(part.content, '\n', note)
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
