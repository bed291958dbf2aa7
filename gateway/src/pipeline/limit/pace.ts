/** Stands around each call, so that the rate of a provider counts what is sent, retries too, and learns from each refusal. */

import { asGatewayError } from '#core'
import type { Answer } from '../answer.ts'
import { hasOtherKey } from '../breaker/cool-down.ts'
import type { Step } from '../step.ts'
import type { Limiter } from './limiter.ts'

export function pace(limiter: Limiter): Step {
  return (next) => async (exchange) => {
    const { target, attempts } = exchange
    if (target === undefined) return next(exchange)
    const gates = limiter.gatesOf(target.provider.name)
    const before = attempts.length
    const calling = next(exchange)
    if (attempts.length > before) {
      // The first call was counted when it was let through.
      if (!exchange.isCounted) gates.again()
      exchange.isCounted = false
    }
    let answer: Answer
    try {
      answer = await calling
    } catch (thrown) {
      // Where another key is left, it is the key that has come too often.
      if (asGatewayError(thrown).type === 'rate-limited' && !hasOtherKey(exchange, target))
        gates.rate?.refused()
      throw thrown
    }
    limiter.answered(target.provider.name)
    return answer
  }
}
