/** What becomes of a hook's failure. */

import { GatewayError } from '#core'

/** A refusal is told as it is; anything else is a fault of the house, whose cause only the log sees. */
export function hookFault(middleware: string, hook: string, thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return new GatewayError('internal', `The middleware "${middleware}" failed in its hook "${hook}".`, {
    cause: thrown,
  })
}

export function lateHook(middleware: string, hook: string, limitMs: number): GatewayError {
  return new GatewayError(
    'internal',
    `The middleware "${middleware}" took longer than ${limitMs} ms in its hook "${hook}".`,
  )
}
