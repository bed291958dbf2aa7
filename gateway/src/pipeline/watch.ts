/** Steps that look on: they see each call begin and end, perhaps keep it waiting or turn it away, and never change its answer. */

import { asGatewayError, type GatewayError } from '#core'
import type { Answer } from './answer.ts'
import type { Exchange, Target } from './exchange.ts'
import type { Step } from './step.ts'

/** One call that is being watched. Exactly one of the last two is told, once. */
export interface Watch {
  /** A provider was asked. */
  asked?(): void
  answered(answer: Answer): void
  failed(error: GatewayError): void
}

/** Throws what turns the call away. */
export type Watcher = (exchange: Exchange, target: Target) => Watch | Promise<Watch>

/** First watcher outermost, as with steps. Together they cost each call one promise, and not one each. */
export function watched(watchers: readonly Watcher[]): Step {
  return (next) => async (exchange) => {
    const { target, attempts } = exchange
    if (target === undefined) return next(exchange)
    const watches: Watch[] = []
    let answer: Answer
    try {
      for (let at = 0; at < watchers.length; at++) {
        const watch = watchers[at]?.(exchange, target)
        // Waiting for what is there costs a turn of the loop's queue.
        if (watch !== undefined) watches.push(watch instanceof Promise ? await watch : watch)
      }
      const before = attempts.length
      const calling = next(exchange)
      if (attempts.length > before) for (let at = 0; at < watches.length; at++) watches[at]?.asked?.()
      answer = await calling
    } catch (thrown) {
      const error = asGatewayError(thrown)
      for (let at = watches.length - 1; at >= 0; at--) watches[at]?.failed(error)
      throw thrown
    }
    for (let at = watches.length - 1; at >= 0; at--) watches[at]?.answered(answer)
    return answer
  }
}
