/**
 * Reads an answer's items, whole or in pieces. Servers leave out one telling or another: pieces, the done event, the final list. What
 * was said of an item is remembered, so that each later telling adds only what is new (pitfall 21).
 */

import {
  arrayOf,
  type Extras,
  isObject,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  stringOf,
} from '#core'
import { BlockWriter } from '../block-writer.ts'
import { trueType } from '../data-url.ts'
import type { DecodeContext } from '../dialect.ts'
import { decodeTokens } from '../token-probabilities.ts'
import { decodeAnnotation } from './annotations.ts'
import { argumentsIn, kindOfCall } from './client-tools.ts'
import { nativeContent } from './content.ts'
import { NAME, restOf, fieldSet } from './extra-fields.ts'
import { textsOf, stateOf } from './reasoning-item.ts'
import { flatName } from './tool-names.ts'

const CALL = fieldSet('id type status call_id name arguments input namespace item_id output_index')

export type Thought = 'summary' | 'content'

/** What is known of one item. */
export interface Slot {
  readonly key: string
  readonly type: string
  readonly at: number | undefined
  over: boolean
  /** Said so far: texts by content index; the thinking or the arguments at 0. */
  readonly said: (string | undefined)[]
  /** How many log probabilities were told, by content index. */
  readonly weighed: (number | undefined)[]
  thought: { readonly kind: Thought; part: number } | undefined
  /** A call whose block is open. */
  begun: boolean
  readonly cited: Set<string>
}

export class OutputReader {
  readonly writer = new BlockWriter()
  refusal = false
  readonly #context: DecodeContext
  #slots: Slot[] = []
  #byId = new Map<string, Slot>()
  #byPlace = new Map<number, Slot>()
  #place = ''

  constructor(context: DecodeContext) {
    this.#context = context
  }

  /**
   * The slot an event speaks of, by id or else by place; a new one when neither is known. Ids may be used again for a later item
   * (xAI), and may change with every event of the same item (proxies that hide them).
   */
  slot(id: string | undefined, at: number | undefined, type: string): Slot {
    const named = id === undefined ? undefined : this.#byId.get(id)
    const reused = named?.over === true && at !== undefined && named.at !== at
    const placed = at === undefined ? this.#latest(id, type) : this.#byPlace.get(at)
    const known =
      named !== undefined && !reused ? named : placed?.type === type && !placed.over ? placed : undefined
    return known ?? this.#open(id, at, type)
  }

