/** Reads a body that is not a stream: collected within a bound, then an answer or an error. */

import { type ChatEvent, GatewayError, parseJson } from '#core'
import type { HeaderReader } from '#dialects'
import type { Provider } from '#providers'

export class Collector {
  readonly #limit: number
  #chunks: Uint8Array[] = []
  #size = 0

  /** Bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when the bound is passed; what came before it is kept. */
  push(chunk: Uint8Array): boolean {
    this.#size += chunk.length
    if (this.#size > this.#limit) return false
    this.#chunks.push(chunk)
    return true
  }

  text(): string {
    const [first] = this.#chunks
    // One chunk is the rule, and undici's chunks are Buffers.
    const bytes = this.#chunks.length === 1 && first instanceof Buffer ? first : Buffer.concat(this.#chunks)
    return bytes.toString('utf8')
  }
}

export function decodeWhole(provider: Provider, exchangeId: string, text: string): ChatEvent[] {
  const wire = parseJson(text)
  if (wire === undefined) {
    throw new GatewayError('bad-answer', 'The provider answered with something that is not JSON.')
  }
  try {
    return provider.dialect.chat.decodeResponse(wire, { provider: provider.name, exchangeId })
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('bad-answer', 'The provider sent something the gateway cannot read.', {
      cause: thrown,
    })
  }
}

export function decodeError(
  provider: Provider,
  status: number,
  header: HeaderReader,
  text: string,
): GatewayError {
  const error = provider.dialect.errors.decode(status, header, text)
  // With the caller's own key it is the caller's affair, and no other target's (requirements M20).
  if (!provider.passthrough || (error.status !== 401 && error.status !== 403)) return error
  return new GatewayError(error.status === 401 ? 'authentication' : 'permission', error.message, error.facts)
}
