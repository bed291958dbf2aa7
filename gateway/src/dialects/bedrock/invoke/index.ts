/**
 * Bedrock's InvokeModel, from the client's side: the body is in the words of a model family, whoever answers. Providers are asked
 * with Converse, which all families have.
 */

import { invalid, stringOf } from '#core'
import type { ChatEvent, JsonObject, WithExtras } from '#core'
import type { Address, AnswerContext, Dialect, StreamEncoder } from '../../dialect.ts'
import { base64 } from '../base64.ts'
import { headOf } from '../check.ts'
import { streamNameFor } from '../error-words.ts'
import { bedrock } from '../index.ts'
import { marked, markOf } from '../wire.ts'
import { claude } from './claude.ts'
import type { InvokeFamily, InvokeStream } from './family.ts'
import { llama } from './llama.ts'
import { titan } from './titan.ts'

const FAMILIES: readonly InvokeFamily[] = [claude, titan, llama]

export const bedrockInvoke: Dialect = {
  ...bedrock,
  chat: {
    ...bedrock.chat,
    paths: {},
    check: (wire, _operation, address) => familyOf(wire).check(wire, addressOf(address)),
    decodeRequest(wire, _operation, address) {
      const family = familyOf(wire)
      const request = family.decode(wire, addressOf(address))
      return { ...request, ...marked(request, '~invoke', family.name) }
    },
    encodeResponse: (response, context) => familyAsked(context.request).whole(response, context),
    streamEncoder: (context) => new InvokeStreamEncoder(context),
  },
}

function familyOf(wire: JsonObject): InvokeFamily {
  const family = FAMILIES.find((each) => each.knows(wire))
  if (family !== undefined) return family
  throw invalid(
    'body: is of no model family understood here. Those are Claude (anthropic_version and messages), Titan (inputText) and Llama (prompt and max_gen_len).',
    'body',
  )
}

/** The family of the body that was decoded. */
function familyAsked(request: WithExtras): InvokeFamily {
  const name = stringOf(markOf(request, '~invoke'))
  return FAMILIES.find((family) => family.name === name) ?? claude
}

function addressOf(address: Address | undefined): Address {
  const { model, stream } = headOf(address)
  return { model, stream }
}

/** Every item of the family's stream is a `chunk`, its JSON as base64. */
class InvokeStreamEncoder implements StreamEncoder {
  readonly #stream: InvokeStream
  #done = false

  constructor(context: AnswerContext) {
    this.#stream = familyAsked(context.request).stream(context)
  }

  push(event: ChatEvent): string {
    if (this.#done) return ''
    if (event.type !== 'error') return chunks(this.#stream.push(event))
    this.#done = true
    return `${streamNameFor(event.error.type)} ${JSON.stringify({ message: event.error.message })}\n`
  }

  keepAlive(): string {
    return this.#done ? '' : chunks(this.#stream.keepAlive())
  }
}

function chunks(items: readonly JsonObject[]): string {
  return items.map((item) => `chunk {"bytes":"${base64(JSON.stringify(item))}"}\n`).join('')
}
