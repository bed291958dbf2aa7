/** Which error lets which other target be asked. The error table says whether any may; here stands what a target must have. */

import type { GatewayError } from '#core'
import type { Target } from '../../exchange.ts'
import type { ModelFacts } from '../model-facts.ts'

/** Another model of the same account would meet with the same. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set(['provider-authentication', 'billing'])

export interface Failure {
  readonly error: GatewayError
  readonly target: Target
}

export function mayFollow(
  { error, target }: Failure,
  next: Target,
  declared: boolean,
  models: ModelFacts,
): boolean {
  if (error.type === 'context-length') return isRoomier(next, target, declared, models)
  return !(OF_THE_ACCOUNT.has(error.type) && next.provider === target.provider)
}

/** Where a window is not known, only whoever was named for the purpose is asked. */
function isRoomier(next: Target, target: Target, declared: boolean, models: ModelFacts): boolean {
  const [there, here] = [models.contextOf(next), models.contextOf(target)]
  return there === undefined || here === undefined ? declared : there > here
}
