/** The conversation as a client sends it: a flat list of items, decoded into messages. */

import {
  arrayOf,
  type AssistantMessage,
  type AssistantPart,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type Message,
  type NativePart,
  stringOf,
  type TextPart,
  type ToolMessage,
  type ToolResultPart,
  type WithExtras,
} from '#core'
import { reattach } from '../carried.ts'
import { openErrorText } from '../tool-error.ts'
import { argumentsIn, type ClientTool, kindOfCall, kindOfOutput, outcomeOf } from './client-tools.ts'
import { type ContentPart, decodeContent } from './content.ts'
import { fieldSet, NAME, restOf } from './extra-fields.ts'
import { decodeReasoning } from './reasoning-item.ts'
import type { ToolNames } from './tool-names.ts'

const MESSAGE = fieldSet('type role content')
const CALL = fieldSet('type call_id name arguments input namespace')
const OUTPUT = fieldSet('type call_id output')

/** Items that are no part of the conversation; they keep their place before the message that follows. */
const ASIDE = new Set(['additional_tools', 'item_reference', 'compaction_trigger'])

export function decodeInput(input: JsonValue | undefined, names: ToolNames): Message[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }]
  const reader = new ItemReader(names)
  for (const item of arrayOf(input) ?? []) if (isObject(item)) reader.push(item)
  return reader.end()
}

/** What was aside at the very end has no message to stand before. */
export function trailing(messages: readonly Message[]): {
  messages: readonly Message[]
  items: readonly JsonValue[]
} {
  const last = messages.at(-1)
  const items = last === undefined ? undefined : arrayOf(last.extras?.[NAME]?.['~trailing'])
  return items === undefined ? { messages, items: [] } : { messages: messages.slice(0, -1), items }
}

class ItemReader {
  readonly #names: ToolNames
  readonly #callNames = new Map<string, string>()
  #messages: Message[] = []
  #said: AssistantPart[] = []
  #results: ToolResultPart[] = []
  #aside: JsonObject[] = []
  #openExtras: WithExtras = {}

  constructor(names: ToolNames) {
    this.#names = names
  }

  push(item: JsonObject): void {
    const type = typeOf(item)
    if (ASIDE.has(type)) {
      this.#close()
      this.#aside.push(item)
      return
    }
    switch (type) {
      case 'message':
        return this.#message(item)
      case 'reasoning':
        return this.#say(decodeReasoning(item))
      case 'function_call':
      case 'custom_tool_call':
        return this.#say(this.#call(item, type === 'custom_tool_call'))
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#result(item, type === 'custom_tool_call_output')
      default:
        return this.#other(item, type)
    }
  }

  end(): Message[] {
    this.#close()
    if (this.#aside.length > 0) {
      this.#messages.push({ role: 'user', parts: [], extras: { [NAME]: { '~trailing': this.#aside } } })
    }
    return this.#messages
  }

  #message(item: JsonObject): void {
    const role = item['role']
    const parts = decodeContent(item['content'])
    if (role === 'assistant') {
      const spare = restOf(item, MESSAGE).extras?.[NAME]
      // Where an item begins is remembered on its first part.
      parts.forEach((part, at) => this.#say(at === 0 ? marked(part, { '~item': spare ?? {} }) : part))
      return
    }
    this.#close()
    const system = role === 'system' || role === 'developer'
    const extras = this.#withAside(restOf(item, MESSAGE, system ? { '~role': role } : {}))
    if (system) this.#messages.push({ role: 'system', parts: parts.map(asText), ...extras })
    else this.#messages.push({ role: 'user', parts, ...extras })
  }

