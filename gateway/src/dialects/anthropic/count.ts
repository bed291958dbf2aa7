/** Token counting without an answer: its check, its request body, its reply. */

import { GatewayError, numberOf, objectOf } from '#core'
import type { JsonDraft, JsonObject } from '#core'
import type { CountCodec } from '../dialect.ts'
import { checkShape } from './check.ts'
import { encodeRequest } from './request.ts'

export const countTokens: CountCodec = {
  path: '/v1/messages/count_tokens',
  // A body to count has no `max_tokens` and never streams.
  check: (wire) => ({ model: checkShape(wire).model, stream: false }),
  body: countBody,
  write: (request, context) => countBody(encodeRequest(request, context), context.model),
  decode(wire) {
    const tokens = numberOf(objectOf(wire)?.['input_tokens'])
    if (tokens === undefined)
      throw new GatewayError('bad-answer', 'The provider answered without a token count.')
    return Math.round(tokens)
  },
  encode: (tokens) => ({ input_tokens: Math.max(0, Math.round(tokens)) }),
}

const REFUSED: ReadonlySet<string> = new Set([
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
  'container',
  'safeguards',
])

/** The same body without the fields the counting operation refuses. */
function countBody(wire: JsonObject, model: string): JsonObject {
  const body: JsonDraft = {}
  for (const key of Object.keys(wire)) {
    const value = wire[key]
    if (value !== undefined && !REFUSED.has(key) && key !== '__proto__') body[key] = value
  }
  body['model'] = model
  return body
}
