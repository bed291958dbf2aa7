/** Ollama's messages made neutral: ids minted, results paired with their calls, consecutive results made one turn. */

import { arrayOf, extrasOf, objectOf, stringOf } from '#core'
import type {
  AssistantMessage,
  JsonObject,
  JsonValue,
  MediaPart,
  Message,
  TextPart,
  ToolCallPart,
  ToolMessage,
  ToolResultPart,
} from '#core'
import { historyCallId } from './call-id.ts'
import { decodeImage } from './image.ts'
import { Pairing } from './pairing.ts'
import { argumentsText } from './tool-arguments.ts'

const COMMON = ['role', 'content']
const KNOWN = {
  system: new Set(COMMON),
  user: new Set([...COMMON, 'images']),
  assistant: new Set([...COMMON, 'images', 'thinking', 'tool_calls']),
  tool: new Set([...COMMON, 'images', 'tool_name', 'tool_call_id', 'name']),
}

/** Put before a failed result's text, since Ollama has no flag for it; read back as the flag. */
export const FAILED = '[tool error]'

export function decodeMessages(value: JsonValue | undefined): Message[] {
  const messages: Message[] = []
  const pairing = new Pairing()
  arrayOf(value)?.forEach((item, index) => {
    const wire = objectOf(item) ?? {}
    switch (wire['role']) {
      case 'system':
        messages.push({ role: 'system', parts: textParts(wire), ...extrasOf('ollama', wire, KNOWN.system) })
        return
      case 'assistant': {
        const message = decodeAssistant(wire, index)
        pairing.calls(message.parts.filter((part) => part.type === 'tool-call'))
        messages.push(message)
        return
      }
      case 'tool':
        pushResult(messages, decodeResult(wire, index, pairing), pairing)
        return
      default:
        messages.push({
          role: 'user',
          parts: [...textParts(wire), ...images(wire)],
          ...extrasOf('ollama', wire, KNOWN.user),
        })
    }
  })
  return messages
}

function decodeAssistant(wire: JsonObject, message: number): AssistantMessage {
  const thinking = stringOf(wire['thinking']) ?? ''
  const calls = (arrayOf(wire['tool_calls']) ?? []).flatMap((call, index) =>
    decodeCall(call, historyCallId(message, index)),
  )
  return {
    role: 'assistant',
    parts: [
      ...(thinking === '' ? [] : [{ type: 'reasoning', text: thinking } as const]),
      ...textParts(wire),
      ...images(wire),
      ...calls,
    ],
    ...extrasOf('ollama', wire, KNOWN.assistant),
  }
}

function decodeCall(value: JsonValue, minted: string): ToolCallPart[] {
  const wire = objectOf(value)
  const called = objectOf(wire?.['function'])
  const name = stringOf(called?.['name'])
  if (wire === undefined || called === undefined || name === undefined) return []
  const id = stringOf(wire['id']) ?? ''
  return [
    { type: 'tool-call', id: id === '' ? minted : id, name, arguments: argumentsText(called['arguments']) },
  ]
}

function decodeResult(wire: JsonObject, message: number, pairing: Pairing): ToolResultPart {
  const id = stringOf(wire['tool_call_id']) || undefined
  const name = (stringOf(wire['tool_name']) ?? stringOf(wire['name'])) || undefined
  const call = pairing.answer(id, name)
  const toolName = name ?? call?.name
  const content = stringOf(wire['content']) ?? ''
  const failed = content.startsWith(FAILED)
  const text = failed ? content.slice(FAILED.length).trimStart() : content
  return {
    type: 'tool-result',
    callId: call?.id ?? id ?? historyCallId(message, 0),
    ...(toolName === undefined ? {} : { name: toolName }),
    content: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...images(wire)],
    ...(failed ? { isError: true } : {}),
    ...extrasOf('ollama', wire, KNOWN.tool),
  }
}

/** All results of one turn are one message, in the order of the calls. */
function pushResult(messages: Message[], result: ToolResultPart, pairing: Pairing): void {
  const last = messages.at(-1)
  const earlier = last?.role === 'tool' ? last.parts : []
  const parts = [...earlier, result].toSorted((a, b) => pairing.placeOf(a.callId) - pairing.placeOf(b.callId))
  const message: ToolMessage = { role: 'tool', parts }
  if (last?.role === 'tool') messages[messages.length - 1] = message
  else messages.push(message)
}

function textParts(wire: JsonObject): TextPart[] {
  const text = stringOf(wire['content']) ?? ''
  return text === '' ? [] : [{ type: 'text', text }]
}

function images(wire: JsonObject): MediaPart[] {
  return (arrayOf(wire['images']) ?? []).filter((image) => typeof image === 'string').map(decodeImage)
}
