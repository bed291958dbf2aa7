/**
 * Writes an answer's items, telling each step. A stream shows the steps; a whole answer only wants the items: one writer for both,
 * so that they cannot drift apart.
 */

import {
  type ChatEvent,
  type Citation,
  type FinishEvent,
  type JsonDraft,
  type JsonObject,
  type OpaqueState,
  type Part,
  stringOf,
  type TextDeltaEvent,
} from '#core'
import { carry } from '../carried.ts'
import type { AnswerContext } from '../dialect.ts'
import { encodeTokens, noteStrayTokens } from '../token-probabilities.ts'
import { encodeCitation } from './annotations.ts'
import { argumentText, callHead, callKind, customInput } from './call-item.ts'
import { callFields, type ClientTool } from './client-tools.ts'
import { markOf, NAME, spareOf } from './extra-fields.ts'
import { itemId } from './output-reader.ts'
import type { BegunItem } from './passed-bytes.ts'
import { pictureItem } from './picture-item.ts'
import { sealedState } from './reasoning-item.ts'
import { type Face, faces } from './tool-names.ts'

/** Where the steps go. `place`: JSON members that say which item and part, made once for many deltas. */
export interface Steps {
  step(type: string, fields: JsonObject): void
  delta(type: string, place: string, text: string): void
}

interface OpenPart {
  readonly refusal: boolean
  readonly fields: JsonObject
  readonly place: string
  text: string
  readonly annotations: JsonDraft[]
  readonly logprobs: JsonDraft[]
}

interface OpenThought {
  readonly item: JsonObject
  readonly id: string
  readonly redacted: boolean
  /** Parts that are complete. */
  readonly summary: readonly JsonObject[]
  place: string
  text: string
}

type CallStart = Extract<ChatEvent, { type: 'tool-call-start' }>

/** Shown when a model declines without a word of its own. */
const DECLINED = 'The model declined to answer.'

export class OutputWriter {
  /** Items that are complete. */
  readonly items: JsonObject[] = []
  readonly #context: AnswerContext
  readonly #steps: Steps
  readonly #faces: ReadonlyMap<string, Face>
  #message: { readonly item: JsonObject; readonly id: string; readonly content: JsonDraft[] } | undefined
  #part: OpenPart | undefined
  #thought: OpenThought | undefined
  #call:
    | {
        readonly item: JsonObject
        readonly custom: boolean
        readonly kind?: ClientTool
        readonly place: string
        text: string
      }
    | undefined
  #refused = false

  constructor(context: AnswerContext, steps: Steps) {
    this.#context = context
    this.#steps = steps
    this.#faces = faces(context.request)
  }

  /** Whether a text is open. */
  get speaks(): boolean {
    return this.#part !== undefined
  }

  /**
   * Goes on where the provider's own bytes ended: after these items, and in the item that has begun, if it can be gone on with. A
   * thought is only closed.
   */
  goOn(items: readonly JsonObject[], begun: BegunItem | undefined): void {
    this.items.push(...items)
    if (begun === undefined) return
    const { item, parts, part } = begun
    const id = stringOf(item['id'])
    if (item['type'] === 'reasoning' && id !== undefined) return this.#closeThought(id, begun)
    if (item['type'] !== 'message' || id === undefined) return this.#done(item)
    this.#message = { item: { ...messageItem(id), ...item }, id, content: [...parts] }
    if (part === undefined) return
    const { type, text, annotations, probabilities } = part
    const logprobs = encodeTokens(probabilities, NAME)
    const fresh = this.#newPart(id, parts.length, type === 'refusal')
    this.#part = { ...fresh, text, annotations: [...annotations], logprobs }
  }

