/** Recorded traffic of real Ollama servers through the codecs. */

import { describe, expect, test } from 'vitest'
import { fold, isObject, parseJson, stringOf, unfold } from '#core'
import type { ChatEvent, ChatResponse, JsonObject, JsonValue, Operation } from '#core'
import {
  corpus,
  corpusFrames,
  corpusRequest,
  corpusResponse,
  NO_CORPUS,
  type CorpusEntry,
} from '../../../test/corpus.ts'
import { blockFaults } from '../block-law.contract.ts'
import type { AnswerContext } from '../dialect.ts'
import { decodeFrames } from '../frames.contract.ts'
import { ollama } from './index.ts'

const DECODE = { provider: 'ol', exchangeId: 'x1' }
const entries = corpus('ollama')
const chats = (entries ?? []).filter((entry) => entry.api === 'api-chat' || entry.api === 'api-generate')
const asked = (entry: CorpusEntry): Operation => (entry.api === 'api-generate' ? 'generate' : 'chat')
// Recorded under /api/chat by mistake: the body is OpenAI's.
const isOpenAi = (entry: CorpusEntry) =>
  entry.format === 'json' && corpusResponse(entry).includes('"chat.completion"')

describe('recorded Ollama traffic', () => {
  test('there is enough of it', ({ skip }) => {
    skip(entries === undefined, NO_CORPUS)
    expect(chats.length).toBeGreaterThan(30)
  })

  for (const entry of chats.filter(isOpenAi)) {
    test(`the body ${entry.id} is refused`, () => {
      const body = parseJson(corpusResponse(entry)) ?? null
      expect(() => ollama.chat.decodeResponse(body, DECODE)).toThrow(
        expect.objectContaining({ type: 'bad-answer' }),
      )
    })
  }

  for (const entry of chats.filter((each) => each.status === 200 && !isOpenAi(each))) {
    test(`the answer ${entry.id} is read whole and written again`, () => {
      const events = eventsOf(entry)
      expect(blockFaults(events)).toEqual([])
      const answer = fold(events)
      expect(summary(answer)).toEqual(plainReading(linesOf(entry)))
      const again = fold(decodeText(rewritten(answer, asked(entry))))
      const { reason } = answer.finish
      expect([again.parts, again.finish.reason]).toEqual([
        answer.parts,
        reason === 'unknown' ? 'stop' : reason,
      ])
      expect([again.usage?.inputTokens, again.usage?.outputTokens]).toEqual([
        answer.usage?.inputTokens ?? 0,
        answer.usage?.outputTokens ?? 0,
      ])
    })
  }

  for (const entry of chats) {
    const text = typeof entry.request === 'string' ? corpusRequest(entry) : undefined
    const wire = parseJson(text ?? '')
    if (!isObject(wire)) continue
    test(`the request ${entry.id} loses nothing`, () => {
      const operation = asked(entry)
      const { model, spelled = model } = ollama.chat.check(wire, operation)
      expect(spelled).toBe(wire['model'])
      const notes: unknown[] = []
      const written = ollama.chat.encodeRequest(ollama.chat.decodeRequest(wire, operation), {
        model: stringOf(wire['model']) ?? '',
        provider: 'ol',
        traits: { thinkLevels: true },
        note: (note) => notes.push(note),
      })
      expect(written).toMatchObject(normalised(wire))
      expect(notes).toEqual([])
      expect(new Set(Object.keys(written))).toEqual(
        new Set([
          'stream',
          ...Object.keys(normalised(wire)),
          ...(operation === 'chat' ? ['messages'] : ['prompt']),
        ]),
      )
    })
  }

  for (const entry of chats.filter(({ status }) => status >= 400)) {
    test(`the failure ${entry.id} is understood`, () => {
      const error = ollama.errors.decode(entry.status, () => undefined, corpusResponse(entry))
      expect(error).toMatchObject({ type: 'model-not-found', status: 404 })
      expect(error.message).toMatch(/^model '.+' not found$/)
    })
  }

  test('recorded model lists come back as they were', ({ skip }) => {
    skip(entries === undefined, NO_CORPUS)
    const lists = (entries ?? []).filter((entry) => entry.api === 'api-tags')
    expect(lists.length).toBeGreaterThan(0)
    for (const entry of lists) {
      const wire = parseJson(corpusResponse(entry)) ?? null
      const recorded = isObject(wire) && Array.isArray(wire['models']) ? wire['models'].map(withoutTime) : []
      const written = ollama.models.encodeList(ollama.models.decode(wire))['models']
      expect(Array.isArray(written) ? written.map(withoutTime) : []).toEqual(recorded)
    }
  })
})

