/** The client dialects as rows meet them: how each asks, and what its clients make of what comes back. Without our own codecs. */

import { Ollama } from 'ollama'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, parseJson, stringOf } from '#core'
import { jsonLines, type Row, sseEvents, type Upstream } from './row.ts'

export interface ToldError {
  readonly type: string | undefined
  readonly message: string | undefined
  readonly requestId: string | undefined
  readonly details: JsonObject
}

export interface HeardStream {
  readonly text: string
  /** The dialect's own sign of a complete answer was given. */
  readonly finished: boolean
  /** The error, when it is the last thing told. */
  readonly error: ToldError | undefined
}

export interface ClientDialect {
  readonly name: string
  readonly path: string
  /** Upstreams that speak the same language, and another. */
  readonly same: Upstream
  readonly other: Upstream
  body(model: string, stream: boolean): JsonObject
  textOf(whole: JsonObject): string
  errorOf(body: JsonObject): ToldError
  hear(stream: string): HeardStream
  /** The text of a stream as the official client reads it; rejects as it does. `onText` is told each piece. */
  listen(
    row: Row,
    model: string,
    headers: Record<string, string>,
    onText?: (text: string) => void,
  ): Promise<string>
}

const MESSAGES = [{ role: 'user' as const, content: 'Say something.' }]

const path = (wire: JsonValue | undefined, ...keys: readonly (string | number)[]): JsonValue | undefined =>
  keys.reduce<JsonValue | undefined>(
    (value, key) => (typeof key === 'number' ? arrayOf(value)?.[key] : objectOf(value)?.[key]),
    wire,
  )

const openai: ClientDialect = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  same: 'oa',
  other: 'an',
  body: (model, stream) => ({ model, messages: MESSAGES, stream }),
  textOf: (whole) => stringOf(path(whole, 'choices', 0, 'message', 'content')) ?? '',
  errorOf: ({ error }) => told(error, path(error, 'request_id')),
  hear(stream) {
    const all = sseEvents(stream).map(({ data }) => data)
    const chunks = all.filter((data) => data !== '[DONE]').map((data) => objectOf(parseJson(data)) ?? {})
    const last = chunks.at(-1) ?? {}
    return {
      text: chunks.map((chunk) => stringOf(path(chunk, 'choices', 0, 'delta', 'content')) ?? '').join(''),
      finished: chunks.some((chunk) => typeof path(chunk, 'choices', 0, 'finish_reason') === 'string'),
      // R15: the error, then the end of the stream as this dialect's clients wait for it.
      error: 'error' in last && all.at(-1) === '[DONE]' ? openai.errorOf(last) : undefined,
    }
  },
  async listen(row, model, headers, onText) {
    const stream = await row.openai.chat.completions.create(
      { model, messages: MESSAGES, stream: true },
      { headers },
    )
    let text = ''
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? ''
      text += piece
      onText?.(piece)
    }
    return text
  },
}

const anthropic: ClientDialect = {
  name: 'anthropic',
  path: '/v1/messages',
  same: 'an',
  other: 'ol',
  body: (model, stream) => ({ model, messages: MESSAGES, max_tokens: 100, stream }),
  textOf: (whole) => stringOf(path(whole, 'content', 0, 'text')) ?? '',
  errorOf: (body) => told(body['error'], body['request_id']),
  hear(stream) {
    const events = sseEvents(stream).map(({ event, data }) => ({
      event,
      data: objectOf(parseJson(data)) ?? {},
    }))
    const last = events.at(-1)
    return {
      text: events.map(({ data }) => stringOf(path(data, 'delta', 'text')) ?? '').join(''),
      finished: events.some(
        ({ data }) =>
          data['type'] === 'message_stop' || typeof path(data, 'delta', 'stop_reason') === 'string',
      ),
      error:
        last?.event === 'error' && last.data['type'] === 'error' ? anthropic.errorOf(last.data) : undefined,
    }
  },
  async listen(row, model, headers, onText) {
    const asked = { model, messages: MESSAGES, max_tokens: 100, stream: true } as const
    let text = ''
    for await (const event of await row.anthropic.messages.create(asked, { headers })) {
      if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue
      text += event.delta.text
      onText?.(event.delta.text)
    }
    return text
  },
}

const ollama: ClientDialect = {
  name: 'ollama',
  path: '/api/chat',
  same: 'ol',
  other: 'oa',
  body: (model, stream) => ({ model, messages: MESSAGES, stream }),
  textOf: (whole) => stringOf(path(whole, 'message', 'content')) ?? '',
  errorOf: (body) => ({
    type: stringOf(body['type']),
    message: stringOf(body['error']),
    requestId: stringOf(body['request_id']),
    details: objectOf(body['details']) ?? {},
  }),
  hear(stream) {
    const lines = jsonLines(stream)
    const last = lines.at(-1) ?? {}
    return {
      text: lines.map((line) => stringOf(path(line, 'message', 'content')) ?? '').join(''),
      finished: lines.some((line) => line['done'] === true),
      error: 'error' in last ? ollama.errorOf(last) : undefined,
    }
  },
  async listen(row, model, headers, onText) {
    const client = new Ollama({ host: row.url, headers })
    let text = ''
    for await (const { message } of await client.chat({ model, messages: MESSAGES, stream: true })) {
      text += message.content
      onText?.(message.content)
    }
    return text
  },
}

function told(error: JsonValue | undefined, requestId: JsonValue | undefined): ToldError {
  const inner = isObject(error) ? error : {}
  return {
    type: stringOf(inner['type']),
    message: stringOf(inner['message']),
    requestId: stringOf(requestId),
    details: objectOf(inner['details']) ?? {},
  }
}

export const CLIENTS: readonly ClientDialect[] = [openai, anthropic, ollama]

/** Which way an answer travels: as it came, or through the neutral model. */
const LANES = ['same', 'translated'] as const

/** Every client dialect before an upstream of its own language and before another. */
export const ROADS = CLIENTS.flatMap((client) =>
  LANES.map((lane) => {
    const [first, second] = lane === 'same' ? [client.same, client.other] : [client.other, client.same]
    return {
      client,
      lane,
      first,
      second,
      name: `${client.name} before ${lane === 'same' ? 'its own kind' : first}`,
    }
  }),
)

export type Road = (typeof ROADS)[number]

/** Resolves when `holds` does; for what happens in another turn of the event loop. */
export async function eventually(holds: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const until = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > until) throw new Error(`This never came about: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
