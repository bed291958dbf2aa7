/** The last step: one call to one target. Resolves at commit; whatever goes wrong before is a rejection. */

import { asGatewayError, GatewayError, HOP_HEADER, hopsWith } from '#core'
import type { Answer } from './answer.ts'
import { Attempt, type CallParts } from './attempt.ts'
import { outgoing } from './outgoing.ts'
import { headerText } from './route/header.ts'
import type { Call } from './step.ts'

export function call(parts: CallParts): Call {
  return (exchange) =>
    new Promise((resolve, reject) => {
      const asked = exchange.target
      if (asked === undefined) throw new GatewayError('internal', 'A call was made without a target.')
      const { provider, model } = asked
      const target =
        provider.forModel === undefined ? asked : { ...asked, provider: provider.forModel(model) }
      try {
        // What is not sent takes no key's turn, and nothing of any rate.
        if (exchange.cancellation.cancelled)
          throw new GatewayError('cancelled', 'The client left before its request was sent.')
        const request = outgoing(exchange, target)
        request.headers.push(HOP_HEADER, hopsWith(parts.instance, headerText(exchange.headers[HOP_HEADER])))
        // Routing knows the target by what it asked for, not by the face of the account that answers.
        const told = target === asked ? resolve : (answer: Answer) => resolve({ ...answer, routed: asked })
        new Attempt(exchange, target, parts, request, { resolve: told, reject }).begin()
      } catch (thrown) {
        reject(asGatewayError(thrown))
      }
    })
}
