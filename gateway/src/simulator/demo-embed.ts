/** The demo's embeddings: unit vectors drawn from a hash of the text, so that the same text is always in the same place. */

import { GatewayError, type EmbedOperation, type EmbedRequest, type JsonObject, type Vector } from '#core'
import type { Address, Dialect } from '#dialects'

const WIDTH = 8
/** What a request may ask for; more would only burn memory. */
const WIDEST = 4096
/** Characters per token, about. */
const TOKEN = 4

/** Throws what is wrong with the question. */
export function demoEmbeddings(
  dialect: Dialect,
  operation: EmbedOperation,
  body: JsonObject,
  address?: Address,
): JsonObject {
  const codec = dialect.embed
  if (codec === undefined) throw new GatewayError('not-implemented', 'This dialect has no embeddings.')
  codec.check(body, operation, address)
  const request = codec.decodeRequest(body, operation, address)
  const width = request.dimensions ?? WIDTH
  if (width > WIDEST) {
    throw new GatewayError('invalid-request', `At most ${WIDEST} dimensions.`, { param: 'dimensions' })
  }
  const texts = textsOf(request)
  const inputTokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / TOKEN), 0)
  const response = {
    vectors: texts.map((text) => demoVector(text, width)),
    usage: { inputTokens, outputTokens: 0 },
  }
  return codec.encodeResponse(response, { request, operation, elapsedMs: () => 0 })
}

function textsOf({ input }: EmbedRequest): readonly string[] {
  switch (input.type) {
    case 'texts':
      return input.texts
    case 'tokens':
      return input.tokens.map((ids) => ids.join(' '))
    case 'native':
      throw new GatewayError('invalid-request', 'The demo embeds nothing but texts.')
  }
}

export function demoVector(text: string, width: number): Vector {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  const raw = Array.from({ length: width }, () => {
    // Xorshift: zero would stay zero for ever, so it is kept away from.
    state ||= 1
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x8000_0000 - 1
  })
  const length = Math.hypot(...raw) || 1
  return raw.map((value) => value / length)
}
