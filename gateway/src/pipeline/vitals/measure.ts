/** Measures calls: under way until the provider's side is over, good or bad by the error table. */

import type { GatewayError } from '#core'
import type { Answer } from '../answer.ts'
import type { Watch, Watcher } from '../watch.ts'
import type { CallVitals, RoadVitals } from './road-vitals.ts'

export function measure(vitals: RoadVitals): Watcher {
  return (_exchange, target) => new Measured(vitals.begin(target))
}

class Measured implements Watch {
  readonly #call: CallVitals

  constructor(call: CallVitals) {
    this.#call = call
  }

  answered(answer: Answer): void {
    if (answer.type !== 'stream') return this.#call.answered()
    this.#call.committed()
    answer.stream.whenOver((error) => this.#call.ended(outcomeOf(error)))
  }

  failed(error: GatewayError): void {
    this.#call.ended(outcomeOf(error))
  }
}

/** What the caller did wrong, or gave up, says nothing about the target. */
function outcomeOf(error: GatewayError | undefined): Parameters<CallVitals['ended']>[0] {
  if (error === undefined) return 'good'
  return error.traits.counts ? 'bad' : 'neutral'
}