  #say(part: AssistantPart): void {
    if (this.#results.length > 0) this.#close()
    if (this.#said.length === 0) this.#openExtras = this.#withAside({})
    this.#said.push(part)
  }

  #call(item: JsonObject, custom: boolean): AssistantPart {
    const id = stringOf(item['call_id']) ?? stringOf(item['id']) ?? ''
    const said = stringOf(item['name']) ?? ''
    const namespace = stringOf(item['namespace'])
    const name = this.#names.find(namespace, said)
    this.#callNames.set(id, name)
    const input = stringOf(item['input']) ?? ''
    return {
      type: 'tool-call',
      id,
      name,
      arguments: custom ? JSON.stringify({ input }) : argumentText(item['arguments']),
      ...restOf(item, CALL, {
        ...(custom ? { '~custom': true } : {}),
        ...(namespace === undefined ? {} : { '~namespace': namespace, '~name': said }),
      }),
    }
  }

  #result(item: JsonObject, custom: boolean): void {
    this.#addResult(item, {
      ...openErrorText(decodeContent(item['output'])),
      ...restOf(item, OUTPUT, custom ? { '~custom': true } : {}),
    })
  }

  /** The output of a local shell knows its call by `id`. */
  #addResult(item: JsonObject, said: Omit<ToolResultPart, 'type' | 'callId' | 'name'>): void {
    if (this.#said.length > 0) this.#close()
    if (this.#results.length === 0) this.#openExtras = this.#withAside({})
    const callId = stringOf(item['call_id']) ?? stringOf(item['id']) ?? ''
    const name = this.#callNames.get(callId)
    this.#results.push({ type: 'tool-result', callId, ...(name === undefined ? {} : { name }), ...said })
  }

  #other(item: JsonObject, type: string): void {
    const asked = kindOfCall(item)
    if (asked !== undefined) return this.#say(this.#clientCall(item, asked))
    const done = kindOfOutput(item)
    if (done === undefined) return this.#native(item, type)
    const text = outcomeOf(item, done, this.#names)
    const failed = item['status'] === 'failed' ? { isError: true } : {}
    this.#addResult(item, { content: [{ type: 'text', text }], ...failed, ...keptItem(item) })
  }

  #clientCall(item: JsonObject, kind: ClientTool): AssistantPart {
    const id = stringOf(item['call_id']) ?? stringOf(item['id']) ?? ''
    const name = this.#names.find('', kind.name)
    this.#callNames.set(id, name)
    return { type: 'tool-call', id, name, arguments: argumentsIn(item, kind), ...keptItem(item) }
  }

  /** What only this dialect can say: calls the provider ran are the model's, outputs of such are the client's. */
  #native(item: JsonObject, type: string): void {
    const part: NativePart = { type: 'native', dialect: NAME, value: item }
    if (!/_(?:output|response)$/.test(type) && item['role'] !== 'user') return this.#say(part)
    this.#close()
    this.#messages.push({ role: 'user', parts: [part], ...this.#withAside({}) })
  }

  #close(): void {
    if (this.#said.length > 0) {
      const parts = reattach(this.#said)
      this.#messages.push({ role: 'assistant', parts, ...this.#openExtras } satisfies AssistantMessage)
      this.#said = []
    }
    if (this.#results.length > 0) {
      this.#messages.push({ role: 'tool', parts: this.#results, ...this.#openExtras } satisfies ToolMessage)
      this.#results = []
    }
  }

  #withAside(extras: WithExtras): WithExtras {
    if (this.#aside.length === 0) return extras
    const before = this.#aside
    this.#aside = []
    return { extras: { [NAME]: { ...extras.extras?.[NAME], '~before': before } } }
  }
}

/** Written back as it came. */
function keptItem(item: JsonObject): WithExtras {
  return { extras: { [NAME]: { '~item': item } } }
}

export function typeOf(item: JsonObject): string {
  return stringOf(item['type']) ?? (item['role'] === undefined ? 'item_reference' : 'message')
}

function marked(part: ContentPart, marks: JsonDraft): ContentPart {
  return { ...part, extras: { ...part.extras, [NAME]: { ...part.extras?.[NAME], ...marks } } }
}

function asText(part: ContentPart): TextPart {
  return part.type === 'text' ? part : { type: 'text', text: JSON.stringify(part) }
}

function argumentText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
