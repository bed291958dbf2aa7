/** The content blocks of one server stream: which are open, what each has gathered, and the events they make. */

import { GatewayError, isObject, stringOf } from '#core'
import type { ChatEvent, JsonDraft, JsonObject, JsonValue } from '#core'
import type { DecodeContext } from '../dialect.ts'
import { callExtras, decodeAssistantBlock, inputOf, isServerTool, openBytes, openText } from './blocks.ts'
import { decodeCitation } from './citations.ts'
import { mintedId } from './response.ts'
import { memberOf } from './wire.ts'

type Block =
  | { readonly kind: 'text'; readonly index: number }
  | { readonly kind: 'reasoning'; readonly index: number; state: string; readonly redacted: boolean }
  | { readonly kind: 'call'; readonly index: number }
  /** A block that only this dialect can say, or that is of no use in pieces: gathered, and handed out whole. */
  | { readonly kind: 'whole'; readonly name: string; readonly value: JsonDraft; input: string }

export class StreamBlocks {
  readonly #context: DecodeContext
  readonly #emit: (event: ChatEvent) => void
  #open = new Map<number, Block>()
  #next = 0
  /** A client tool call was begun. */
  sawCall = false

  constructor(context: DecodeContext, emit: (event: ChatEvent) => void) {
    this.#context = context
    this.#emit = emit
  }

  start(at: number, start: JsonObject): void {
    this.stop(at)
    const [name, value] = memberOf(start)
    if (!isObject(value)) return
    const plain = name === 'toolUse' && !isServerTool(value)
    this.#open.set(
      at,
      plain ? this.#beginCall(value) : { kind: 'whole', name, value: { ...value }, input: '' },
    )
  }

  /** Text and thinking have no start of their own: their first piece opens them. */
  delta(at: number, delta: JsonObject): void {
    const [name, value] = memberOf(delta)
    switch (name) {
      case 'text':
        return this.#text(at, stringOf(value) ?? '')
      case 'reasoningContent':
        return isObject(value) ? this.#reasoning(at, value) : undefined
      case 'toolUse':
        return this.#input(at, isObject(value) ? (stringOf(value['input']) ?? '') : '')
      case 'citation':
        if (isObject(value))
          this.#emit({ type: 'citation', index: this.#textAt(at), citation: decodeCitation(value) })
        return
      default:
        this.#gather(at, value)
    }
  }

  stop(at: number): void {
    const block = this.#open.get(at)
    if (block === undefined) return
    this.#open.delete(at)
    this.#close(block)
  }

  closeAll(): void {
    for (const block of this.#open.values()) this.#close(block)
    this.#open.clear()
  }

  #beginCall(wire: JsonObject): Block {
    const index = this.#next++
    const id = stringOf(wire['toolUseId']) ?? ''
    this.sawCall = true
    this.#emit({
      type: 'tool-call-start',
      index,
      id: id === '' ? mintedId(this.#context, index) : id,
      name: stringOf(wire['name']) ?? '',
      ...callExtras(wire),
    })
    return { kind: 'call', index }
  }

  #text(at: number, text: string): void {
    if (text === '') return
    this.#emit({ type: 'text-delta', index: this.#textAt(at), text })
  }

  #textAt(at: number): number {
    const open = this.#open.get(at)
    if (open?.kind === 'text') return open.index
    this.stop(at)
    const index = this.#next++
    this.#open.set(at, { kind: 'text', index })
    this.#emit({ type: 'text-start', index })
    return index
  }

  #reasoning(at: number, value: JsonObject): void {
    const text = stringOf(value['text']) ?? ''
    const redacted = stringOf(value['redactedContent'])
    const block = this.#reasoningAt(at, redacted !== undefined)
    block.state += redacted ?? stringOf(value['signature']) ?? ''
    if (text !== '') this.#emit({ type: 'reasoning-delta', index: block.index, text })
  }

  #reasoningAt(at: number, redacted: boolean): Extract<Block, { kind: 'reasoning' }> {
    const open = this.#open.get(at)
    if (open?.kind === 'reasoning' && open.redacted === redacted) return open
    this.stop(at)
    const index = this.#next++
    const block = { kind: 'reasoning', index, state: '', redacted } as const
    this.#emit({ type: 'reasoning-start', index, ...(redacted ? { redacted } : {}) })
    const kept: Extract<Block, { kind: 'reasoning' }> = { ...block }
    this.#open.set(at, kept)
    return kept
  }

  #input(at: number, json: string): void {
    const block = this.#open.get(at)
    if (block?.kind === 'whole') block.input += json
    else if (block?.kind !== 'call')
      throw new GatewayError('bad-answer', 'The provider sent tool arguments for a call it never began.')
    else if (json !== '') this.#emit({ type: 'tool-call-delta', index: block.index, arguments: json })
  }

  /** Results come as a list of pieces, media as their fields. */
  #gather(at: number, value: JsonValue | undefined): void {
    const block = this.#open.get(at)
    if (block?.kind !== 'whole') return
    if (Array.isArray(value)) {
      const before = block.value['content']
      block.value['content'] = [...(Array.isArray(before) ? before : []), ...value]
    } else if (isObject(value)) {
      Object.assign(block.value, value)
    }
  }

  #close(block: Block): void {
    switch (block.kind) {
      case 'text':
        return this.#emit({ type: 'text-end', index: block.index })
      case 'call':
        return this.#emit({ type: 'tool-call-end', index: block.index })
      case 'reasoning': {
        const { index, state, redacted } = block
        const { provider } = this.#context
        const opaque = redacted ? openBytes(state, provider) : openText(state, provider)
        return this.#emit({ type: 'reasoning-end', index, ...(state === '' ? {} : { opaque }) })
      }
      case 'whole': {
        const input = block.input === '' ? {} : { input: inputOf(block.input) }
        const part = decodeAssistantBlock(
          { [block.name]: { ...block.value, ...input } },
          this.#context.provider,
        )
        return this.#emit({ type: 'part', index: this.#next++, part })
      }
    }
  }
}
