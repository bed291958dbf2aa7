/** What to tell a client that showed no key at all. */

import type { IncomingHttpHeaders } from 'node:http'

/** A signature proves something only to who has the same secret: Amazon, not this gateway. */
export function lackOf({ authorization }: IncomingHttpHeaders): string {
  return (authorization ?? '').startsWith('AWS4-')
    ? 'This gateway cannot check AWS signatures: send its key as bearer token (AWS_BEARER_TOKEN_BEDROCK) or as x-api-key.'
    : 'This gateway needs a key: send it as x-api-key, as x-goog-api-key or as bearer token.'
}