  /** What an event means that names no item at all. */
  #latest(id: string | undefined, type: string): Slot | undefined {
    return id === undefined ? this.#slots.findLast((slot) => slot.type === type) : undefined
  }

  #open(id: string | undefined, at: number | undefined, type: string): Slot {
    const key = String(this.#slots.length)
    const slot: Slot = {
      key,
      type,
      at,
      over: false,
      said: [],
      weighed: [],
      thought: undefined,
      begun: false,
      cited: new Set(),
    }
    this.#slots.push(slot)
    if (id !== undefined) this.#byId.set(id, slot)
    if (at !== undefined) this.#byPlace.set(at, slot)
    return slot
  }

  /** The list of all items, after the events or in place of them. */
  list(items: readonly JsonObject[]): void {
    const ids = items.map((item) => stringOf(item['id']))
    items.forEach((item, at) => {
      const id = ids[at]
      const type = typeOf(item)
      const placed = this.#byPlace.get(at)
      // An id that stands twice in the list says nothing about which of the two is meant.
      const named =
        id === undefined || ids.indexOf(id) !== ids.lastIndexOf(id) ? undefined : this.#byId.get(id)
      const called = isCall(item) ? this.#byId.get(`call ${stringOf(item['call_id'])}`) : undefined
      this.#finish(called ?? named ?? (placed?.type === type ? placed : this.#open(id, at, type)), item)
    })
  }

  text(slot: Slot, part: number, text: string, refusal: boolean, logprobs?: JsonValue): void {
    if (slot.over) return
    const weights = Array.isArray(logprobs) && logprobs.length > 0
    if (text === '' && !weights) return
    this.#enter(`${slot.key}/${part}`)
    if (weights) {
      this.writer.weigh(decodeTokens(logprobs, NAME))
      slot.weighed[part] = (slot.weighed[part] ?? 0) + logprobs.length
    }
    slot.said[part] = (slot.said[part] ?? '') + text
    if (refusal) this.refusal = true
    this.writer.text(text, refusal)
    if (weights) this.writer.weighed()
  }

  /** The whole text once more: says what is missing, of its log probabilities too. */
  whole(slot: Slot, part: number, text: string | undefined, refusal: boolean, logprobs?: JsonValue): void {
    const missing = arrayOf(logprobs)?.slice(slot.weighed[part] ?? 0)
    const before = slot.said[part] ?? ''
    this.catchUp(slot, part, text, (rest) => this.text(slot, part, rest, refusal, missing))
    if ((slot.said[part] ?? '') === before) this.text(slot, part, '', refusal, missing)
  }

  cite(slot: Slot, part: number, annotation: JsonObject): void {
    const key = `${part} ${JSON.stringify(annotation)}`
    if (slot.over || slot.cited.has(key) || slot.said[part] === undefined) return
    slot.cited.add(key)
    this.#enter(`${slot.key}/${part}`)
    const index = this.writer.textIndex()
    this.writer.emit({ type: 'citation', index, citation: decodeAnnotation(annotation) })
  }

  /** Summaries and plain thinking tell the same story twice: the kind that comes first is the one that is told. */
  think(slot: Slot, kind: Thought, part: number, text: string): void {
    if (text === '' || slot.over) return
    slot.thought ??= { kind, part }
    if (slot.thought.kind !== kind) return
    const gap = slot.thought.part === part || slot.said[0] === undefined ? '' : '\n\n'
    slot.thought.part = part
    slot.said[0] = (slot.said[0] ?? '') + gap + text
    this.#enter(slot.key)
    this.writer.reasoning(gap + text)
  }

  arguments(slot: Slot, text: string): void {
    if (slot.over) return
    slot.said[0] = (slot.said[0] ?? '') + text
    if (!slot.begun) return
    this.writer.callArguments(slot.key, slot.type === 'custom_tool_call' ? escaped(text) : text)
  }

  /** A later telling of the whole text: says what is missing. */
  catchUp(slot: Slot, part: number, whole: string | undefined, say: (missing: string) => void): void {
    const said = slot.said[part] ?? ''
    if (whole !== undefined && whole.length > said.length && whole.startsWith(said))
      say(whole.slice(said.length))
  }

  /** A call can begin as soon as it has a name. */
  begin(slot: Slot, item: JsonObject): void {
    const name = kindOfCall(item)?.name ?? stringOf(item['name'])
    if (slot.begun || slot.over || !name || !isCall(item)) return
    slot.begun = true
    const id = stringOf(item['call_id']) || stringOf(item['id']) || this.#mint(slot.key)
    const namespace = stringOf(item['namespace'])
    const flat = namespace === undefined ? name : flatName(namespace, name)
    this.#byId.set(`call ${id}`, slot)
    this.#place = ''
    this.writer.beginCall(slot.key, id, flat, undefined, callExtras(item, id, name, namespace))
    const early = slot.said[0] ?? ''
    if (slot.type === 'custom_tool_call') this.writer.callArguments(slot.key, `{"input":"${escaped(early)}`)
    else this.writer.callArguments(slot.key, early)
  }

  /** The item is complete. */
  done(item: JsonObject, at: number | undefined): void {
    this.#finish(this.slot(stringOf(item['id']) ?? stringOf(item['item_id']), at, typeOf(item)), item)
  }

  #finish(slot: Slot, item: JsonObject): void {
    if (slot.over) return
    const type = typeOf(item)
    if (type === 'message' && (item['role'] ?? 'assistant') === 'assistant') this.#message(slot, item)
    else if (type === 'reasoning') this.#reasoning(slot, item)
    else if (isCall(item)) this.#call(slot, item)
    else this.#other(item)
    slot.over = true
  }

  end(): void {
    for (const slot of this.#slots) this.#endCall(slot)
    this.writer.closeAll()
  }

  #message(slot: Slot, item: JsonObject): void {
    for (const [listed, part] of (arrayOf(item['content']) ?? []).entries()) {
      if (!isObject(part)) continue
      const refusal = part['type'] === 'refusal'
      const whole = stringOf(refusal ? part['refusal'] : part['text'])
      if (whole === undefined) {
        this.#place = ''
        this.writer.part(nativeContent(part))
        continue
      }
      const index = placeOf(slot, listed, whole)
      this.whole(slot, index, whole, refusal, part['logprobs'])
      for (const annotation of arrayOf(part['annotations']) ?? [])
        if (isObject(annotation)) this.cite(slot, index, annotation)
    }
  }

  #reasoning(slot: Slot, item: JsonObject): void {
    const kind = slot.thought?.kind ?? (textsOf(item, 'summary') === '' ? 'content' : 'summary')
    const part = slot.thought?.part ?? 0
    this.catchUp(slot, 0, textsOf(item, kind), (missing) => this.think(slot, kind, part, missing))
    const state = stateOf(item, this.#context.provider)
    if (state === undefined) return
    this.#enter(slot.key)
    this.writer.reasoningState(state)
    this.#enter('')
  }

  #call(slot: Slot, item: JsonObject): void {
    this.begin(slot, item)
    this.catchUp(slot, 0, askedIn(item), (missing) => this.arguments(slot, missing))
    this.#endCall(slot)
  }

  #endCall(slot: Slot): void {
    if (!slot.begun || slot.over) return
    if (slot.type === 'custom_tool_call') this.writer.callArguments(slot.key, '"}')
    this.writer.endCall(slot.key)
    slot.over = true
  }

  /** What the provider ran itself, or a kind of item this version does not know. */
  #other(item: JsonObject): void {
    this.#place = ''
    this.writer.part(madePicture(item) ?? { type: 'native', dialect: NAME, value: item })
  }

  /** Texts and thoughts of different items stay apart. */
  #enter(place: string): void {
    if (place !== this.#place) this.writer.closeProse()
    this.#place = place
  }

  #mint(key: string): string {
    return `call_${this.#context.exchangeId.replace(/[^a-zA-Z0-9]/g, '').slice(-24)}_${key}`
  }
}