function linesOf(entry: CorpusEntry): JsonObject[] {
  const texts =
    entry.format === 'ndjson' ? corpusFrames(entry).map((frame) => frame.data) : [corpusResponse(entry)]
  return texts.map(parseJson).filter(isObject)
}

function eventsOf(entry: CorpusEntry): ChatEvent[] {
  if (entry.format !== 'ndjson')
    return ollama.chat.decodeResponse(parseJson(corpusResponse(entry)) ?? null, DECODE)
  return decodeFrames(ollama.chat.streamDecoder(DECODE), corpusFrames(entry))
}

interface Summary {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly JsonValue[]
  readonly counts: readonly [number, number]
  readonly calledOrReason: string
}

/** The answer by the simplest reading there is, not through the codec. */
function plainReading(lines: readonly JsonObject[]): Summary {
  const messages = lines.map((line) => (isObject(line['message']) ? line['message'] : line))
  const join = (...fields: string[]) =>
    messages
      .map((message) => fields.map((field) => message[field]).find((text) => typeof text === 'string') ?? '')
      .join('')
  const calls = messages.flatMap((message) =>
    Array.isArray(message['tool_calls']) ? message['tool_calls'] : [],
  )
  const end = lines.at(-1) ?? {}
  const reason = end['done_reason']
  return {
    text: join('content', 'response'),
    thinking: join('thinking'),
    calls: calls.map((call) => {
      const called = isObject(call) && isObject(call['function']) ? call['function'] : {}
      return { name: called['name'] ?? null, arguments: called['arguments'] ?? null }
    }),
    counts: [Number(end['prompt_eval_count'] ?? 0), Number(end['eval_count'] ?? 0)],
    calledOrReason:
      calls.length > 0 ? 'tool-calls' : reason === 'stop' || reason === 'length' ? reason : 'unknown',
  }
}

function summary(answer: ChatResponse): Summary {
  const texts = (type: 'text' | 'reasoning') =>
    answer.parts.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('')
  return {
    text: texts('text'),
    thinking: texts('reasoning'),
    calls: answer.parts.flatMap((part) =>
      part.type === 'tool-call' ? [{ name: part.name, arguments: parseJson(part.arguments) ?? null }] : [],
    ),
    counts: [answer.usage?.inputTokens ?? 0, answer.usage?.outputTokens ?? 0],
    calledOrReason: answer.finish.reason,
  }
}

function rewritten(answer: ChatResponse, operation: Operation): string {
  const context: AnswerContext = {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: true, ...(operation === 'chat' ? {} : { operation }) },
    elapsedMs: () => 1,
    // One recorded server made up a reason of its own; nothing else may be lost.
    note: (note) => expect(note.field).toBe('done_reason'),
  }
  const encoder = ollama.chat.streamEncoder(context)
  return unfold(answer)
    .map((event) => encoder.push(event))
    .join('')
}

function decodeText(text: string): ChatEvent[] {
  const frames = text
    .split('\n')
    .filter((line) => line !== '')
    .map((data) => ({ data }))
  return decodeFrames(ollama.chat.streamDecoder(DECODE), frames)
}

/** The request without what says nothing: nulls, empty strings and lists of known fields, the one type a call has. */
function normalised(wire: JsonObject): JsonObject {
  const kept = Object.entries(wire).filter(
    ([field, value]) =>
      !(hollow(value) && field !== 'template' && field !== 'prompt') &&
      !((field === 'images' || field === 'tools') && Array.isArray(value) && value.length === 0),
  )
  const messages = wire['messages']
  return {
    ...Object.fromEntries(kept),
    ...(Array.isArray(messages)
      ? { messages: messages.map((message) => (isObject(message) ? plainCalls(message) : message)) }
      : {}),
  }
}

function plainCalls(message: JsonObject): JsonObject {
  const calls = message['tool_calls']
  if (!Array.isArray(calls)) return message
  return {
    ...message,
    tool_calls: calls.map((call) => {
      if (!isObject(call)) return call
      const { type: _, ...rest } = call
      return rest
    }),
  }
}

/** Local times with nine digits come back in UTC with three: the same moment. */
function withoutTime(entry: JsonValue): JsonValue {
  if (!isObject(entry)) return entry
  return { ...entry, modified_at: Math.floor(Date.parse(stringOf(entry['modified_at']) ?? '') / 1000) }
}

const hollow = (value: JsonValue) =>
  value === null || value === '' || (isObject(value) ? Object.keys(value).length === 0 : false)
