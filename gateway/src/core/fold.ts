/** Fold events into a whole answer and unfold a whole answer into events: the two are each other's inverse. */

import type { AssistantPart, Citation, OpaqueState, TextPart } from './chat.ts'
import type { ChatEvent, FinishEvent, StartEvent } from './event.ts'
import { GatewayError } from './error.ts'
import type { TokenProbability } from './token-probability.ts'
import type { Usage } from './usage.ts'

export interface ChatResponse {
  readonly start: Omit<StartEvent, 'type'>
  readonly parts: readonly AssistantPart[]
  readonly finish: Omit<FinishEvent, 'type'>
  readonly usage?: Usage
}

interface OpenBlock {
  part: AssistantPart | undefined
  text: string
  readonly begin: ChatEvent
  citations: Citation[] | undefined
  probabilities: TokenProbability[] | undefined
  opaque: OpaqueState | undefined
}

/** Push machine: feed events, then take the answer. Throws the error of an `error` event. */
export class Folder {
  #start: Omit<StartEvent, 'type'> = {}
  #blocks: OpenBlock[] = []
  #usage: Usage | undefined
  #finish: Omit<FinishEvent, 'type'> | undefined

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'start': {
        const { type: _, ...start } = event
        this.#start = start
        return
      }
      case 'text-start':
      case 'reasoning-start':
      case 'tool-call-start':
        this.#blocks[event.index] = {
          part: undefined,
          text: '',
          begin: event,
          citations: undefined,
          probabilities: undefined,
          opaque: undefined,
        }
        return
      case 'text-delta': {
        const block = this.#block(event.index)
        block.text += event.text
        // One by one: a spread of a long answer's tokens would not fit the stack.
        if (event.probabilities !== undefined)
          for (const each of event.probabilities) (block.probabilities ??= []).push(each)
        return
      }
      case 'reasoning-delta':
        this.#block(event.index).text += event.text
        return
      case 'tool-call-delta':
        this.#block(event.index).text += event.arguments
        return
      case 'citation':
        ;(this.#block(event.index).citations ??= []).push(event.citation)
        return
      case 'reasoning-end':
        this.#block(event.index).opaque = event.opaque
        return
      case 'text-end':
      case 'tool-call-end':
        return
      case 'part':
        this.#blocks[event.index] = {
          // Only an assistant says these parts; a tool result inside an answer would be a decoder's mistake.
          part: event.part as AssistantPart,
          text: '',
          begin: event,
          citations: undefined,
          probabilities: undefined,
          opaque: undefined,
        }
        return
      case 'usage':
        this.#usage = event.usage
        return
      case 'finish': {
        const { type: _, ...finish } = event
        this.#finish = finish
        return
      }
      case 'error':
        throw event.error
    }
  }

  end(): ChatResponse {
    if (this.#finish === undefined) {
      throw new GatewayError('cut-stream', 'The provider ended its answer without finishing it.')
    }
    return {
      start: this.#start,
      parts: this.#blocks.filter((block) => block !== undefined).map(partOf),
      finish: this.#finish,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    }
  }

  #block(index: number): OpenBlock {
    const block = this.#blocks[index]
    if (block === undefined)
      throw new GatewayError('bad-answer', `Block ${index} of the answer was never opened.`)
    return block
  }
}

export function fold(events: Iterable<ChatEvent>): ChatResponse {
  const folder = new Folder()
  for (const event of events) folder.push(event)
  return folder.end()
}

export function unfold(response: ChatResponse): ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', ...response.start }]
  response.parts.forEach((part, index) => events.push(...eventsOf(part, index)))
  if (response.usage !== undefined) events.push({ type: 'usage', usage: response.usage })
  events.push({ type: 'finish', ...response.finish })
  return events
}

function partOf(block: OpenBlock): AssistantPart {
  const begin = block.begin
  switch (begin.type) {
    case 'text-start':
      return {
        type: 'text',
        text: block.text,
        ...(begin.refusal ? { refusal: true } : {}),
        ...(block.citations === undefined ? {} : { citations: block.citations }),
        ...(block.probabilities === undefined ? {} : { probabilities: block.probabilities }),
      }
    case 'reasoning-start':
      return {
        type: 'reasoning',
        text: block.text,
        ...(begin.redacted ? { redacted: true } : {}),
        ...(block.opaque === undefined ? {} : { opaque: block.opaque }),
      }
    case 'tool-call-start':
      return {
        type: 'tool-call',
        id: begin.id,
        name: begin.name,
        arguments: block.text,
        ...(begin.opaque === undefined ? {} : { opaque: begin.opaque }),
        ...(begin.extras === undefined ? {} : { extras: begin.extras }),
      }
    default:
      if (block.part === undefined)
        throw new GatewayError('bad-answer', 'A block of the answer has no content.')
      return block.part
  }
}

function textDelta({ text, probabilities }: TextPart, index: number): ChatEvent[] {
  if (probabilities !== undefined) return [{ type: 'text-delta', index, text, probabilities }]
  return text === '' ? [] : [{ type: 'text-delta', index, text }]
}

function eventsOf(part: AssistantPart, index: number): ChatEvent[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text-start', index, ...(part.refusal ? { refusal: true } : {}) },
        ...textDelta(part, index),
        ...(part.citations ?? []).map((citation) => ({ type: 'citation', index, citation }) as const),
        { type: 'text-end', index },
      ]
    case 'reasoning':
      return [
        { type: 'reasoning-start', index, ...(part.redacted ? { redacted: true } : {}) },
        ...(part.text === '' ? [] : [{ type: 'reasoning-delta', index, text: part.text } as const]),
        { type: 'reasoning-end', index, ...(part.opaque === undefined ? {} : { opaque: part.opaque }) },
      ]
    case 'tool-call':
      return [
        {
          type: 'tool-call-start',
          index,
          id: part.id,
          name: part.name,
          ...(part.opaque === undefined ? {} : { opaque: part.opaque }),
          ...(part.extras === undefined ? {} : { extras: part.extras }),
        },
        ...(part.arguments === ''
          ? []
          : [{ type: 'tool-call-delta', index, arguments: part.arguments } as const]),
        { type: 'tool-call-end', index },
      ]
    default:
      return [{ type: 'part', index, part }]
  }
}