/** Servers count contents differently in events and in the list: the text tells which one is meant. */
function placeOf(slot: Slot, listed: number, whole: string): number {
  if (slot.said[listed] !== undefined) return listed
  const meant = slot.said.findIndex((text) => text !== undefined && text !== '' && whole.startsWith(text))
  return meant === -1 ? listed : meant
}

export function typeOf(item: JsonObject): string {
  return stringOf(item['type']) ?? 'message'
}

/** A call that the client is to answer. */
export function isCall(item: JsonObject): boolean {
  const type = typeOf(item)
  return type === 'function_call' || type === 'custom_tool_call' || kindOfCall(item) !== undefined
}

function askedIn(item: JsonObject): string | undefined {
  const kind = kindOfCall(item)
  if (kind !== undefined) return argumentsIn(item, kind)
  const raw = item['arguments'] ?? item['input']
  return isObject(raw) ? JSON.stringify(raw) : stringOf(raw)
}

/** Part of a string inside JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** An id that is only made from the call's own says nothing. */
function callExtras(
  item: JsonObject,
  callId: string,
  name: string,
  namespace: string | undefined,
): Extras | undefined {
  const own = stringOf(item['id'])
  const derived = own === undefined || own === itemId(callId, stringOf(item['type']) ?? '')
  const id = derived ? {} : { id: own }
  const kind = kindOfCall(item)
  if (kind !== undefined) return restOf({}, CALL, { '~client': kind.name, ...id }).extras
  const marks = namespace === undefined ? {} : { '~namespace': namespace, '~name': name }
  return restOf(item, CALL, { ...marks, ...id }).extras
}

/** The id of a call's item, made from the call's. */
export function itemId(callId: string, type: string): string {
  const prefix = kindOfCall({ type, execution: 'client' })?.prefix
  return `${prefix ?? (type === 'custom_tool_call' ? 'ctc' : 'fc')}_${callId}`
}

function madePicture(item: JsonObject): MediaPart | undefined {
  const data = item['type'] === 'image_generation_call' ? stringOf(item['result']) : undefined
  if (!data) return undefined
  const { result: _, ...rest } = item
  const mediaType = trueType(`image/${stringOf(item['output_format']) ?? 'png'}`, data)
  return {
    type: 'media',
    kind: 'image',
    source: { type: 'base64', mediaType, data },
    extras: { [NAME]: { '~item': rest } },
  }
}
