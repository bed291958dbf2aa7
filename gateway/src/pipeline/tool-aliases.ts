/**
 * Names of tools where the provider's rule for them is narrower than the client's (pitfall 206): each that does not fit gets an alias, made
 * from the name alone so that the next turn says the same, and the client reads its own name in the answer. Names that fit stay.
 */

import type { AssistantPart, ChatEvent, ChatRequest, Message, Note, ToolChoice } from '#core'
import type { StreamDecoder } from '#dialects'

/** From the alias to what the client calls it. */
export type Originals = ReadonlyMap<string, string>

export interface Aliased {
  readonly request: ChatRequest
  readonly originals: Originals | undefined
}

/** `fits`: what the target takes; absent: anything. */
export function aliased(request: ChatRequest, fits: RegExp | undefined, note: (note: Note) => void): Aliased {
  if (fits === undefined) return { request, originals: undefined }
  const names = new Set(namesIn(request))
  const unfit = [...names].filter((name) => !fits.test(name))
  if (unfit.length === 0) return { request, originals: undefined }
  const aliases = new Map<string, string>()
  for (const name of unfit) {
    let alias = aliasFor(name, name)
    for (let turn = 1; names.has(alias); turn++) alias = aliasFor(name, `${name}#${turn}`)
    names.add(alias)
    aliases.set(name, alias)
    note({
      kind: 'changed',
      field: `tools.${name}`,
      reason: `The provider takes no such name; it reads ${alias}.`,
    })
  }
  const originals = new Map([...aliases].map(([name, alias]) => [alias, name]))
  return { request: renamed(request, (name) => aliases.get(name) ?? name), originals }
}

/** Shortest of what the languages allow: 64 letters, digits, underscores and dashes, a letter or an underscore first. */
function aliasFor(name: string, seed: string): string {
  const safe = name.replace(/[^a-zA-Z0-9_-]/g, '_').replace(/^(?=[^a-zA-Z_])/, '_')
  return `${safe.slice(0, 55)}_${sum(seed)}`
}

/** Eight hex digits (FNV-1a): not secret, only stable; two names that share one are told apart above. */
function sum(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function* namesIn({ tools = [], messages, toolChoice }: ChatRequest): Generator<string> {
  for (const { name } of tools) if (name !== '') yield name
  if (toolChoice?.type === 'tool') yield toolChoice.name
  for (const message of messages) {
    if (message.role === 'assistant') {
      for (const part of message.parts) if (part.type === 'tool-call' && part.name !== '') yield part.name
    } else if (message.role === 'tool') {
      for (const { name = '' } of message.parts) if (name !== '') yield name
    }
  }
}

function renamed(request: ChatRequest, nameFor: (name: string) => string): ChatRequest {
  const { tools, toolChoice, messages } = request
  return {
    ...request,
    ...(tools === undefined ? {} : { tools: tools.map((tool) => ({ ...tool, name: nameFor(tool.name) })) }),
    ...(toolChoice === undefined ? {} : { toolChoice: renamedChoice(toolChoice, nameFor) }),
    messages: messages.map((message) => renamedIn(message, nameFor)),
  }
}

function renamedChoice(choice: ToolChoice, nameFor: (name: string) => string): ToolChoice {
  if (choice.type === 'tool') return { ...choice, name: nameFor(choice.name) }
  if (choice.type === 'none' || choice.allowed === undefined) return choice
  return { ...choice, allowed: choice.allowed.map(nameFor) }
}

function renamedIn(message: Message, nameFor: (name: string) => string): Message {
  if (message.role === 'assistant') {
    const part = (one: AssistantPart): AssistantPart =>
      one.type === 'tool-call' ? { ...one, name: nameFor(one.name) } : one
    return { ...message, parts: message.parts.map(part) }
  }
  if (message.role !== 'tool') return message
  const parts = message.parts.map((part) =>
    part.name === undefined ? part : { ...part, name: nameFor(part.name) },
  )
  return { ...message, parts }
}

export function restored(
  events: readonly ChatEvent[],
  originals: Originals | undefined,
): readonly ChatEvent[] {
  if (originals === undefined) return events
  return events.map((event) => {
    const name = event.type === 'tool-call-start' ? originals.get(event.name) : undefined
    return name === undefined || event.type !== 'tool-call-start' ? event : { ...event, name }
  })
}

export function restoring(decoder: StreamDecoder, originals: Originals | undefined): StreamDecoder {
  if (originals === undefined) return decoder
  return {
    repeats: decoder.repeats === true,
    push: (frame) => restored(decoder.push(frame), originals),
    end: () => restored(decoder.end(), originals),
  }
}
