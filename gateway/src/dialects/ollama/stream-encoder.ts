/**
 * Events made lines of an Ollama stream. Text is the hot path: it is written by concatenation around one JSON string.
 * A call goes out as one line when it is complete, before the last line: clients stop reading at `done:true`.
 */

import { objectOf, parseJson, stringOf } from '#core'
import type {
  ChatEvent,
  FinishEvent,
  GatewayError,
  JsonObject,
  NoteSink,
  Part,
  TokenProbability,
  Usage,
} from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { pausedTurn } from '../paused-turn.ts'
import { errors } from './errors.ts'
import { bareBase64 } from './image.ts'
import { encodeLogprobs } from './logprobs.ts'
import { noPlace, onceEach } from './loss.ts'
import { encodeLast } from './response.ts'
import { timestamp } from './timestamp.ts'
import { argumentsJson, parseArguments } from './tool-arguments.ts'

export function streamEncoder(context: AnswerContext): StreamEncoder {
  return new OllamaStreamEncoder(context)
}

interface OpenCall {
  readonly id: string
  readonly name: string
  arguments: string
}

class OllamaStreamEncoder implements StreamEncoder {
  #context: AnswerContext
  readonly #note: NoteSink
  readonly #generate: boolean
  #head: string
  /** Of the provider's own lines. */
  #named = false
  readonly #textOpen: string
  readonly #textClose: string
  readonly #thinkingOpen: string
  readonly #calls = new Map<number, OpenCall>()
  #millisecond = -1
  #stamp = ''
  #half = ''
  #firstMs: number | undefined
  #usage: Usage | undefined
  #ended = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#note = onceEach(context.note)
    this.#generate = context.request.operation === 'generate'
    this.#head = headOf(context.model)
    this.#textOpen = this.#generate ? '","response":' : '","message":{"role":"assistant","content":'
    this.#textClose = this.#generate ? ',"done":false}\n' : '},"done":false}\n'
    this.#thinkingOpen = `${this.#textOpen}"","thinking":`
  }

  push(event: ChatEvent): string {
    if (this.#ended) return ''
    switch (event.type) {
      case 'text-delta':
        return event.probabilities === undefined
          ? this.#prose(this.#textOpen, event.text, this.#textClose)
          : this.#weighed(event.text, event.probabilities)
      case 'reasoning-delta':
        return this.#prose(this.#thinkingOpen, event.text, this.#textClose)
      case 'text-end':
        return this.#flush(this.#textOpen)
      case 'reasoning-end':
        if (event.opaque !== undefined) this.#note(noPlace('reasoning state'))
        return this.#flush(this.#thinkingOpen)
      case 'citation':
        this.#note(noPlace('citations'))
        return ''
      case 'tool-call-start':
        this.#calls.set(event.index, { id: event.id, name: event.name, arguments: '' })
        return ''
      case 'tool-call-delta': {
        const call = this.#calls.get(event.index)
        if (call !== undefined) call.arguments += event.arguments
        return ''
      }
      case 'tool-call-end':
        return this.#call(event.index)
      case 'part':
        return this.#part(event.part)
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        return event.reason === 'pause' ? this.#error(pausedTurn()) : this.#last(event)
      case 'error':
        return this.#error(event.error)
      case 'start':
      case 'text-start':
      case 'reasoning-start':
        return ''
    }
  }

  /** All lines of an answer name one model. */
  passed(events: readonly ChatEvent[], raw: Buffer): void {
    if (!this.#named) this.#nameAs(raw)
    for (const event of events) this.push(event)
  }

  #nameAs(raw: Buffer): void {
    const [line = ''] = raw.toString('utf8').trimStart().split('\n', 1)
    const model = stringOf(objectOf(parseJson(line))?.['model'])
    this.#named = line !== ''
    if (model === undefined) return
    this.#context = { ...this.#context, model }
    this.#head = headOf(model)
  }

  keepAlive(): string {
    return this.#ended ? '' : `${this.#open()}${this.#textOpen}""${this.#textClose}`
  }

  #error(error: GatewayError): string {
    this.#ended = true
    return `${JSON.stringify(errors.encode(error, this.#context.exchangeId).body)}\n`
  }

  #prose(open: string, delta: string, close: string): string {
    let text = this.#half + delta
    this.#half = ''
    // Never cut inside a surrogate pair: half of one is no valid UTF-8 for anybody who prints line by line.
    const last = text.charCodeAt(text.length - 1)
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#half = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (text === '' && close === this.#textClose) return ''
    return this.#open() + open + JSON.stringify(text) + close
  }

  #weighed(text: string, tokens: readonly TokenProbability[]): string {
    const logprobs = `,"logprobs":${JSON.stringify(encodeLogprobs(tokens))}`
    const close = this.#generate ? `${logprobs},"done":false}\n` : `}${logprobs},"done":false}\n`
    return this.#prose(this.#textOpen, text, close)
  }

  #flush(open: string): string {
    const half = this.#half
    if (half === '') return ''
    this.#half = ''
    return this.#open() + open + JSON.stringify(half) + this.#textClose
  }

  #call(index: number): string {
    const call = this.#calls.get(index)
    if (call === undefined) return ''
    this.#calls.delete(index)
    if (this.#generate) {
      this.#note({ kind: 'unsupported', field: 'tool_calls', reason: 'a prompt completion has no calls' })
      return ''
    }
    if (parseArguments(call.arguments) === undefined) {
      this.#note({
        kind: 'changed',
        field: 'tool_calls[].arguments',
        reason: 'the arguments are no JSON object',
      })
    }
    const called = `{"name":${JSON.stringify(call.name)},"arguments":${argumentsJson(call.arguments)}}`
    const calls = `"","tool_calls":[{"id":${JSON.stringify(call.id)},"function":${called}}]`
    return this.#open() + this.#textOpen + calls + this.#textClose
  }

  #part(part: Part): string {
    if (!this.#generate && part.type === 'media' && part.kind === 'image' && part.source.type === 'base64') {
      const images = `"","images":[${JSON.stringify(bareBase64(part.source.data))}]`
      return this.#open() + this.#textOpen + images + this.#textClose
    }
    this.#note(noPlace(part.type))
    return ''
  }

  #last(finish: FinishEvent): string {
    let text = this.#flush(this.#textOpen)
    // A call that its upstream never closed is still a call.
    for (const index of this.#calls.keys()) text += this.#call(index)
    this.#ended = true
    const silence: JsonObject = this.#generate
      ? { response: '' }
      : { message: { role: 'assistant', content: '' } }
    const last = encodeLast(
      silence,
      { finish, usage: this.#usage, firstMs: this.#firstMs ?? 0 },
      this.#context,
    )
    return `${text}${JSON.stringify(last)}\n`
  }

  /** The line up to its content. Remembers when the first content went out. */
  #open(): string {
    const elapsed = this.#context.elapsedMs()
    this.#firstMs ??= elapsed
    const now = Math.floor(this.#context.startedAt + elapsed)
    if (now !== this.#millisecond) {
      this.#millisecond = now
      this.#stamp = timestamp(now)
    }
    return this.#head + this.#stamp
  }
}

function headOf(model: string): string {
  return `{"model":${JSON.stringify(model)},"created_at":"`
}
