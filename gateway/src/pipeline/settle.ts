/** Sees every way out of the road and tells the observer, once per exchange, how it ended and what was used. */

import { asGatewayError, type ChatEvent, type Clock, type GatewayError, type Usage } from '#core'
import type {
  Answer,
  AnswerStream,
  BytesAnswer,
  EndListener,
  StreamReader,
  VectorAnswer,
  WholeAnswer,
} from './answer.ts'
import type { CircuitState } from './breaker/circuit.ts'
import type { Exchange, Target } from './exchange.ts'
import type { Step } from './step.ts'
import { lastUsage } from './whole-body.ts'

/** Listens to the road, never steers it; must neither throw nor wait. */
export interface Observer {
  onBegun?(exchange: Exchange): void
  onSettled?(exchange: Exchange, outcome: Outcome): void
  onFailover?(exchange: Exchange, from: Target, to: Target, error: GatewayError): void
  /** The exchange shares the call of another that asks the same. */
  onShared?(exchange: Exchange): void
  /** A second call was begun because the first content is late. */
  onHedge?(exchange: Exchange, target: Target): void
  /** The call that was slower; what it used is the price of the race. */
  onHedgeLost?(exchange: Exchange, target: Target): void
  onContinued?(exchange: Exchange, from: Target, to: Target, error: GatewayError): void
  onQueued?(exchange: Exchange, waitedMs: number): void
  onRetry?(exchange: Exchange, error: GatewayError, delayMs: number): void
  /** A provider refused for its rate or its quota. */
  onRateLimited?(exchange: Exchange, target: Target, error: GatewayError): void
  /** A circuit has opened, half opened or closed; `model` where each has one of its own. */
  onBreaker?(provider: string, model: string | undefined, state: CircuitState): void
}

export interface Outcome {
  readonly result: 'completed' | 'failed' | 'cancelled'
  readonly error?: GatewayError
  readonly usage?: Usage | undefined
  /** Milliseconds from the door to commit; absent when nothing was committed. */
  readonly firstContentMs?: number
  /** Milliseconds from the door to the end. */
  readonly totalMs: number
  /** What passed of an exchange that was only forwarded. */
  readonly forwarded?: ForwardedFacts
}

export interface ForwardedFacts {
  readonly bytesIn: number
  readonly bytesOut: number
  /** The provider's; absent when it did not answer. */
  readonly status?: number
}

export interface SettleParts {
  readonly clock: Clock
  readonly observer: Observer
}

export function settle({ clock, observer }: SettleParts): Step {
  return (next) => async (exchange) => {
    observer.onBegun?.(exchange)
    let answer: Answer
    try {
      answer = await next(exchange)
    } catch (thrown) {
      const error = asGatewayError(thrown)
      observer.onSettled?.(exchange, {
        result: error.type === 'cancelled' ? 'cancelled' : 'failed',
        error,
        totalMs: clock.now() - exchange.startedAt,
      })
      throw error
    }
    const firstContentMs = clock.now() - exchange.startedAt
    if (answer.type === 'stream') {
      return {
        ...answer,
        stream: new SettledStream(answer.stream, exchange, clock, observer, firstContentMs),
      }
    }
    const usage = usageOf(answer)
    exchange.tellUsage(usage)
    observer.onSettled?.(exchange, { result: 'completed', usage, firstContentMs, totalMs: firstContentMs })
    return answer
  }
}

/** A stream that takes note of its end on the way through. */
class SettledStream implements AnswerStream {
  readonly continues: boolean
  readonly #stream: AnswerStream
  readonly #exchange: Exchange
  readonly #clock: Clock
  readonly #observer: Observer
  readonly #firstContentMs: number
  #usage: Usage | undefined
  #error: GatewayError | undefined
  #finished = false

  constructor(
    stream: AnswerStream,
    exchange: Exchange,
    clock: Clock,
    observer: Observer,
    firstContentMs: number,
  ) {
    this.#stream = stream
    this.continues = stream.continues === true
    this.#exchange = exchange
    this.#clock = clock
    this.#observer = observer
    this.#firstContentMs = firstContentMs
  }

  read(reader: StreamReader): void {
    this.#stream.read({
      onEvents: (events, raw) => {
        this.#note(events)
        reader.onEvents(events, raw)
      },
      onContinued: () => reader.onContinued?.(),
      onOver: () => {
        this.#tell()
        reader.onOver()
      },
    })
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  whenOver(listener: EndListener): void {
    this.#stream.whenOver(listener)
  }

  #note(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type === 'usage') this.#usage = event.usage
      else if (event.type === 'finish') this.#finished = true
      else if (event.type === 'error') this.#error = event.error
    }
  }

  #tell(): void {
    const error = this.#error
    const usage = this.#usage
    this.#exchange.tellUsage(usage)
    this.#observer.onSettled?.(this.#exchange, {
      result: error !== undefined ? 'failed' : this.#finished ? 'completed' : 'cancelled',
      ...(error === undefined ? {} : { error }),
      usage,
      firstContentMs: this.#firstContentMs,
      totalMs: this.#clock.now() - this.#exchange.startedAt,
    })
  }
}

export function usageOf(answer: WholeAnswer | BytesAnswer | VectorAnswer): Usage | undefined {
  switch (answer.type) {
    case 'whole':
      return lastUsage(answer.events)
    case 'bytes':
      return answer.usage
    case 'vectors':
      return answer.response.usage
  }
}
