/** What the provider calls the request, under either of the names in use. */

import { Buffer } from 'node:buffer'
import type { HeaderReader } from '#dialects'

/** A copy: traces keep it, and a piece of the answer's head would keep all of that in memory. */
export function upstreamRequestId(header: HeaderReader): string | undefined {
  const id = header('request-id') ?? header('x-request-id')
  return id === undefined ? undefined : Buffer.from(id, 'latin1').toString('latin1')
}
