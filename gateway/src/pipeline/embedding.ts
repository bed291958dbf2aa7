/** What is different on the road when embeddings are asked for: who can give them, and how an answer is held to the request. */

import { GatewayError, inputCount, type JsonValue } from '#core'
import type { BytesAnswer, VectorAnswer } from './answer.ts'
import { embedCodec } from './embed-codec.ts'
import type { Exchange, Lane, Target } from './exchange.ts'

/** Leaves out targets that cannot give what is asked. When none can, nobody is called. */
export function ableTargets(exchange: Exchange, targets: readonly Target[]): readonly Target[] {
  const able = targets.filter((target) => lacking(exchange, target) === undefined)
  const [first] = targets
  if (able.length > 0 || first === undefined) return able
  const names = targets.map(({ provider }) => `"${provider.name}"`).join(', ')
  const { what, param } = lacking(exchange, first) ?? { what: 'embeddings', param: 'model' }
  throw new GatewayError('invalid-request', `The capability "${what}" is missing: ${names} cannot do this.`, {
    param,
    code: 'missing_capability',
    details: { capability: what },
  })
}

export function canEmbed(exchange: Exchange, target: Target): boolean {
  return lacking(exchange, target) === undefined
}

function lacking(exchange: Exchange, target: Target): { what: string; param: string } | undefined {
  const provider = target.provider.forModel?.(target.model) ?? target.provider
  const codec = provider.dialect.embed
  if (codec === undefined || provider.path('embed') === undefined)
    return { what: 'embeddings', param: 'model' }
  const { type } = exchange.embedRequest.input
  if (type === 'tokens' && !codec.tokenInput) return { what: 'embeddings of token ids', param: 'input' }
  const foreign = type === 'native' && provider.dialect !== exchange.dialect
  return foreign ? { what: 'embeddings of anything but plain texts', param: 'content' } : undefined
}

/** Throws `bad-answer`, or `invalid-request` when the model would not give vectors of the asked width. */
export function vectorAnswer(
  exchange: Exchange,
  target: Target,
  lane: Lane,
  bytes: Buffer,
  wire: JsonValue,
): VectorAnswer | BytesAnswer {
  const response = embedCodec(target.provider.dialect).decodeResponse(wire)
  const { vectors } = response
  const { encoding, input, dimensions } = exchange.embedRequest
  // Base64 that was asked for and given as numbers: clients would take the list for nonsense.
  if (lane === 'same' && (vectors === undefined || encoding === 'float')) {
    return { type: 'bytes', target, lane, raw: bytes, usage: response.usage }
  }
  if (vectors === undefined) {
    throw new GatewayError('bad-answer', 'The provider sent embeddings in an encoding that nobody asked for.')
  }
  if (vectors.length !== inputCount(input)) {
    throw new GatewayError('bad-answer', 'The provider sent more or fewer embeddings than were asked for.')
  }
  if (dimensions !== undefined && vectors.some((vector) => vector.length !== dimensions)) {
    const width = vectors[0]?.length ?? 0
    throw new GatewayError('invalid-request', `The model gives ${width} dimensions and no other number.`, {
      param: 'dimensions',
    })
  }
  return { type: 'vectors', target, lane: 'translate', response }
}
