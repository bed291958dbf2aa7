/** Paths in which a client's name of a model stands. */

import { GatewayError } from '#core'
import type { Address } from '#dialects'

/** Servers decode a slash, or take the other one for it, before they walk up. */
const STEP = /(?:\/|%2f|%5c)\.\.(?:\/|%2f|%5c|\?|$)/i

/**
 * The path as it is, where it leads nowhere but down. Throws `invalid-request`: a name like `../..` would ask something else of the provider
 * than what this gateway opened, with the gateway's own key.
 */
export function plainPath<Path extends string | undefined>(path: Path): Path {
  if (path === undefined || !path.includes('..') || !STEP.test(path)) return path
  throw new GatewayError('invalid-request', 'The name of the model steps out of where models are.', {
    param: 'model',
  })
}

/** Throws `invalid-request` for half a character (a lone surrogate), which no URL can say. */
export function sayable(
  path: ((address: Address) => string | undefined) | undefined,
  address: Address,
): string | undefined {
  try {
    return path?.(address)
  } catch (fault) {
    if (!(fault instanceof URIError)) throw fault
    throw new GatewayError('invalid-request', 'The name of the model has half a character in it.', {
      param: 'model',
      cause: fault,
    })
  }
}
