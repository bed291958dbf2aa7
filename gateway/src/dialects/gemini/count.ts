/** Token counting without an answer: its check, its request body, its reply. */

import { GatewayError, isObject, numberOf, objectOf } from '#core'
import type { JsonObject } from '#core'
import type { CountCodec } from '../dialect.ts'
import { check } from './check.ts'
import { countPath } from './path.ts'
import { encodeRequest } from './request.ts'
import { camel, camelAt } from './wire.ts'

export const countTokens: CountCodec = {
  path: countPath,
  check(wire, address) {
    // What is to be counted is either the turns alone or a whole request inside.
    const inner =
      camelAt(wire, 'generateContentRequest') ?? camelAt(camel(wire), 'generateContentRequest') ?? wire
    const { maxOutputTokens: _, ...head } = check(inner, 'chat', address)
    return { ...head, stream: false }
  },
  body(wire, model) {
    const name = model.includes('/') ? model : `models/${model}`
    const body = camel(wire)
    const inner = body['generateContentRequest']
    if (!isObject(inner)) return withModel(body, name, body['model'] !== undefined)
    return { ...body, generateContentRequest: withModel(inner, name, true) }
  },
  asked: (wire) => objectOf(camel(wire)['generateContentRequest']) ?? wire,
  write(request, context) {
    const name = context.model.includes('/') ? context.model : `models/${context.model}`
    return { generateContentRequest: withModel(encodeRequest(request, context), name, true) }
  },
  decode(wire) {
    const tokens = numberOf(objectOf(wire)?.['totalTokens'])
    if (tokens === undefined)
      throw new GatewayError('bad-answer', 'The provider answered without a token count.')
    return Math.round(tokens)
  },
  encode: (tokens) => ({ totalTokens: Math.max(0, Math.round(tokens)) }),
}

/** A request inside a request must repeat the model that the path names. */
function withModel(request: JsonObject, name: string, needed: boolean): JsonObject {
  return needed ? { ...request, model: name } : request
}
