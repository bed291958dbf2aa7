/** Token counting without an answer. It takes the body of either way to ask a model, and costs nothing. */

import { GatewayError, invalid, isObject, numberOf, objectOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject } from '#core'
import { anthropic } from '../anthropic/index.ts'
import type { CountCodec, EncodeContext } from '../dialect.ts'
import { base64 } from './base64.ts'
import { check, headOf } from './check.ts'
import { familyOf } from './family.ts'
import { countPath } from './path.ts'
import { encodeRequest } from './request.ts'

export const countTokens: CountCodec = {
  path: countPath,
  check(wire, address) {
    const input = objectOf(wire['input']) ?? {}
    if (isObject(input['converse'])) check(input['converse'], 'chat', address)
    else if (!isObject(input['invokeModel']))
      throw invalid('input: must hold converse or invokeModel.', 'input')
    return { ...headOf(address), stream: false }
  },
  body: (wire) => wire,
  asked: (wire) => objectOf(objectOf(wire['input'])?.['converse']),
  write(request, context) {
    const claude = familyOf(context.model).claude === true
    return { input: claude ? claudeBody(request, context) : { converse: converseBody(request, context) } }
  },
  decode(wire) {
    const tokens = numberOf(objectOf(wire)?.['inputTokens'])
    if (tokens === undefined)
      throw new GatewayError('bad-answer', 'The provider answered without a token count.')
    return Math.round(tokens)
  },
  encode: (tokens) => ({ inputTokens: Math.max(0, Math.round(tokens)) }),
}

/** Claude is counted by its own body: counting a Converse body leaves the tools out. */
function claudeBody(request: ChatRequest, context: EncodeContext): JsonObject {
  const { model: _, stream: __, ...body } = anthropic.chat.encodeRequest(request, context)
  const whole = { anthropic_version: 'bedrock-2023-05-31', ...body }
  return { invokeModel: { body: base64(JSON.stringify(whole)) } }
}

const COUNTED = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'] as const

function converseBody(request: ChatRequest, context: EncodeContext): JsonObject {
  const body = encodeRequest(request, context)
  const counted: JsonDraft = {}
  for (const field of COUNTED) if (body[field] !== undefined) counted[field] = body[field]
  return counted
}
