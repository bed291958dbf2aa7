/**
 * Asks a second time when the first content of a stream is late: later than 95 of the last 100 were for that model. The first to commit
 * wins, the other is cancelled. Bounded to a small share of requests, and never while a provider limits us (The Tail at Scale; gRPC's
 * hedging with its throttle).
 */

import { asGatewayError, type Clock } from '#core'
import type { Answer } from '../answer.ts'
import { Cancellation } from '../cancellation.ts'
import { type Exchange, isAt, type Target } from '../exchange.ts'
import type { RetryBudget } from '../retry-budget.ts'
import type { Observer } from '../settle.ts'
import type { Call, Step } from '../step.ts'

export interface HedgeParts {
  readonly clock: Clock
  readonly budget: RetryBudget
  /** Milliseconds after which the first content of this target is late; undefined while too little is known. */
  readonly lateAfterMs: (target: Target) => number | undefined
  /** A target that should not be asked twice now. */
  readonly throttled: (target: Target) => boolean
  readonly observer: Observer
}

export function hedge(parts: HedgeParts): Step {
  return (next) => (exchange) => {
    const { target, head, rewritten } = exchange
    // Whoever goes on with an answer is asked in a way made for it alone.
    if (target === undefined || !head.stream || rewritten) return next(exchange)
    parts.budget.onRequest()
    const afterMs = parts.lateAfterMs(target)
    return afterMs === undefined ? next(exchange) : new Race(exchange, target, next, parts).run(afterMs)
  }
}

interface Runner {
  readonly fork: Exchange
  /** Monotonic milliseconds. */
  readonly begunAt: number
  readonly stop: () => void
}

class Race {
  readonly #exchange: Exchange
  readonly #target: Target
  readonly #next: Call
  readonly #parts: HedgeParts
  #runners: Runner[] = []
  #failure: unknown
  #running = 0
  #over = false
  readonly #begunAt: number
  readonly #attemptsBefore: number

  constructor(exchange: Exchange, target: Target, next: Call, parts: HedgeParts) {
    this.#exchange = exchange
    this.#target = target
    this.#next = next
    this.#parts = parts
    this.#begunAt = parts.clock.now()
    this.#attemptsBefore = exchange.attempts.length
  }

  run(afterMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        this.#over = true
        timer.cancel()
        end()
      }
      const start = async (target: Target): Promise<void> => {
        const runner = this.#runner(target)
        this.#running++
        try {
          const answer = await this.#next(runner.fork)
          if (this.#over) return
          this.#won(runner, answer)
          finish(() => resolve(answer))
        } catch (thrown) {
          runner.stop()
          this.#running--
          // The one that was asked for says why; a hedge that fails is as if it had never been.
          if (target === this.#target || this.#failure === undefined) this.#failure = thrown
          if (this.#over || this.#running > 0) return
          this.#copyBack(runner)
          finish(() => reject(asGatewayError(this.#failure)))
        }
      }
      const timer = this.#parts.clock.timer(afterMs, () => {
        const second = this.#second()
        if (second === undefined) return
        this.#parts.observer.onHedge?.(this.#exchange, second)
        void start(second)
      })
      void start(this.#target)
    })
  }

  /** What waits in the line of the gateway is not late: a second one would only make the line longer. */
  get #isSent(): boolean {
    return this.#exchange.attempts.length > this.#attemptsBefore
  }

  /** Another target of the route that nobody has asked yet where there is one, else the same again. */
  #second(): Target | undefined {
    const { budget, throttled } = this.#parts
    if (this.#over || !this.#isSent || throttled(this.#target)) return undefined
    const { route, attempts } = this.#exchange
    const others = route?.targets.filter((other) => !attempts.some((attempt) => isAt(attempt, other))) ?? []
    const second =
      others.find((other) => this.#exchange.mayAskBeside?.(other) === true && !throttled(other)) ??
      this.#target
    return budget.take() ? second : undefined
  }

  #runner(target: Target): Runner {
    const cancellation = new Cancellation()
    const stop = this.#exchange.cancellation.listen(() => cancellation.cancel())
    const fork = this.#exchange.fork(undefined, cancellation)
    fork.target = target
    fork.hasAlternative = this.#exchange.hasAlternative
    fork.mayContinue = this.#exchange.mayContinue
    const runner = { fork, stop, begunAt: this.#parts.clock.now() }
    this.#runners.push(runner)
    return runner
  }

  #won(winner: Runner, answer: Answer): void {
    for (const loser of this.#runners) {
      if (loser === winner) continue
      loser.stop()
      loser.fork.cancellation.cancel()
      this.#parts.observer.onHedgeLost?.(this.#exchange, loser.fork.target ?? this.#target)
    }
    if (answer.type === 'stream') answer.stream.whenOver(() => winner.stop())
    else winner.stop()
    this.#copyBack(winner)
  }

  /** What passed before the second call was a wait for the first one. */
  #copyBack({ fork, begunAt }: Runner): void {
    this.#exchange.waitedMs += begunAt - this.#begunAt + fork.waitedMs
    this.#exchange.queuedMs += fork.queuedMs
    this.#exchange.tried(...fork.triedKeys)
  }
}
