/** Writes an answer to the client: the provider's bytes as they are, or events in the words of the client's dialect. */

import type { ServerResponse } from 'node:http'
import { type ChatEvent, fold, type Note } from '#core'
import type { AnswerContext } from '#dialects'
import type { Answer, Exchange, WholeAnswer } from '#pipeline'
import type { House } from './context.ts'
import { exchangeHeaders } from './exchange-headers.ts'
import { sendJson } from './reply.ts'
import { StreamWriter } from './stream-writer.ts'

const CONTENT_TYPES = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const

export function respond(exchange: Exchange, answer: Answer, response: ServerResponse, house: House): void {
  if (response.destroyed) return
  if (!exchange.head.stream) {
    if (answer.type === 'stream') throw new Error('A whole answer was asked for and a stream committed.')
    return respondWhole(exchange, answer, response, house)
  }
  response.writeHead(200, [
    'content-type',
    CONTENT_TYPES[exchange.dialect.framing],
    'cache-control',
    'no-cache',
    ...exchangeHeaders(exchange, answer, house.clock),
  ])
  const writer = new StreamWriter(response, house.clock, house.keepAliveMs, answer.lane, () =>
    exchange.dialect.chat.streamEncoder(answerContext(exchange, house)),
  )
  if (answer.type === 'stream') writer.follow(answer.stream)
  else writer.writeAll(answer.events)
}

function respondWhole(exchange: Exchange, answer: WholeAnswer, response: ServerResponse, house: House): void {
  const body = answer.raw ?? wholeBody(exchange, answer.events, house)
  sendJson(response, body, exchangeHeaders(exchange, answer, house.clock))
}

function wholeBody(exchange: Exchange, events: readonly ChatEvent[], house: House): string {
  return JSON.stringify(exchange.dialect.chat.encodeResponse(fold(events), answerContext(exchange, house)))
}

function answerContext(exchange: Exchange, house: House): AnswerContext {
  return {
    exchangeId: exchange.id,
    model: exchange.request.model,
    startedAt: exchange.startedWall,
    request: exchange.request,
    elapsedMs: () => house.clock.now() - exchange.startedAt,
    note: (note: Note) => void exchange.attempts.at(-1)?.notes.push(note),
  }
}
