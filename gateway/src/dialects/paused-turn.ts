/** A turn that its provider paused for a tool of its own. Most languages can neither say that nor resume it: a false end would lose it. */

import { GatewayError } from '#core'

export function pausedTurn(): GatewayError {
  return new GatewayError(
    'not-implemented',
    'The model paused for a provider-run tool; this language cannot resume such a turn.',
  )
}
