/**
 * Events in, events of the wire out, with all their scaffolding (pitfall 22): clients build their state from it and drop deltas
 * that have no item to go to. Deltas are most of a stream: they are put together from texts made once.
 */

import type { ChatEvent, FinishEvent, GatewayError, JsonObject, Usage } from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { pausedTurn } from '../paused-turn.ts'
import { Sequencer } from '../sequencer.ts'
import { errorEventOf, failureOf } from './failure.ts'
import { spareOf } from './extra-fields.ts'
import { encodeFinish } from './finish.ts'
import { OutputWriter, type Steps } from './output-writer.ts'
import { PassedBytes } from './passed-bytes.ts'
import { bodyOfBegun, type BodyState, responseBody } from './response-body.ts'

export class ResponseEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  readonly #sequencer = new Sequencer()
  readonly #writer: OutputWriter
  #text = ''
  #number = 0
  #begun = false
  #over = false
  #usage: Usage | undefined
  #passed: PassedBytes | undefined
  /** The one that the provider began. */
  #response: JsonObject | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    const steps: Steps = {
      step: (type, fields) => this.#step(type, fields),
      delta: (type, place, text) => this.#delta(type, place, text),
    }
    this.#writer = new OutputWriter(context, steps)
  }

  push(event: ChatEvent): string {
    if (this.#over || event.type === 'start') return ''
    if (!this.#begun) this.#begin()
    if (this.#passed !== undefined) this.#goOn(this.#passed, event.type !== 'error')
    for (const each of this.#sequencer.push(event)) this.#one(each)
    return this.#taken()
  }

  passed(events: readonly ChatEvent[], raw: Buffer): void {
    this.#begun = true
    this.#passed ??= new PassedBytes()
    this.#passed.read(raw)
    for (const event of events) {
      if (event.type === 'usage') this.#usage = event.usage
      for (const each of this.#sequencer.push(event)) this.#passed.note(each)
    }
  }

  /**
   * Comments do not reset every client's timer; this event does, and says nothing new. Among the provider's own events it would take
   * a number of theirs.
   */
  keepAlive(): string {
    if (this.#over) return ''
    if (this.#passed !== undefined) return ': keep-alive\n\n'
    if (this.#begun) this.#step('response.in_progress', this.#inProgress())
    else this.#begin()
    return this.#taken()
  }

  #taken(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  #begin(): void {
    this.#begun = true
    this.#step('response.created', this.#inProgress())
    this.#step('response.in_progress', this.#inProgress())
  }

  /** With the response that the provider's own bytes began, and with its open item where there is more to say. */
  #goOn(passed: PassedBytes, more: boolean): void {
    const { items, begun, says } = passed
    this.#passed = undefined
    this.#response = passed.response
    this.#number = passed.number
    this.#writer.goOn(items, more ? begun : undefined)
    if (more && says === 'text' && !this.#writer.speaks) this.#writer.push({ type: 'text-start', index: 0 })
  }

  #inProgress(): JsonObject {
    return { response: this.#body({ status: 'in_progress', output: [] }) }
  }

  #body(state: BodyState): JsonObject {
    const body = responseBody(this.#context, state)
    return this.#response === undefined ? body : bodyOfBegun(this.#response, body)
  }

  #one(event: ChatEvent): void {
    if (event.type === 'usage') this.#usage = event.usage
    else if (event.type === 'error') this.#fail(event.error)
    else if (event.type === 'finish') this.#finish(event)
    else this.#writer.push(event)
  }

  #finish(finish: FinishEvent): void {
    if (finish.reason === 'pause') return this.#fail(pausedTurn())
    const { status, reason } = encodeFinish(finish, this.#context.note)
    this.#writer.finish(finish, status)
    const state = { status, reason, output: this.#writer.items, usage: this.#usage }
    const response = { ...spareOf(finish), ...this.#body(state) }
    this.#step(`response.${status}`, { response })
    this.#over = true
  }

  /** Told twice, as OpenAI does: Codex passes the `error` event over, and others look at nothing else. */
  #fail(error: GatewayError): void {
    this.#step('error', { error: errorEventOf(error) })
    const output = this.#writer.items
    const state = { status: 'failed', error: failureOf(error), output, usage: this.#usage }
    this.#step('response.failed', { response: this.#body(state) })
    this.#over = true
  }

  #step(type: string, fields: JsonObject): void {
    const data = JSON.stringify({ type, sequence_number: this.#number++, ...fields })
    this.#text += `event: ${type}\ndata: ${data}\n\n`
  }

  #delta(type: string, place: string, text: string): void {
    const head = `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++},`
    this.#text += `${head}${place},"delta":${JSON.stringify(text)}}\n\n`
  }
}
