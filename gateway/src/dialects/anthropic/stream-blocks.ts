/** The content blocks of one server stream: which are open, what each has gathered, and the events they make. */

import { GatewayError, isObject, stringOf } from '#core'
import type { ChatEvent, JsonDraft, JsonObject, OpaqueState } from '#core'
import type { DecodeContext } from '../dialect.ts'
import { argumentsText, decodeAssistantBlock, inputOf } from './blocks.ts'
import { decodeCitation } from './citations.ts'
import { mintedId } from './response.ts'

type Block =
  | { readonly kind: 'text'; readonly index: number }
  | { readonly kind: 'thinking'; readonly index: number; signature: string }
  /** `whole` is what the start brought already; it counts only when no fragment follows. */
  | { readonly kind: 'call'; readonly index: number; readonly whole: string; fragments: boolean }
  /** A block only this dialect can say: gathered, and handed out whole. */
  | { readonly kind: 'native'; readonly value: JsonDraft; input: string }

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

  start(at: number, wire: JsonObject): void {
    // Some servers repeat the start of a block that is open.
    if (!this.#open.has(at)) this.#open.set(at, this.#begin(wire))
  }

  delta(at: number, delta: JsonObject): void {
    const type = stringOf(delta['type'])
    const block = this.#open.get(at) ?? this.#unannounced(at, type)
    switch (type) {
      case 'text_delta':
        return this.#text(block, stringOf(delta['text']) ?? '')
      case 'input_json_delta':
        return this.#input(block, stringOf(delta['partial_json']) ?? '')
      case 'thinking_delta':
        return this.#thinking(block, stringOf(delta['thinking']) ?? '')
      case 'signature_delta':
        if (block.kind === 'thinking') block.signature += stringOf(delta['signature']) ?? ''
        return
      case 'citations_delta':
        if (block.kind === 'text' && isObject(delta['citation'])) {
          this.#emit({ type: 'citation', index: block.index, citation: decodeCitation(delta['citation']) })
        }
        return
      default:
        if (block.kind === 'native') mergeDelta(block.value, delta)
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

  #begin(wire: JsonObject): Block {
    switch (wire['type']) {
      case 'text':
        return this.#beginText(stringOf(wire['text']) ?? '')
      case 'thinking':
        return this.#beginThinking(stringOf(wire['thinking']) ?? '', stringOf(wire['signature']) ?? '')
      case 'tool_use':
        return this.#beginCall(wire)
      case 'redacted_thinking':
        return this.#beginRedacted(wire)
      default:
        return { kind: 'native', value: { ...wire }, input: '' }
    }
  }

  #beginText(text: string): Block {
    const index = this.#next++
    this.#emit({ type: 'text-start', index })
    if (text !== '') this.#emit({ type: 'text-delta', index, text })
    return { kind: 'text', index }
  }

  #beginThinking(text: string, signature: string): Block {
    const index = this.#next++
    this.#emit({ type: 'reasoning-start', index })
    if (text !== '') this.#emit({ type: 'reasoning-delta', index, text })
    return { kind: 'thinking', index, signature }
  }

  #beginRedacted(wire: JsonObject): Block {
    const index = this.#next++
    this.#emit({ type: 'reasoning-start', index, redacted: true })
    return { kind: 'thinking', index, signature: stringOf(wire['data']) ?? '' }
  }

  #beginCall(wire: JsonObject): Block {
    const index = this.#next++
    const part = decodeAssistantBlock(wire, (text) => this.#state(text))
    if (part.type !== 'tool-call')
      throw new GatewayError('bad-answer', 'The provider sent a tool call that is none.')
    this.sawCall = true
    this.#emit({
      type: 'tool-call-start',
      index,
      id: part.id === '' ? mintedId(this.#context, index) : part.id,
      name: part.name,
      ...(part.extras === undefined ? {} : { extras: part.extras }),
    })
    // `{}` here is a placeholder for what the fragments will bring.
    const input = wire['input']
    const empty = isObject(input) && Object.keys(input).length === 0
    return { kind: 'call', index, whole: empty ? '' : argumentsText(input), fragments: false }
  }

  /** Some servers skip the start of plain blocks. */
  #unannounced(at: number, type: string | undefined): Block {
    if (type === 'input_json_delta') {
      throw new GatewayError('bad-answer', 'The provider sent tool arguments for a call it never began.')
    }
    const thinking = type === 'thinking_delta' || type === 'signature_delta'
    const known = thinking || type === 'text_delta' || type === 'citations_delta'
    if (!known) return { kind: 'native', value: {}, input: '' }
    const block = thinking ? this.#beginThinking('', '') : this.#beginText('')
    this.#open.set(at, block)
    return block
  }

  #text(block: Block, text: string): void {
    if (block.kind === 'text') {
      if (text !== '') this.#emit({ type: 'text-delta', index: block.index, text })
    } else if (block.kind === 'native') {
      block.value['text'] = (stringOf(block.value['text']) ?? '') + text
    }
  }

  #thinking(block: Block, text: string): void {
    if (block.kind === 'thinking' && text !== '')
      this.#emit({ type: 'reasoning-delta', index: block.index, text })
  }

  #input(block: Block, json: string): void {
    if (json === '') return
    if (block.kind === 'native') block.input += json
    if (block.kind !== 'call') return
    block.fragments = true
    this.#emit({ type: 'tool-call-delta', index: block.index, arguments: json })
  }

  #close(block: Block): void {
    switch (block.kind) {
      case 'text':
        return this.#emit({ type: 'text-end', index: block.index })
      case 'thinking':
        return this.#emit({
          type: 'reasoning-end',
          index: block.index,
          ...(block.signature === '' ? {} : { opaque: this.#state(block.signature) }),
        })
      case 'call':
        if (!block.fragments && block.whole !== '') {
          this.#emit({ type: 'tool-call-delta', index: block.index, arguments: block.whole })
        }
        return this.#emit({ type: 'tool-call-end', index: block.index })
      case 'native':
        if (block.input !== '') block.value['input'] = inputOf(block.input)
        return this.#emit({
          type: 'part',
          index: this.#next++,
          part: { type: 'native', dialect: 'anthropic', value: block.value },
        })
    }
  }

  #state(text: string): OpaqueState {
    return { issuer: this.#context.provider, value: text }
  }
}

/** Fields a delta brings for a gathered block: pieces of text are joined, anything else replaces. */
function mergeDelta(value: JsonDraft, delta: JsonObject): void {
  for (const key of Object.keys(delta)) {
    const piece = delta[key]
    if (key === 'type' || key === '__proto__' || piece === undefined) continue
    const before = value[key]
    value[key] = typeof before === 'string' && typeof piece === 'string' ? before + piece : piece
  }
}
