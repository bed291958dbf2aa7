/** The embeddings side of a dialect that must have one. */

import { GatewayError } from '#core'
import type { Dialect, EmbedCodec } from '#dialects'

export function embedCodec(dialect: Dialect): EmbedCodec {
  if (dialect.embed !== undefined) return dialect.embed
  throw new GatewayError('invalid-request', `The language ${dialect.name} has no embeddings.`)
}
