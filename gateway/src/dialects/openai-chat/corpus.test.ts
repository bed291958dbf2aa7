/** The dialect over recorded traffic: every answer decodes, every request comes back with nothing lost. */

import { describe, expect, test } from 'vitest'
import {
  type ChatEvent,
  type ChatResponse,
  fold,
  GatewayError,
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
import type { AnswerContext, EncodeContext, Traits } from '../dialect.ts'
import { openaiChat } from './index.ts'

const FOLDERS = 'openai-chat openrouter ollama deepseek groq xai mistral azure compat-others'.split(' ')
const entries = FOLDERS.flatMap((folder) => corpus(folder) ?? []).filter(isChat)
const context = { provider: 'recorded', exchangeId: 'x1' }

function isChat(entry: CorpusEntry): boolean {
  if (entry.api !== 'chat' && entry.api !== 'openai-compat-chat') return false
  // Lists of stored completions share the path.
  return !corpusResponse(entry).includes('"object": "list"') || entry.streaming
}

function eventsOf(entry: CorpusEntry): readonly ChatEvent[] {
  if (!entry.streaming)
    return openaiChat.chat.decodeResponse(parseJson(corpusResponse(entry)) ?? null, context)
  const decoder = openaiChat.chat.streamDecoder(context)
  return [...corpusFrames(entry).flatMap((frame) => decoder.push(frame)), ...decoder.end()]
}

describe.skipIf(entries.length === 0)(
  `recorded answers${entries.length === 0 ? `: ${NO_CORPUS}` : ''}`,
  () => {
    const answered = entries.filter((entry) => entry.status < 400)
    test.each(answered.map((entry) => [`${entry.folder}/${entry.id}`, entry] as const))(
      '%s decodes',
      (_, entry) => {
        let events: readonly ChatEvent[]
        try {
          events = eventsOf(entry)
        } catch (error) {
          must(error instanceof GatewayError && reportsError(entry), 'only a reported error may fail')
          return
        }
        checkOrder(events)
        const last = events.at(-1)
        if (last?.type === 'error') {
          must(reportsError(entry), 'only a reported error may end the stream')
          return
        }
        const answer = fold(events)
        expect(fold(unfold(answer))).toEqual(answer)
        expect(answer.finish.reason).not.toBe('unknown')
        compare(answer, entry)
        checkReencoded(answer)
      },
    )

    const failed = entries.filter((entry) => entry.status >= 400)
    test.each(failed.map((entry) => [`${entry.folder}/${entry.id}`, entry] as const))(
      '%s is a typed error',
      (_, entry) => {
        const error = openaiChat.errors.decode(entry.status, () => undefined, corpusResponse(entry))
        expect(error.message).not.toBe('')
        expect(error.message).not.toContain('[object')
        expect(error.type).not.toBe('internal')
        expect(error.facts.upstream?.status).toBe(entry.status)
      },
    )
  },
)

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Broken: ${what}.`)
}

function reportsError(entry: CorpusEntry): boolean {
  return corpusResponse(entry).includes('"error"')
}

/** Each block opens once and closes once, in index order, and exactly one terminal event ends it all. */
function checkOrder(events: readonly ChatEvent[]): void {
  const open = new Set<number>()
  let next = 0
  events.forEach((event, at) => {
    const terminal = event.type === 'finish' || event.type === 'error'
    must(terminal === (at === events.length - 1), 'one terminal event, at the end')
    if (event.type === 'part') must(event.index === next++, 'blocks open in order')
    else if (event.type.endsWith('-start') && 'index' in event) {
      must(event.index === next++, 'blocks open in order')
      open.add(event.index)
    } else if (event.type.endsWith('-end') && 'index' in event) {
      must(open.delete(event.index), 'a block closes once')
    } else if ('index' in event) must(open.has(event.index), 'a delta belongs to an open block')
  })
  expect(open.size).toBe(0)
}

/** Text and call counts against a reading of the wire that shares no code with ours. */
function compare(answer: ChatResponse, entry: CorpusEntry): void {
  const chunks = entry.streaming
    ? corpusFrames(entry).map((frame) => parseJson(frame.data))
    : [parseJson(corpusResponse(entry)) ?? null]
  const texts = chunks.filter((chunk) => chunk !== undefined).map((chunk) => textOf(chunk, entry.streaming))
  const got = answer.parts
    .map((part) => (part.type === 'text' && part.refusal !== true ? part.text : ''))
    .join('')
  if (!answer.parts.some((part) => part.type === 'media'))
    must(got === texts.join(''), 'the text is what the wire said')
  if (entry.features.includes('tool-calls')) must(callsOf(answer).length > 0, 'the calls are there')
  for (const part of answer.parts) {
    if (part.type !== 'tool-call') continue
    expect(part.name).not.toBe('')
    expect(part.id).not.toBe('')
    must(
      answer.finish.reason !== 'tool-calls' || parseJson(part.arguments || '{}') !== undefined,
      'arguments are JSON',
    )
  }
}

function textOf(wire: JsonValue, streaming: boolean): string {
  const choices = isObject(wire) ? wire['choices'] : undefined
  if (!Array.isArray(choices)) return ''
  return choices
    .filter((choice) => isObject(choice) && !choice['index'])
    .map((choice) => contentText((streaming ? choice['delta'] : choice['message'])?.content ?? ''))
    .join('')
}

function contentText(content: JsonValue): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return JSON.stringify(content)
  return content
    .map((part) => (isObject(part) && part['type'] === 'text' ? stringOf(part['text']) : ''))
    .join('')
}

/** What we would tell a client of this dialect decodes to the same answer. */
function checkReencoded(answer: ChatResponse): void {
  const client: AnswerContext = {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: true, streamUsage: true },
    elapsedMs: () => 0,
    note: () => undefined,
  }
  const whole = fold(openaiChat.chat.decodeResponse(openaiChat.chat.encodeResponse(answer, client), context))
  const encoder = openaiChat.chat.streamEncoder(client)
  const decoder = openaiChat.chat.streamDecoder(context)
  const frames = unfold(answer)
    .map((event) => encoder.push(event))
    .join('')
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => ({ data: frame.slice('data: '.length) }))
  const streamed = fold([...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()])
  for (const again of [whole, streamed]) {
    expect(said(again, 'text')).toBe(said(answer, 'text'))
    expect(said(again, 'reasoning')).toBe(said(answer, 'reasoning'))
    expect(callsOf(again)).toEqual(callsOf(answer))
    expect(again.finish.reason === 'content-filter').toBe(/content-filter|refusal/.test(answer.finish.reason))
    if (answer.usage !== undefined) {
      must(again.usage?.inputTokens === answer.usage.inputTokens, 'input count')
      must(again.usage?.outputTokens === answer.usage.outputTokens, 'output count')
    }
  }
}

function said(answer: ChatResponse, type: 'text' | 'reasoning'): string {
  return answer.parts.map((part) => (part.type === type ? part.text : '')).join('')
}

function callsOf(answer: ChatResponse): JsonObject[] {
  return answer.parts
    .filter((part) => part.type === 'tool-call')
    .map((part) => ({ id: part.id, name: part.name, arguments: part.arguments.trim() || '{}' }))
}

const asked = entries.filter((entry) => entry.request !== null)

describe.skipIf(asked.length === 0)('recorded requests', () => {
  test.each(asked.map((entry) => [`${entry.folder}/${entry.id}`, entry] as const))(
    '%s round trip',
    (_, entry) => {
      const wire = parseJson(corpusRequest(entry) ?? '')
      if (!isObject(wire) || !Array.isArray(wire['messages']) || wire['messages'].length === 0) return
      const notes: string[] = []
      const traits = traitsFor(wire)
      const encode: EncodeContext = {
        model: stringOf(wire['model']) ?? '',
        provider: 'recorded',
        traits,
        note: (note) => void notes.push(`${note.kind} ${note.field}`),
      }
      openaiChat.chat.check(wire)
      const request = openaiChat.chat.decodeRequest(wire)
      const again = openaiChat.chat.encodeRequest(request, encode)
      expect(normal(again)).toEqual(normal(wire))
      expect(openaiChat.chat.encodeRequest(request, encode)).toEqual(again)
      const second = openaiChat.chat.decodeRequest(again)
      expect(normal(openaiChat.chat.encodeRequest(second, encode))).toEqual(normal(again))
      const lost = notes.filter(
        (note) => !note.endsWith(' messages') && note !== 'dropped n' && note !== 'dropped tool_choice',
      )
      expect(lost).toEqual([])
    },
  )
})

/** A target that wants what this client happened to send. */
function traitsFor(wire: JsonObject): Traits {
  const text = JSON.stringify(wire)
  const field =
    ['reasoning_details', 'reasoning_content'].find((name) => text.includes(`"${name}"`)) ?? 'reasoning'
  return {
    cacheControl: true,
    maxTokensField: wire['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens',
    systemRole: text.includes('"role":"developer"') ? 'developer' : 'system',
    // One of the three names above, or Mistral's content parts.
    reasoningField: (text.includes('"type":"thinking"') ? 'content' : field) as NonNullable<
      Traits['reasoningField']
    >,
  }
}

/** Both sides in one spelling: what may differ without anything being lost. */
function normal(wire: JsonObject): JsonValue {
  const body: JsonDraft = { ...wire }
  if (body['functions'] !== undefined) {
    body['tools'] = (body['functions'] as JsonValue[]).map((one) => ({ type: 'function', function: one }))
    body['tool_choice'] = body['function_call'] ?? null
    delete body['functions']
    delete body['function_call']
  }
  if (body['tool_choice'] === 'any') body['tool_choice'] = 'required'
  if (Array.isArray(body['tools']) && body['tools'].length > 0) body['tools'] = body['tools'].map(normalTool)
  else for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) delete body[field]
  if (typeof body['stop'] === 'string') body['stop'] = [body['stop']]
  if (body['stream'] !== true) delete body['stream']
  delete body['n']
  const format = body['response_format']
  if (isObject(format) && isObject(format['json_schema'])) {
    body['response_format'] = { ...format, json_schema: { name: 'response', ...format['json_schema'] } }
  }
  const options = { ...(body['stream_options'] as JsonDraft | undefined) }
  delete options['include_usage']
  body['stream_options'] = options
  body['messages'] = (body['messages'] as JsonObject[]).map(normalMessage)
  return tidy(body)
}

function normalTool(tool: JsonValue): JsonValue {
  if (!isObject(tool) || !isObject(tool['function'])) return tool
  const given = tool['function']['parameters']
  const parameters = { type: 'object', properties: {}, ...(given as JsonDraft | undefined) }
  return { ...tool, type: 'function', function: { ...tool['function'], parameters } }
}

function normalMessage(message: JsonObject): JsonValue {
  const copy: JsonDraft = { ...message }
  const content = copy['content']
  if (typeof content === 'string') copy['content'] = content === '' ? [] : [{ type: 'text', text: content }]
  if (Array.isArray(content)) copy['content'] = content.map(normalPart)
  if (Array.isArray(copy['tool_calls'])) {
    copy['tool_calls'] = copy['tool_calls'].map((call) => ({ type: 'function', ...(call as JsonObject) }))
  }
  if (copy['reasoning'] === copy['reasoning_content']) delete copy['reasoning']
  // The flat text repeats the details.
  if (/"(?:text|summary)":"[^"]/.test(JSON.stringify(copy['reasoning_details'] ?? ''))) {
    delete copy['reasoning']
    delete copy['reasoning_content']
  }
  return copy
}

function normalPart(part: JsonValue): JsonValue {
  if (!isObject(part)) return part
  if (Array.isArray(part['thinking'])) {
    const text = part['thinking'].map((piece) => (isObject(piece) ? stringOf(piece['text']) : '')).join('')
    return { type: 'thinking', thinking: [{ type: 'text', text }] }
  }
  if (typeof part['image_url'] !== 'string') return part
  return { ...part, image_url: { url: part['image_url'] } }
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
    if (clean !== null && clean !== '' && !(empty && key !== 'parameters')) kept[key] = clean
  }
  return kept
}
