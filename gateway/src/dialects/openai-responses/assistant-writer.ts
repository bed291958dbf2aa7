/** One assistant turn as items: messages, thinking with what follows it, and calls in the order they were made. */

import {
  type AssistantMessage,
  type AssistantPart,
  type JsonDraft,
  type JsonObject,
  type NativePart,
  objectOf,
  type TextPart,
  type ToolCallPart,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { encodeCitation } from './annotations.ts'
import { argumentText, callHead, callId, callKind, customInput } from './call-item.ts'
import { callFields, type ClientTool } from './client-tools.ts'
import { readableNative } from './content.ts'
import { markOf, NAME, spareOf } from './extra-fields.ts'
import { itemId } from './output-reader.ts'
import { encodeReasoning } from './reasoning-item.ts'
import type { Face } from './tool-names.ts'

export class AssistantWriter {
  readonly #faces: ReadonlyMap<string, Face>
  readonly #stored: boolean
  readonly #context: EncodeContext
  #items: JsonObject[] = []
  /** Content of the message being written. */
  #content: JsonObject[] | undefined
  /** Thinking before this place was left out: what follows may not be known by an id that belongs to it. */
  #orphaned = false

  constructor(faces: ReadonlyMap<string, Face>, stored: boolean, context: EncodeContext) {
    this.#faces = faces
    this.#stored = stored
    this.#context = context
  }

  write(message: AssistantMessage): JsonObject[] {
    for (const part of message.parts) this.#part(part)
    return this.#withoutTail()
  }

  #part(part: AssistantPart): void {
    switch (part.type) {
      case 'text':
        return this.#text(part)
      case 'reasoning': {
        const item = encodeReasoning(part, this.#stored, this.#context)
        this.#orphaned = item === undefined
        if (item === undefined)
          this.#lose('reasoning', 'The target cannot read thinking of another provider.')
        return item === undefined ? undefined : this.#item(item)
      }
      case 'tool-call':
        return this.#item(this.#call(part))
      case 'native':
        return this.#native(part)
      case 'media':
        return this.#lose('messages.assistant', `An assistant turn cannot hold ${part.kind} here.`)
    }
  }

  #text(part: TextPart): void {
    const item = objectOf(markOf(part, '~item'))
    if (part.text === '' && item === undefined) return
    const { annotations: kept, ...spare } = spareOf(part)
    const said =
      part.refusal === true ? { type: 'refusal', refusal: part.text } : this.#outputText(part, kept)
    this.#say({ ...said, ...spare }, item)
  }

  #outputText(part: TextPart, kept: JsonDraft[string] | undefined): JsonDraft {
    if (kept !== undefined) return { type: 'output_text', text: part.text, annotations: kept }
    const cited = (part.citations ?? []).flatMap((citation) => encodeCitation(citation) ?? [])
    if (cited.length < (part.citations?.length ?? 0))
      this.#lose('messages.assistant.citations', 'Only citations of pages can be said here.')
    return { type: 'output_text', text: part.text, ...(cited.length === 0 ? {} : { annotations: cited }) }
  }

  /** `item`: fields of the message that begins with this content. */
  #say(content: JsonObject, item: JsonObject | undefined): void {
    if (this.#content !== undefined && item === undefined) {
      this.#content.push(content)
      return
    }
    const list = [content]
    this.#item({ type: 'message', role: 'assistant', content: list, ...this.#owned(item ?? {}) })
    this.#content = list
  }

  #call(call: ToolCallPart): JsonObject {
    const face = this.#faces.get(call.name)
    const kept = objectOf(markOf(call, '~item'))
    if (kept !== undefined) return this.#owned({ ...kept, call_id: callId(call.id) })
    const kind = callKind(call, face)
    if (kind !== undefined) return this.#clientCall(call, kind)
    const head = callHead(call, face)
    const text =
      head['type'] === 'custom_tool_call'
        ? { input: customInput(call.arguments) }
        : { arguments: argumentText(call.arguments) }
    return { ...head, call_id: callId(call.id), ...text, ...this.#owned(spareOf(call)) }
  }

  #clientCall(call: ToolCallPart, kind: ClientTool): JsonObject {
    const fields = callFields(kind, call.arguments)
    const id = itemId(call.id, `${kind.name}_call`)
    return this.#owned({
      type: `${kind.name}_call`,
      id,
      call_id: callId(call.id),
      status: 'completed',
      ...fields,
    })
  }

  #native(part: NativePart): void {
    if (part.dialect !== NAME) {
      const text = readableNative(part, this.#context, 'messages.assistant')
      if (text !== undefined) this.#say({ type: 'output_text', text }, undefined)
      return
    }
    if (markOf(part, '~content') === undefined) this.#item(part.value)
    else this.#say(part.value, objectOf(markOf(part, '~item')))
  }

  #owned(fields: JsonObject): JsonObject {
    if (!this.#orphaned) return fields
    const { id: _, ...others } = fields
    return others
  }

  #item(item: JsonObject): void {
    this.#content = undefined
    this.#items.push(item)
  }

  /** Thinking that nothing follows would be refused (pitfall 94). */
  #withoutTail(): JsonObject[] {
    let end = this.#items.length
    while (end > 0 && this.#items[end - 1]?.['type'] === 'reasoning') end--
    if (end < this.#items.length)
      this.#lose('input.reasoning', 'Thinking without the answer or call it led to is refused.')
    return this.#items.slice(0, end)
  }

  #lose(field: string, reason: string): void {
    this.#context.note({ kind: 'dropped', field, reason })
  }
}
