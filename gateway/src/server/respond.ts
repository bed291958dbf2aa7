/** Writes an answer to the client: the provider's bytes as they are, or events in the words of the client's dialect. */

import { type ChatEvent, type EmbedResponse, fold, isEmbed, type Note } from '#core'
import type { AnswerContext, StreamEncoder } from '#dialects'
import {
  type Answer,
  answering,
  type BytesAnswer,
  embedCodec,
  type Exchange,
  type VectorAnswer,
  type WholeAnswer,
} from '#pipeline'
import type { House } from './context.ts'
import type { DownstreamResponse } from './downstream.ts'
import { exchangeHeaders } from './exchange-headers.ts'
import { JsonList, listEncoder, listStream } from './json-list.ts'
import { sendJson } from './reply.ts'
import { StreamWriter } from './stream-writer.ts'

/** `list`: the data of all frames as one JSON list. */
export type StreamForm = 'frames' | 'list'

const CONTENT_TYPES = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  'event-stream': 'application/vnd.amazon.eventstream',
} as const

export function respond(
  exchange: Exchange,
  answer: Answer,
  response: DownstreamResponse,
  house: House,
  form: StreamForm = 'frames',
): void {
  if (!exchange.head.stream) {
    if (answer.type === 'stream') throw new Error('A whole answer was asked for and a stream committed.')
    return respondWhole(exchange, answer, response, house)
  }
  if (answer.type === 'vectors' || answer.type === 'bytes') {
    throw new Error('A stream was asked for and a whole body came.')
  }
  response.writeHead(200, [
    'content-type',
    form === 'list' ? 'application/json' : CONTENT_TYPES[exchange.dialect.framing],
    'cache-control',
    'no-cache',
    ...exchangeHeaders(exchange, answer, house.clock),
  ])
  const list = form === 'list' ? new JsonList() : undefined
  const encoder = (): StreamEncoder => exchange.dialect.chat.streamEncoder(answerContext(exchange, house))
  const writer = new StreamWriter(response, {
    clock: house.clock,
    keepAliveMs: house.keepAliveMs,
    lane: answer.lane,
    newEncoder: list === undefined ? encoder : () => listEncoder(list, encoder()),
    onFault: house.onFault,
    ...(exchange.dialect.chat.errorsPassUnseen === true ? { errorsPassUnseen: true } : {}),
    ...(exchange.dialect.framing === 'event-stream'
      ? { packed: (lines: string) => house.packed(lines) }
      : {}),
  })
  if (answer.type === 'whole') writer.writeAll(answer.events)
  else if (list === undefined || answer.lane === 'translate') writer.follow(answer.stream)
  else writer.follow(listStream(list, answer.stream))
}

function respondWhole(
  exchange: Exchange,
  answer: WholeAnswer | BytesAnswer | VectorAnswer,
  response: DownstreamResponse,
  house: House,
): void {
  // The body first: what it cannot say becomes a note, and notes go into the head.
  const body = bodyOf(exchange, answer, house)
  sendJson(response, body, exchangeHeaders(exchange, answer, house.clock))
}

function bodyOf(
  exchange: Exchange,
  answer: WholeAnswer | BytesAnswer | VectorAnswer,
  house: House,
): string | Buffer {
  switch (answer.type) {
    case 'bytes':
      return answer.raw
    case 'vectors':
      return vectorBody(exchange, answer.response, house)
    case 'whole':
      return wholeBody(exchange, answer.events, house)
  }
}

function wholeBody(exchange: Exchange, events: readonly ChatEvent[], house: House): string {
  return JSON.stringify(exchange.dialect.chat.encodeResponse(fold(events), answerContext(exchange, house)))
}

function vectorBody(exchange: Exchange, embeddings: EmbedResponse, house: House): string {
  const { operation, embedRequest: request } = exchange
  if (!isEmbed(operation)) throw new Error('A chat was asked for and embeddings came.')
  const elapsedMs = (): number => house.clock.now() - exchange.startedAt
  return JSON.stringify(
    embedCodec(exchange.dialect).encodeResponse(embeddings, { request, operation, elapsedMs }),
  )
}

export function answerContext(exchange: Exchange, house: House): AnswerContext {
  return {
    exchangeId: exchange.id,
    model: exchange.request.model,
    startedAt: exchange.startedWall,
    request: exchange.request,
    elapsedMs: () => house.clock.now() - exchange.startedAt,
    note: (note: Note) => void answering(exchange.attempts)?.notes.push(note),
  }
}
