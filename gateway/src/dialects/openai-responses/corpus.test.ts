/** The dialect over recorded traffic: every answer decodes, every request comes back with nothing lost. */

import { describe, expect, test } from 'vitest'
import {
  type ChatEvent,
  type ChatResponse,
  fold,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringOf,
  unfold,
} from '#core'
import {
  corpus,
  type CorpusEntry,
  corpusFrames,
  corpusRequest,
  corpusResponse,
  NO_CORPUS,
} from '../../../test/corpus.ts'
import { blockFaults } from '../block-law.contract.ts'
import type { AnswerContext } from '../dialect.ts'
import { openaiResponses } from './index.ts'

const FOLDERS = 'openai-responses azure xai openrouter deepseek compat-others'.split(' ')
const entries = FOLDERS.flatMap((folder) => corpus(folder) ?? []).filter((entry) => entry.api === 'responses')
const context = { provider: 'recorded', exchangeId: 'x1' }
const { chat, errors } = openaiResponses

function named(list: readonly CorpusEntry[]): (readonly [string, CorpusEntry])[] {
  return list.map((entry) => [`${entry.folder}/${entry.id}`, entry] as const)
}

function eventsOf(entry: CorpusEntry): readonly ChatEvent[] {
  if (entry.format === 'json') return chat.decodeResponse(parseJson(corpusResponse(entry)) ?? null, context)
  const decoder = chat.streamDecoder(context)
  return [...corpusFrames(entry).flatMap((frame) => decoder.push(frame)), ...decoder.end()]
}

/** The finished response as the wire told it, for a reading that shares no code with ours. */
function finalOf(entry: CorpusEntry): JsonObject | undefined {
  if (entry.format === 'json') return objectIn(parseJson(corpusResponse(entry)))
  const bodies = corpusFrames(entry).map((frame) => objectIn(parseJson(frame.data)))
  const first = bodies.find((body) =>
    /^response\.(?:completed|incomplete|failed)$/.test(stringOf(body?.['type']) ?? ''),
  )
  return objectIn(first?.['response'])
}

function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined
}

describe.skipIf(entries.length === 0)(
  `recorded answers${entries.length === 0 ? `: ${NO_CORPUS}` : ''}`,
  () => {
    const answered = entries.filter((entry) => entry.status < 400)
    const odd = answered.filter(isOdd)
    const broken = answered.filter((entry) => !isOdd(entry) && isBroken(entry))
    const whole = answered.filter((entry) => !isOdd(entry) && !isBroken(entry))

    test.each(named(whole))('%s decodes', (_, entry) => {
      const events = eventsOf(entry)
      expect(blockFaults(events)).toEqual([])
      const answer = fold(events)
      expect(fold(unfold(answer))).toEqual(answer)
      compare(answer, finalOf(entry) ?? {})
      checkReencoded(answer)
    })

    test.each(named(broken))('%s ends with an error', (_, entry) => {
      const events = eventsOf(entry)
      expect(blockFaults(events)).toEqual([])
      expect(events.at(-1)).toMatchObject({ type: 'error' })
    })

    test.each(named(odd))('%s is no answer of this dialect', (_, entry) => {
      expect(() => eventsOf(entry)).toThrow(expect.objectContaining({ type: 'bad-answer' }))
    })

    const failed = entries.filter((entry) => entry.status >= 400)
    test.each(named(failed))('%s is a typed error', (_, entry) => {
      const error = errors.decode(entry.status, () => undefined, corpusResponse(entry))
      expect(error.message).not.toBe('')
      expect(error.message).not.toContain('[object')
      expect(error.type).not.toBe('internal')
      expect(error.facts.upstream?.status).toBe(entry.status)
    })
  },
)

/** A chat completion that a proxy gave for a response; a stream with a frame that is no JSON. */
function isOdd(entry: CorpusEntry): boolean {
  const final = finalOf(entry)
  return (final !== undefined && final['output'] === undefined) || entry.features.includes('non-json-event')
}

function isBroken(entry: CorpusEntry): boolean {
  const final = finalOf(entry)
  return final === undefined || final['status'] === 'failed'
}

/** What the answer holds, read off the wire and read off what we made of it. */
function compare(answer: ChatResponse, final: JsonObject): void {
  const items = (final['output'] as JsonObject[]).filter((item) => item['type'] !== undefined)
  const usage = objectIn(final['usage'])
  // A final list that holds nothing leaves the telling to the events.
  const list = items.length > 0
  expect({
    text: list ? said(answer, 'text') : '',
    calls: list ? callsOf(answer).map((call) => call['arguments']) : [],
    others: list ? answer.parts.filter((part) => part.type === 'native' || part.type === 'media').length : 0,
    states: list
      ? answer.parts.filter((part) => part.type === 'reasoning' && part.opaque !== undefined).length
      : 0,
    input: usage?.['input_tokens'] === undefined ? undefined : answer.usage?.inputTokens,
    output: usage?.['output_tokens'] === undefined ? undefined : answer.usage?.outputTokens,
    ending: ENDINGS[answer.finish.reason] ?? 'other',
  }).toEqual({
    text: items.filter(isSaid).flatMap(textsOf).join(''),
    calls: items.flatMap((item) =>
      item['type'] === 'function_call' ? item['arguments'] || '{}' : (askedOfClient(item) ?? []),
    ),
    others: items.filter(isOther).length,
    states: items.filter((item) => item['type'] === 'reasoning' && item['encrypted_content']).length,
    input: usage?.['input_tokens'],
    output: usage?.['output_tokens'],
    ending: WIRE_ENDINGS[stringOf(final['status']) ?? ''] ?? 'whole',
  })
}

