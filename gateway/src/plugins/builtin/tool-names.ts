/** Gives tools names that the provider takes, and gives the client back the names it knows. */

import type { AssistantPart, ChatRequest, Message } from '#core'
import type { AnswerEvent, HookedCall, Middleware } from '../middleware.ts'
import { safeNames } from './safe-names.ts'

export function toolNames(): Middleware {
  /** By call: from the provider's name to the client's. */
  const originals = new WeakMap<HookedCall, ReadonlyMap<string, string>>()
  return {
    name: 'tool-name-sanitization',
    changesAnswers: (call) => originals.has(call),
    request({ request }, call) {
      const changed = safeNames(namesIn(request))
      if (changed.size === 0) return undefined
      originals.set(call, new Map([...changed].map(([name, safe]) => [safe, name])))
      return { request: renamed(request, changed) }
    },
    event(event, call) {
      const names = originals.get(call)
      return names === undefined ? undefined : restored(event, names)
    },
  }
}

function namesIn({ tools = [], messages, toolChoice }: ChatRequest): readonly string[] {
  const own = tools.filter(({ native }) => native === undefined).map(({ name }) => name)
  // A choice or a result names a tool that stands elsewhere too, but a history may be cut.
  const chosen = toolChoice?.type === 'tool' ? [toolChoice.name] : []
  return [...own, ...chosen, ...messages.flatMap(namesOf)].filter((name) => name !== '')
}

function namesOf(message: Message): readonly string[] {
  switch (message.role) {
    case 'assistant':
      return message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : []))
    case 'tool':
      return message.parts.flatMap(({ name }) => name ?? [])
    default:
      return []
  }
}

function renamed(request: ChatRequest, names: ReadonlyMap<string, string>): ChatRequest {
  const { tools, toolChoice } = request
  const nameFor = (name: string): string => names.get(name) ?? name
  return {
    ...request,
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map((tool) =>
            tool.native === undefined ? { ...tool, name: nameFor(tool.name) } : tool,
          ),
        }),
    ...(toolChoice?.type === 'tool' ? { toolChoice: { ...toolChoice, name: nameFor(toolChoice.name) } } : {}),
    messages: request.messages.map((message) => renamedIn(message, nameFor)),
  }
}

function renamedIn(message: Message, nameFor: (name: string) => string): Message {
  switch (message.role) {
    case 'assistant':
      return { ...message, parts: message.parts.map((part) => renamedPart(part, nameFor)) }
    case 'tool':
      return {
        ...message,
        parts: message.parts.map((part) =>
          part.name === undefined ? part : { ...part, name: nameFor(part.name) },
        ),
      }
    default:
      return message
  }
}

function renamedPart(part: AssistantPart, nameFor: (name: string) => string): AssistantPart {
  return part.type === 'tool-call' ? { ...part, name: nameFor(part.name) } : part
}

function restored(event: AnswerEvent, names: ReadonlyMap<string, string>): AnswerEvent | undefined {
  if (event.type !== 'tool-call-start') return undefined
  const name = names.get(event.name)
  return name === undefined ? undefined : { ...event, name }
}
