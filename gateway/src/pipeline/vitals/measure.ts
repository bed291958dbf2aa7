/** The step that measures calls: under way until the provider's side is over, good or bad by the error table. */

import { asGatewayError, type GatewayError } from '#core'
import type { Answer } from '../answer.ts'
import type { Step } from '../step.ts'
import type { CallVitals, RoadVitals } from './road-vitals.ts'

export function measure(vitals: RoadVitals): Step {
  return (next) => async (exchange) => {
    if (exchange.target === undefined) return next(exchange)
    const call = vitals.begin(exchange.target)
    let answer: Answer
    try {
      answer = await next(exchange)
    } catch (thrown) {
      call.ended(outcomeOf(asGatewayError(thrown)))
      throw thrown
    }
    call.committed()
    if (answer.type === 'stream') answer.stream.whenOver((error) => call.ended(outcomeOf(error)))
    else call.ended('good')
    return answer
  }
}

/** What the caller did wrong, or gave up, says nothing about the target. */
function outcomeOf(error: GatewayError | undefined): Parameters<CallVitals['ended']>[0] {
  if (error === undefined) return 'good'
  return error.traits.counts ? 'bad' : 'neutral'
}
