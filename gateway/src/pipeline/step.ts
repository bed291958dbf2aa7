/** The one shape of a step on the road. A step knows no neighbour. */

import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'

export type Call = (exchange: Exchange) => Promise<Answer>
export type Step = (next: Call) => Call

/** First step outermost: reads in the order a prompt meets them. */
export function stack(steps: readonly Step[], last: Call): Call {
  return steps.reduceRight((next, step) => step(next), last)
}