  #closeThought(id: string, { item, parts, part }: BegunItem): void {
    const text = part?.text ?? ''
    if (part?.type === 'reasoning_text' || parts.some(({ type }) => type === 'reasoning_text')) {
      const rest = text === '' ? [] : [{ type: 'reasoning_text', text }]
      return this.#done({ ...item, content: [...parts, ...rest] })
    }
    this.#thought = { item, id, redacted: false, summary: parts, place: '', text }
    this.#endThought(undefined)
  }

  /** Takes blocks one after another, never overlapping. */
  push(event: ChatEvent): void {
    switch (event.type) {
      case 'text-start':
        return this.#beginText(event.refusal === true)
      case 'text-delta':
        return event.probabilities === undefined ? this.#text(event.text) : this.#weighed(event)
      case 'citation':
        return this.#cite(event.citation)
      case 'text-end':
        return this.#endText()
      case 'reasoning-start':
        return this.#beginThought(event.redacted === true)
      case 'reasoning-delta':
        return this.#think(event.text)
      case 'reasoning-end':
        return this.#endThought(event.opaque)
      case 'tool-call-start':
        return this.#beginCall(event)
      case 'tool-call-delta':
        return this.#arguments(event.arguments)
      case 'tool-call-end':
        return this.#endCall()
      case 'part':
        return this.#whole(event.part)
      default:
        return
    }
  }

  /** Closes the last message; `status` is the answer's. */
  finish(finish: Omit<FinishEvent, 'type'>, status: string): void {
    noteStrayTokens(finish, this.#context.note)
    if (finish.reason === 'refusal' && !this.#refused) {
      this.#beginText(true)
      this.#text(finish.explanation ?? DECLINED)
      this.#endText()
    }
    this.#endMessage(status)
  }

  #add(item: JsonObject): number {
    const at = this.items.length
    this.#steps.step('response.output_item.added', { output_index: at, item })
    return at
  }

  #done(item: JsonObject): void {
    const at = this.items.length
    this.items.push(item)
    this.#steps.step('response.output_item.done', { output_index: at, item })
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#context.exchangeId}_${this.items.length}`
  }

  #beginText(refusal: boolean): void {
    // The provider's own bytes may have begun it.
    if (this.#part?.refusal === refusal) return
    this.#endText()
    if (this.#message === undefined) {
      const id = this.#id('msg')
      const item = messageItem(id)
      this.#message = { item, id, content: [] }
      this.#add({ ...item, status: 'in_progress' })
    }
    if (refusal) this.#refused = true
    this.#part = this.#newPart(this.#message.id, this.#message.content.length, refusal)
    this.#steps.step('response.content_part.added', { ...this.#part.fields, part: contentOf(this.#part) })
  }

  #newPart(id: string, at: number, refusal = false): OpenPart {
    const fields = { item_id: id, output_index: this.items.length, content_index: at }
    return { refusal, fields, place: members(fields), text: '', annotations: [], logprobs: [] }
  }

  #text(text: string): void {
    const part = this.#part
    if (part === undefined || text === '') return
    part.text += text
    if (part.refusal) this.#steps.delta('response.refusal.delta', part.place, text)
    else this.#steps.delta('response.output_text.delta', `${part.place},"logprobs":[]`, text)
  }

  #weighed({ text, probabilities = [] }: TextDeltaEvent): void {
    const part = this.#part
    if (part === undefined) return
    if (part.refusal) {
      this.#lose('logprobs', 'A refusal has no log probabilities here.')
      this.#text(text)
      return
    }
    const logprobs = encodeTokens(probabilities, NAME)
    for (const each of logprobs) part.logprobs.push(each)
    part.text += text
    const place = `${part.place},"logprobs":${JSON.stringify(logprobs)}`
    this.#steps.delta('response.output_text.delta', place, text)
  }

  #cite(citation: Citation): void {
    const part = this.#part
    const annotation = part?.refusal === true ? undefined : encodeCitation(citation)
    if (part === undefined || annotation === undefined) {
      this.#lose('citations', 'Only citations of pages can be shown here.')
      return
    }
    const fields = { ...part.fields, annotation_index: part.annotations.length, annotation }
    part.annotations.push(annotation)
    this.#steps.step('response.output_text.annotation.added', fields)
  }

  #endText(): void {
    const part = this.#part
    if (part === undefined) return
    this.#part = undefined
    const content = contentOf(part)
    if (part.refusal) this.#steps.step('response.refusal.done', { ...part.fields, refusal: part.text })
    else
      this.#steps.step('response.output_text.done', {
        ...part.fields,
        text: part.text,
        logprobs: [...part.logprobs],
      })
    this.#steps.step('response.content_part.done', { ...part.fields, part: content })
    this.#message?.content.push(content)
  }

  #endMessage(status = 'completed'): void {
    this.#endText()
    const message = this.#message
    if (message === undefined) return
    this.#message = undefined
    this.#done({ ...message.item, content: message.content, status })
  }

  #beginThought(redacted: boolean): void {
    this.#endMessage()
    const id = this.#id('rs')
    const item = { type: 'reasoning', id, summary: [] }
    this.#add(item)
    this.#thought = { item, id, redacted, summary: [], place: '', text: '' }
  }

  #think(text: string): void {
    const thought = this.#thought
    if (thought === undefined || text === '') return
    if (thought.place === '') {
      const fields = this.#thoughtFields(thought)
      thought.place = members(fields)
      const part = { type: 'summary_text', text: '' }
      this.#steps.step('response.reasoning_summary_part.added', { ...fields, part })
    }
    thought.text += text
    this.#steps.delta('response.reasoning_summary_text.delta', thought.place, text)
  }

  #thoughtFields({ id, summary }: OpenThought): JsonObject {
    return { item_id: id, output_index: this.items.length, summary_index: summary.length }
  }

  #endThought(opaque: OpaqueState | undefined): void {
    const thought = this.#thought
    if (thought === undefined) return
    this.#thought = undefined
    const { item, text } = thought
    const part = { type: 'summary_text', text }
    if (text !== '') {
      const fields = this.#thoughtFields(thought)
      this.#steps.step('response.reasoning_summary_text.done', { ...fields, text })
      this.#steps.step('response.reasoning_summary_part.done', { ...fields, part })
    }
    const summary = text === '' ? thought.summary : [...thought.summary, part]
    this.#done({ ...item, summary, ...sealedState(opaque, thought.redacted) })
  }

  #beginCall(call: CallStart): void {
    this.#endMessage()
    if (call.opaque !== undefined) this.#carryState(call.id, call.opaque)
    const face = this.#faces.get(call.name)
    const kind = callKind(call, face)
    if (kind !== undefined) return this.#beginClientCall(call, kind)
    const head = callHead(call, face)
    const { type } = head
    const custom = type === 'custom_tool_call'
    const item = { id: itemId(call.id, type), ...head, call_id: call.id, ...spareOf(call) }
    const at = this.#add({ ...item, ...(custom ? { input: '' } : { arguments: '' }), status: 'in_progress' })
    const place = members({ item_id: item.id, output_index: at })
    this.#call = { item, custom, place, text: '' }
  }

  /** What it asks for is told at once when it is complete. */
  #beginClientCall(call: CallStart, kind: ClientTool): void {
    const type = `${kind.name}_call`
    const item = { type, id: itemId(call.id, type), call_id: call.id, ...spareOf(call) }
    this.#add({ ...item, ...callFields(kind, ''), status: 'in_progress' })
    this.#call = { item, custom: true, kind, place: '', text: '' }
  }

  /** State on a call has no field here; an empty thought before the call carries it. */
  #carryState(callId: string, opaque: OpaqueState): void {
    this.#beginThought(false)
    this.#endThought(carry(callId, opaque))
  }

  #arguments(text: string): void {
    const call = this.#call
    if (call === undefined || text === '') return
    call.text += text
    // Free text comes out of its JSON only when that is complete.
    if (!call.custom) this.#steps.delta('response.function_call_arguments.delta', call.place, text)
  }

  #endCall(): void {
    const call = this.#call
    if (call === undefined) return
    this.#call = undefined
    const { item, custom, kind } = call
    if (kind !== undefined)
      return this.#done({ ...item, ...callFields(kind, call.text), status: 'completed' })
    const fields = { item_id: item['id'] ?? '', output_index: this.items.length }
    const said = custom ? { input: customInput(call.text) } : { arguments: argumentText(call.text) }
    if (said.input !== undefined) {
      this.#steps.delta('response.custom_tool_call_input.delta', call.place, said.input)
      this.#steps.step('response.custom_tool_call_input.done', { ...fields, input: said.input })
    } else {
      if (call.text === '') this.#steps.delta('response.function_call_arguments.delta', call.place, '{}')
      this.#steps.step('response.function_call_arguments.done', {
        ...fields,
        name: item['name'] ?? '',
        arguments: said.arguments,
      })
    }
    this.#done({ ...item, ...said, status: 'completed' })
  }

  #whole(part: Part): void {
    if (part.type === 'native' && part.dialect === NAME && markOf(part, '~content') !== undefined) {
      this.#beginText(false)
      this.#part = undefined
      this.#message?.content.push({ ...part.value })
      return
    }
    this.#endMessage()
    const item =
      part.type === 'native' && part.dialect === NAME
        ? part.value
        : part.type === 'media'
          ? pictureItem(part, this.#id('ig'))
          : undefined
    if (item === undefined)
      return this.#lose('output', 'A block of the answer has no form in the Responses API.')
    this.#add(item)
    this.#done(item)
  }

  #lose(field: string, reason: string): void {
    this.#context.note({ kind: 'dropped', field, reason })
  }
}

function messageItem(id: string): JsonObject {
  return { type: 'message', id, role: 'assistant', content: [] }
}

function contentOf(part: OpenPart): JsonDraft {
  return part.refusal
    ? { type: 'refusal', refusal: part.text }
    : {
        type: 'output_text',
        text: part.text,
        annotations: [...part.annotations],
        logprobs: [...part.logprobs],
      }
}

/** Fields as they stand inside an object's braces. */
function members(fields: JsonObject): string {
  return JSON.stringify(fields).slice(1, -1)
}
