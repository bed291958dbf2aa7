/** Embeddings of more texts than the target takes in one request: it is asked in portions, and the client sees one answer. */

import { type Clock, type EmbedRequest, GatewayError, isEmbed, type Usage, type Vector } from '#core'
import type { VectorAnswer } from './answer.ts'
import { Cancellation } from './cancellation.ts'
import type { Exchange } from './exchange.ts'
import type { Call, Step } from './step.ts'

/** Asked for at the same time, each with a place of its own within the provider's limits. */
const AT_ONCE = 8

export function portions(clock: Clock): Step {
  return (next) => (exchange) => {
    const requests = portionsOf(exchange)
    if (requests.length < 2) return next(exchange)
    return new Batch(exchange, requests, next).asked(clock)
  }
}

function portionsOf(exchange: Exchange): readonly EmbedRequest[] {
  const { target, operation } = exchange
  if (target === undefined || !isEmbed(operation)) return []
  const provider = target.provider.forModel?.(target.model) ?? target.provider
  return provider.dialect.embed?.portions?.(exchange.embedRequest) ?? []
}

class Batch {
  readonly #exchange: Exchange
  readonly #requests: readonly EmbedRequest[]
  readonly #call: Call
  readonly #answers: VectorAnswer[] = []
  #begun = 0

  constructor(exchange: Exchange, requests: readonly EmbedRequest[], call: Call) {
    this.#exchange = exchange
    this.#requests = requests
    this.#call = call
  }

  /** The first failure is the failure of all, and the others are called off. */
  async asked(clock: Clock): Promise<VectorAnswer> {
    const cancellation = new Cancellation()
    const stop = this.#exchange.cancellation.listen(() => cancellation.cancel())
    const begunAt = clock.now()
    try {
      const workers = Array.from({ length: AT_ONCE }, () => this.#work(cancellation))
      await Promise.all(workers)
    } catch (thrown) {
      cancellation.cancel()
      throw thrown
    } finally {
      stop()
      this.#exchange.waitedMs += clock.now() - begunAt
    }
    return this.#joined()
  }

  async #work(cancellation: Cancellation): Promise<void> {
    while (this.#begun < this.#requests.length && !cancellation.cancelled) {
      const at = this.#begun++
      const request = this.#requests[at]
      if (request === undefined) return
      const part = this.#exchange.portion(request, cancellation)
      part.target = this.#exchange.target
      part.hasAlternative = this.#exchange.hasAlternative
      part.headerChanges = this.#exchange.headerChanges
      // The others stand in line behind the first: they have a place as soon as it is done.
      if (at > 0) part.goesOnWhenFull = false
      const answer = await this.#call(part)
      if (answer.type !== 'vectors') throw new GatewayError('bad-answer', 'The provider sent no vectors.')
      part.tellUsage(answer.response.usage)
      this.#answers[at] = answer
    }
  }

  #joined(): VectorAnswer {
    const [first] = this.#answers
    if (first === undefined || this.#answers.length < this.#requests.length)
      throw new GatewayError('cancelled', 'The client left before all texts were embedded.')
    const vectors = this.#answers.flatMap<Vector>(({ response }) => response.vectors ?? [])
    const usage = this.#answers.map(({ response }) => response.usage).reduce(sum)
    return { ...first, response: { vectors, ...(usage === undefined ? {} : { usage }) } }
  }
}

/** Embeddings have no other counters. */
function sum(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  }
}
