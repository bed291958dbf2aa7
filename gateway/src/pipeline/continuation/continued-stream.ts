/**
 * A stream that does not end where its provider does: when it breaks off after commit, another target goes on with the text (design
 * law 4). What cannot be gone on with, a tool call above all, is told as the error it is.
 */

import { asGatewayError, type ChatEvent, GatewayError, type Usage } from '#core'
import type { Answer, AnswerStream, EndListener, StreamAnswer, StreamReader } from '../answer.ts'
import { type Exchange, isAt, type Target } from '../exchange.ts'
import type { Observer } from '../settle.ts'
import type { Call } from '../step.ts'
import { lastUsage } from '../whole-body.ts'
import { askToGoOn, type Way, waysFor } from './ask-to-go-on.ts'
import { Joiner } from './joiner.ts'
import { Said } from './said.ts'

export interface ContinuationParts {
  readonly exchange: Exchange
  readonly next: Call
  /** Who may go on, in order; asked when it is needed. */
  readonly others: (error: GatewayError) => readonly Target[]
  readonly observer: Observer
}

export class ContinuedStream implements AnswerStream {
  readonly continues = true
  readonly #first: StreamAnswer
  readonly #parts: ContinuationParts
  readonly #said = new Said()
  #now: AnswerStream
  #from: Target
  /** In whose name the stream that goes on is asked for; what the stream that is read now has told of its own use. */
  #asking: Exchange | undefined
  #used: Usage | undefined
  #others: Target[] | undefined
  #reader: StreamReader | undefined
  #paused = false
  /** The stream that is read now has ended and another one is being asked for. */
  #between = false
  #end: { readonly error: GatewayError | undefined } | undefined
  readonly #listeners: EndListener[] = []

  constructor(first: StreamAnswer, parts: ContinuationParts) {
    this.#first = first
    this.#now = first.stream
    this.#from = first.target
    this.#parts = parts
  }

  read(reader: StreamReader): void {
    this.#reader = reader
    const { lane } = this.#first
    this.#first.stream.read({
      onEvents: (events, raw) => {
        const failure = this.#failureIn(events)
        if (failure === undefined) {
          this.#said.note(events)
          return reader.onEvents(events, raw)
        }
        // In the lane of bytes, what stands beside the failure has not gone out and will not.
        const good = lane === 'same' ? [] : beforeFailure(events)
        this.#said.note(good)
        this.#used = lastUsage(events) ?? this.#said.usage
        if (good.length > 0) reader.onEvents(good, undefined)
        this.#goOn(failure)
      },
      onOver: () => this.#ended(),
    })
  }

  pause(): void {
    this.#paused = true
    this.#now.pause()
  }

  resume(): void {
    this.#paused = false
    this.#now.resume()
  }

  whenOver(listener: EndListener): void {
    if (this.#end === undefined) this.#listeners.push(listener)
    else listener(this.#end.error)
  }

  /** What broke the stream, if somebody else may go on. */
  #failureIn(events: readonly ChatEvent[]): GatewayError | undefined {
    const last = events.at(-1)
    if (last?.type !== 'error') return undefined
    const { error } = last
    const { cancellation } = this.#parts.exchange
    const mendable = error.traits.blame === 'provider' && error.traits.next !== 'never'
    return mendable && this.#said.canGoOn && !cancellation.cancelled ? error : undefined
  }

  #goOn(error: GatewayError): void {
    this.#between = true
    // Each call is charged with what it used itself; the client is told the sum.
    const asking = this.#asking ?? this.#parts.exchange
    asking.tellUsage(this.#used)
    this.#noteUsed()
    this.#used = undefined
    this.#others ??= [...this.#parts.others(error)]
    void this.#ask(error, this.#others)
  }

  async #ask(error: GatewayError, others: Target[]): Promise<void> {
    for (let target = others.shift(); target !== undefined; target = others.shift()) {
      for (const way of waysFor(target.provider.traits(target.model))) {
        try {
          const fork = this.#fork(target, way, error, others.length > 0)
          if (fork !== undefined) return this.#join(await this.#parts.next(fork), fork, target)
        } catch (thrown) {
          const refusal = asGatewayError(thrown)
          if (refusal.type === 'cancelled') return this.#finish(refusal)
          // Only a refusal of the request itself may be one of the way it was asked.
          if (refusal.traits.blame !== 'caller') break
        }
      }
    }
    this.#tell(error)
  }

  /** Undefined when this way leads nowhere. */
  #fork(target: Target, way: Way, error: GatewayError, hasAlternative: boolean): Exchange | undefined {
    const { exchange, observer } = this.#parts
    const request = askToGoOn(exchange.request, this.#said.text, way)
    if (request === undefined) return undefined
    observer.onContinued?.(exchange, this.#from, target, error)
    const fork = exchange.apart(exchange.cancellation, request)
    fork.target = target
    // A client stands in the middle of an answer: nobody is waited for while another can go on.
    fork.hasAlternative = hasAlternative
    fork.goesOnWhenFull = hasAlternative
    return fork
  }

  #join(answer: Answer, asking: Exchange, from: Target): void {
    this.#between = false
    this.#from = from
    this.#asking = asking
    const reader = this.#reader
    const joiner = new Joiner(this.#said)
    reader?.onContinued?.()
    if (answer.type === 'whole') {
      this.#used = lastUsage(answer.events)
      reader?.onEvents(joiner.push(answer.events), undefined)
      return this.#finish(undefined)
    }
    // A request for a chat stream is answered by events, whole or one by one.
    if (answer.type !== 'stream')
      return this.#tell(new GatewayError('internal', 'A stream was not continued by one.'))
    this.#now = answer.stream
    if (this.#paused) this.#now.pause()
    this.#now.read({
      onEvents: (events) => {
        this.#used = lastUsage(events) ?? this.#used
        const failure = this.#failureIn(events)
        const joined = joiner.push(failure === undefined ? events : beforeFailure(events))
        if (joined.length > 0) reader?.onEvents(joined, undefined)
        if (failure !== undefined) this.#goOn(failure)
      },
      onOver: () => this.#ended(),
    })
  }

  #noteUsed(): void {
    const attempt = this.#parts.exchange.attempts.findLast((one) => isAt(one, this.#from))
    // The first word counts.
    if (attempt !== undefined) attempt.own ??= { usage: this.#used }
  }

  #ended(): void {
    if (!this.#between) this.#finish(undefined)
  }

  #tell(error: GatewayError): void {
    this.#between = false
    this.#reader?.onEvents([{ type: 'error', error }], undefined)
    this.#finish(error)
  }

  #finish(error: GatewayError | undefined): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#between = false
    this.#asking?.tellUsage(this.#used)
    if (this.#asking !== undefined) this.#noteUsed()
    for (const listener of this.#listeners.splice(0)) listener(error)
    this.#reader?.onOver()
  }
}

/** What was said before the failure that is told last. A text that is closed for the failure's sake stays open: it is gone on with. */
function beforeFailure(events: readonly ChatEvent[]): readonly ChatEvent[] {
  const last = events.findLastIndex(({ type }) => type !== 'error' && type !== 'usage')
  return events.filter(({ type }, at) => type !== 'error' && (type !== 'text-end' || at !== last))
}
