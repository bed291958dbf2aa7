/** Claude's bodies: Anthropic Messages with the version in the body, and the model and the wish to stream in the URL. */

import { isObject, parseJson } from '#core'
import type { ChatEvent, JsonObject, Usage } from '#core'
import { anthropic } from '../../anthropic/index.ts'
import type { Address, AnswerContext } from '../../dialect.ts'
import { invocationMetrics, type InvokeFamily, type InvokeStream } from './family.ts'

export const claude: InvokeFamily = {
  name: 'claude',
  knows: (wire) =>
    wire['anthropic_version'] !== undefined || (Array.isArray(wire['messages']) && 'max_tokens' in wire),
  check: (wire, address) => anthropic.chat.check(messagesBody(wire, address), 'chat'),
  decode(wire, address) {
    const request = anthropic.chat.decodeRequest(messagesBody(wire, address), 'chat')
    const betas = wire['anthropic_beta']
    if (!Array.isArray(betas)) return request
    // Converse takes them among the additional fields.
    const own = { additionalModelRequestFields: { anthropic_beta: betas } }
    return { ...request, extras: { ...request.extras, bedrock: own } }
  },
  whole: (response, context) => anthropic.chat.encodeResponse(response, context),
  stream: (context) => new ClaudeStream(context),
}

function messagesBody(wire: JsonObject, { model, stream }: Address): JsonObject {
  const { anthropic_version: _, anthropic_beta: __, ...body } = wire
  return { ...body, model, stream }
}

class ClaudeStream implements InvokeStream {
  readonly #context: AnswerContext
  readonly #encoder
  #usage: Usage | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    this.#encoder = anthropic.chat.streamEncoder(context)
  }

  push(event: ChatEvent): JsonObject[] {
    if (event.type === 'usage') this.#usage = event.usage
    return this.#items(this.#encoder.push(event))
  }

  keepAlive(): JsonObject[] {
    return this.#items(this.#encoder.keepAlive())
  }

  /** The same items, each the data of an event there. */
  #items(events: string): JsonObject[] {
    return events
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => parseJson(line.slice(6)))
      .filter(isObject)
      .map((item) =>
        item['type'] === 'message_stop'
          ? { ...item, ...invocationMetrics(this.#usage, this.#context) }
          : item,
      )
  }
}
