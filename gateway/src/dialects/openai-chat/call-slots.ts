/**
 * Sorts tool-call pieces into calls. Servers leave out the index, reuse it, send ids late or names late, repeat names, and
 * send arguments whole or as an object; each call still comes out once, with one id and one name.
 */

import { isObject, type JsonObject, numberOf, parseJson, stringOf } from '#core'
import type { BlockWriter } from '../block-writer.ts'
import { callStateFrom } from './call-state.ts'
import { argumentText, customArguments } from './message.ts'

interface Slot {
  readonly key: string
  /** The id the upstream gave, once it gave one. */
  id: string
  name: string
  /** All arguments so far. */
  text: string
  begun: boolean
  /** Free-text tools stream raw text, which is JSON only when complete. */
  readonly custom: boolean
  state: JsonObject | undefined
}

export class CallSlots {
  readonly #writer: BlockWriter
  readonly #issuer: string
  readonly #exchangeId: string
  #slots: Slot[] = []
  #byIndex = new Map<number, Slot>()
  #byPosition: (Slot | undefined)[] = []

  constructor(writer: BlockWriter, issuer: string, exchangeId: string) {
    this.#writer = writer
    this.#issuer = issuer
    this.#exchangeId = exchangeId
  }

  push(call: JsonObject, position: number): void {
    const custom = call['type'] === 'custom' && isObject(call['custom'])
    const body = custom ? call['custom'] : call['function']
    const fields = isObject(body) ? body : {}
    const id = stringOf(call['id']) ?? ''
    const name = stringOf(fields['name']) ?? ''
    const text = custom ? (stringOf(fields['input']) ?? '') : argumentText(fields['arguments'])
    const slot = this.#find(numberOf(call['index']), id, name, position) ?? this.#open(call, custom, position)
    if (slot.id === '') slot.id = id
    if (slot.name === '') slot.name = name
    if (isObject(call['extra_content'])) slot.state = call
    this.#add(slot, text)
  }

  end(): void {
    for (const slot of this.#slots) {
      if (!slot.custom || !slot.begun) continue
      this.#writer.callArguments(slot.key, customArguments(slot.text))
    }
  }

  #mint(key: string): string {
    return `call_${this.#exchangeId.replace(/[^a-zA-Z0-9]/g, '').slice(-24)}_${key}`
  }

  #find(index: number | undefined, id: string, name: string, position: number): Slot | undefined {
    if (index !== undefined) {
      const slot = this.#byIndex.get(index)
      return slot === undefined || isOther(slot, id, name) ? undefined : slot
    }
    const named = id === '' ? undefined : this.#slots.find((one) => one.id === id)
    if (named !== undefined) return named
    const slot = this.#byPosition[position]
    return slot === undefined || isOther(slot, id, name) ? undefined : slot
  }

  #open(call: JsonObject, custom: boolean, position: number): Slot {
    const key = String(this.#slots.length)
    const slot: Slot = { key, id: '', name: '', text: '', begun: false, custom, state: undefined }
    this.#slots.push(slot)
    const index = numberOf(call['index'])
    if (index !== undefined) this.#byIndex.set(index, slot)
    this.#byPosition[position] = slot
    return slot
  }

  #add(slot: Slot, text: string): void {
    slot.text += text
    if (slot.begun) {
      if (!slot.custom) this.#writer.callArguments(slot.key, text)
      return
    }
    if (slot.name === '') return
    slot.begun = true
    const id = slot.id === '' ? this.#mint(slot.key) : slot.id
    const state = slot.state === undefined ? undefined : callStateFrom(slot.state, this.#issuer)
    this.#writer.beginCall(slot.key, id, slot.name, state)
    if (!slot.custom) this.#writer.callArguments(slot.key, slot.text)
  }
}

/** Whether a piece that points at a known slot begins another call. */
function isOther(slot: Slot, id: string, name: string): boolean {
  if (id !== '' && slot.id !== '' && id !== slot.id) return true
  // Without a telling id only a name after complete arguments is a new call; before that it is a repeat.
  return (
    name !== '' && slot.name !== '' && (id === '' || slot.id === '') && parseJson(slot.text) !== undefined
  )
}
