/** Reads a body that is not a stream: collected within a bound, then an answer or an error. */

import { Buffer } from 'node:buffer'
import { type ChatEvent, GatewayError, isEmbed, type JsonValue, parseJson, type Usage } from '#core'
import type { DecodeContext, Dialect, HeaderReader } from '#dialects'
import type { Provider } from '#providers'
import type { BytesAnswer, VectorAnswer, WholeAnswer } from './answer.ts'
import { vectorAnswer } from './embedding.ts'
import type { Exchange, Lane, Target } from './exchange.ts'
import { type Originals, restored } from './tool-aliases.ts'

export class Collector {
  readonly #limit: number
  #chunks: Buffer[] = []
  #size = 0

  /** Bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when the bound is passed; what came before it is kept. */
  push(chunk: Buffer): boolean {
    this.#size += chunk.length
    if (this.#size > this.#limit) return false
    this.#chunks.push(chunk)
    return true
  }

  bytes(): Buffer {
    const [first] = this.#chunks
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
  }
}

export function decodeContext({ provider, model }: Target, exchangeId: string): DecodeContext {
  return { provider: provider.issuer ?? provider.name, exchangeId, traits: provider.traits(model) }
}

/** Throws the error inside the body, or `bad-answer`. */
export function wholeAnswer(
  exchange: Exchange,
  target: Target,
  lane: Lane,
  bytes: Buffer,
  toolNames: Originals | undefined,
): WholeAnswer | BytesAnswer | VectorAnswer {
  const text = bytes.toString('utf8')
  const wire = parseJson(text)
  const { dialect } = target.provider
  try {
    if (wire === undefined)
      return {
        type: 'whole',
        target,
        lane: 'translate',
        events: restored(lines(text, exchange, target), toolNames),
      }
    if (isEmbed(exchange.operation)) return vectorAnswer(exchange, target, lane, bytes, wire)
    // To a client that wants a stream a whole body means nothing.
    if (lane === 'same' && !exchange.head.stream) {
      const usage = inspect(dialect, wire, target, exchange.id)
      return {
        type: 'bytes',
        target,
        lane,
        raw: Buffer.byteLength(text) === text.length ? text : bytes,
        usage,
      }
    }
    const events = restored(dialect.chat.decodeResponse(wire, decodeContext(target, exchange.id)), toolNames)
    return { type: 'whole', target, lane: 'translate', events }
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('bad-answer', 'The provider sent something the gateway cannot read.', {
      cause: thrown,
    })
  }
}

/** A stream of lines from a server that calls it JSON. */
function lines(text: string, exchange: Exchange, target: Target): ChatEvent[] {
  const { chat, framing } = target.provider.dialect
  if (framing !== 'ndjson' || isEmbed(exchange.operation)) throw notJson()
  const decoder = chat.streamDecoder(decodeContext(target, exchange.id))
  const events = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : decoder.push({ data: line })))
  events.push(...decoder.end())
  const failure = events.find((event) => event.type === 'error')
  if (failure !== undefined) throw failure.error
  return events
}

function notJson(): GatewayError {
  return new GatewayError('bad-answer', 'The provider answered with something that is not JSON.')
}

function inspect(dialect: Dialect, wire: JsonValue, target: Target, exchangeId: string): Usage | undefined {
  if (dialect.chat.inspectResponse !== undefined) return dialect.chat.inspectResponse(wire)
  return lastUsage(dialect.chat.decodeResponse(wire, decodeContext(target, exchangeId)))
}

export function lastUsage(events: readonly ChatEvent[]): Usage | undefined {
  return events.findLast((event) => event.type === 'usage')?.usage
}

/** Said by none but a gateway that has seen the request before. */
const LOOP = 508
const NOT_MODIFIED = 304

export function decodeError(
  provider: Provider,
  status: number,
  header: HeaderReader,
  text: string,
): GatewayError {
  if (status === LOOP) {
    return new GatewayError('loop', 'The provider is a gateway that sends the request in a circle.', {
      provider: provider.name,
    })
  }
  // Keys would go wherever it points.
  if (status >= 300 && status < 400 && status !== NOT_MODIFIED) {
    const words = `The provider answered with a redirect (${status}), and those are not followed: its base URL must be the address itself.`
    return new GatewayError('provider-error', words, { upstream: { status } })
  }
  const error = provider.dialect.errors.decode(status, header, text)
  // With the caller's own key it is the caller's affair, and no other target's (requirements M20).
  if (!provider.passthrough || (error.status !== 401 && error.status !== 403)) return error
  return new GatewayError(error.status === 401 ? 'authentication' : 'permission', error.message, error.facts)
}