const ENDINGS: Readonly<Record<string, string>> = {
  stop: 'whole',
  'tool-calls': 'whole',
  refusal: 'whole',
  length: 'cut',
}
const WIRE_ENDINGS: Readonly<Record<string, string>> = {
  incomplete: 'cut',
  queued: 'other',
  in_progress: 'other',
}

function typeOf(item: JsonObject): string {
  return stringOf(item['type']) ?? ''
}

function isOther(item: JsonObject): boolean {
  return (
    !isSaid(item) && !/^(?:function_call|reasoning)$/.test(typeOf(item)) && askedOfClient(item) === undefined
  )
}

/** What a tool with a type of its own is asked, where the client runs it. */
function askedOfClient(item: JsonObject): string | undefined {
  if (!/^(?:local_shell|shell|apply_patch)_call$/.test(typeOf(item)) || item['environment'] !== undefined)
    return undefined
  const { type, env: _, ...asked } = objectIn(item['operation'] ?? item['action']) ?? {}
  const told = item['operation'] === undefined ? asked : { type, ...asked }
  return JSON.stringify(told, (_key, value: unknown) => value ?? undefined)
}

function isSaid(item: JsonObject): boolean {
  return item['type'] === 'message' && item['role'] === 'assistant'
}

function textsOf(item: JsonObject): string[] {
  return (item['content'] as JsonObject[]).map((part) => stringOf(part['text'] ?? part['refusal']) ?? '')
}

/** What we would tell a client of this dialect decodes to the same answer. */
function checkReencoded(answer: ChatResponse): void {
  const client: AnswerContext = {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: true },
    elapsedMs: () => 0,
    note: () => undefined,
  }
  const whole = fold(chat.decodeResponse(chat.encodeResponse(answer, client), context))
  const encoder = chat.streamEncoder(client)
  const decoder = chat.streamDecoder(context)
  const frames = unfold(answer)
    .map((event) => encoder.push(event))
    .join('')
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => ({ data: frame.split('\ndata: ')[1] ?? '' }))
  const streamed = fold([...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()])
  for (const again of [whole, streamed]) {
    expect(said(again, 'text')).toBe(said(answer, 'text'))
    expect(said(again, 'reasoning')).toBe(said(answer, 'reasoning'))
    expect(callsOf(again)).toEqual(callsOf(answer))
    expect(again.parts.map((part) => part.type)).toEqual(answer.parts.map((part) => part.type))
    const told = answer.finish.reason === 'unknown' ? 'stop' : answer.finish.reason
    expect(again.finish.reason).toBe(told)
    const { inputTokens, outputTokens } = answer.usage ?? {}
    expect([again.usage?.inputTokens, again.usage?.outputTokens]).toEqual([inputTokens, outputTokens])
  }
}

function said(answer: ChatResponse, type: 'text' | 'reasoning'): string {
  return answer.parts.map((part) => (part.type === type ? part.text : '')).join('')
}

function callsOf(answer: ChatResponse): JsonObject[] {
  return answer.parts
    .filter((part) => part.type === 'tool-call')
    .map(({ id, name, arguments: text }) => ({ id, name, arguments: text.trim() || '{}' }))
}

const asked = entries.filter((entry) => entry.request !== null)

describe.skipIf(asked.length === 0)('recorded requests', () => {
  test.each(named(asked))('%s round trip', (_, entry) => {
    const wire = objectIn(parseJson(corpusRequest(entry) ?? ''))
    if (wire === undefined) throw new Error('A recorded request is not an object.')
    // Models of stored prompts and of Azure deployments stand elsewhere; the road cannot do without.
    const body = { model: 'm', ...wire }
    const notes: string[] = []
    const encode = {
      model: body.model,
      provider: 'recorded',
      traits: {},
      note: (note: { kind: string; field: string }) => void notes.push(`${note.kind} ${note.field}`),
    }
    chat.check(body)
    const request = chat.decodeRequest(body)
    const again = chat.encodeRequest(request, encode)
    expect(normal(again)).toEqual(normal(body))
    expect(normal(chat.encodeRequest(chat.decodeRequest(again), encode))).toEqual(normal(again))
    expect(notes).toEqual([])
  })
})

/** Both sides in one spelling: what may differ without anything being lost. */
function normal(wire: JsonObject): JsonValue {
  const body: JsonDraft = { ...wire }
  if (typeof body['input'] === 'string') body['input'] = [{ role: 'user', content: body['input'] }]
  if (Array.isArray(body['input'])) {
    const items = body['input'].filter((item) => isObject(item) && item['content'] !== '')
    body['input'] = items.map((item) => (isObject(item) ? normalItem(item) : item))
  }
  if (body['stream'] !== true) delete body['stream']
  return tidy(body)
}

function normalItem(item: JsonObject): JsonValue {
  const copy: JsonDraft = { ...item }
  if (copy['role'] !== undefined) copy['type'] ??= 'message'
  for (const field of ['content', 'output']) {
    const value = copy[field]
    const type = copy['role'] === 'assistant' ? 'output_text' : 'input_text'
    if (typeof value === 'string') copy[field] = [{ type, text: value }]
  }
  return copy
}

/** Without nulls and empty things, which say nothing. */
function tidy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(tidy)
  if (!isObject(value)) return value
  const kept: JsonDraft = {}
  for (const [key, inner] of Object.entries(value)) {
    const clean = tidy(inner)
    const empty =
      (Array.isArray(clean) && clean.length === 0) || (isObject(clean) && Object.keys(clean).length === 0)
    if (clean !== null && clean !== '' && !empty) kept[key] = clean
  }
  return kept
}
