/** How urgent a request is: the `X-Priority` header, in any case. */

import { GatewayError } from '#core'

export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const

export type Priority = (typeof PRIORITIES)[number]

/** Throws `invalid-request` for another word. */
export function priorityOf(header: string | undefined): Priority {
  if (header === undefined) return 'normal'
  const word = header.toLowerCase()
  const known = PRIORITIES.find((priority) => priority === word)
  if (known !== undefined) return known
  throw new GatewayError('invalid-request', `X-Priority must be one of ${PRIORITIES.join(', ')}.`, {
    param: 'X-Priority',
  })
}
