/** Everything recorded in this dialect goes in, comes out, and keeps its meaning. */

import { describe, expect, test } from 'vitest'
import { asGatewayError, fold, GatewayError, isObject, objectOf, parseJson, stringOf, unseal } from '#core'
import type { ChatEvent, ChatResponse, JsonObject, JsonValue } from '#core'
import { corpus, corpusFrames, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { CorpusEntry } from '../../../test/corpus.ts'
import { blockFaults } from '../block-law.contract.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { anthropic } from './index.ts'
import { answerContext, DECODE, encodeContext } from './fixture.contract.ts'

const recorded = corpus('anthropic')
const of = (api: string, status = 200): CorpusEntry[] =>
  (recorded ?? []).filter(
    (each) => each.api === api && (status === 200 ? each.status === 200 : each.status >= 400),
  )

describe.skipIf(recorded === undefined)(
  `recorded traffic${recorded === undefined ? ` (${NO_CORPUS})` : ''}`,
  () => {
    test('there is a corpus to speak of', () => {
      expect(of('messages').length).toBeGreaterThan(150)
    })

    test.each(of('messages').map((each) => [each.id, each] as const))('%s decodes and folds', (_, each) => {
      const events = eventsOf(each)
      expect(blockFaults(events)).toEqual([])
      const answer = fold(events)
      expect(answer.start.model).toBeTruthy()
      expect(answer.finish.reason).not.toBe('unknown')
      expect(Number.isInteger(answer.usage?.inputTokens)).toBe(true)
    })

    test.each(of('messages').map((each) => [each.id, each] as const))(
      '%s survives a stream of our own',
      (_, each) => {
        const answer = fold(eventsOf(each))
        const again = fold(throughStream(eventsOf(each)))
        expect(essence(again)).toEqual(essence(answer))
      },
    )

    test.each(
      of('messages')
        .filter((each) => each.format === 'json')
        .map((each) => [each.id, each] as const),
    )('%s comes out as it went in', (_, each) => {
      const wire = parse(corpusResponse(each))
      const out = anthropic.chat.encodeResponse(
        fold(anthropic.chat.decodeResponse(wire, DECODE)),
        answerContext(),
      )
      expect(tidy({ ...out, model: wire['model'] ?? null })).toEqual(tidy(spoken(wire)))
    })

    test.each(
      of('messages')
        .concat(of('messages', 400))
        .filter(hasRequest)
        .map((each) => [each.id, each] as const),
    )('%s: its request goes out as it came in', (_, each) => {
      const wire = parse(corpusRequest(each) ?? '')
      if (each.status >= 400 && refused(wire)) return
      const request = anthropic.chat.decodeRequest(withLimit(wire), 'chat')
      const out = anthropic.chat.encodeRequest(request, encodeContext({ midSystem: true }, request.model))
      expect(tidyRequest(out)).toEqual(tidyRequest(withLimit(wire)))
    })

    test.each(of('messages', 400).map((each) => [each.id, each] as const))(
      'P13 %s is understood as an error',
      (_, each) => {
        const error = anthropic.errors.decode(each.status, () => undefined, corpusResponse(each))
        expect(error.status).toBe(each.status)
        expect(error.message).toBe((parse(corpusResponse(each))['error'] as JsonObject)['message'])
      },
    )

    test('answers other providers gave in this dialect are understood', () => {
      const understood = [
        'vertex',
        'bedrock-invoke',
        'compat-others',
        'openrouter',
        'deepseek',
        'ollama',
      ].flatMap((folder) => (corpus(folder) ?? []).filter((each) => each.status === 200 && speaksIt(each)))
      expect(understood.length).toBeGreaterThan(10)
      for (const each of understood) {
        const events = eventsOf(each)
        expect([each.id, blockFaults(events)]).toEqual([each.id, []])
        expect(fold(events).finish.reason).not.toBe('unknown')
      }
    })

    test('counts and model lists are read', () => {
      for (const each of of('count_tokens')) {
        expect(anthropic.countTokens?.decode(parse(corpusResponse(each)))).toBeGreaterThan(0)
        anthropic.countTokens?.check(parse(corpusRequest(each) ?? ''))
      }
      for (const each of of('models'))
        expect(anthropic.models.decode(parse(corpusResponse(each))).length).toBeGreaterThan(0)
    })
  },
)

function speaksIt(each: CorpusEntry): boolean {
  const text = corpusResponse(each)
  if (each.format === 'json') return objectOf(parseJson(text))?.['type'] === 'message'
  return (each.format === 'sse' || each.format === 'chunks') && text.includes('"message_start"')
}

function hasRequest(each: CorpusEntry): boolean {
  return typeof each.request === 'string'
}

/** A request the provider refused may be one our check refuses too. */
function refused(wire: JsonObject): boolean {
  try {
    anthropic.chat.check(wire, 'chat')
    return false
  } catch (thrown) {
    return asGatewayError(thrown).type === 'invalid-request'
  }
}

function eventsOf(each: CorpusEntry): ChatEvent[] {
  if (each.format === 'json') return anthropic.chat.decodeResponse(parse(corpusResponse(each)), DECODE)
  return decodeFrames(anthropic.chat.streamDecoder(DECODE), corpusFrames(each))
}

function throughStream(events: readonly ChatEvent[]): ChatEvent[] {
  const encoder = anthropic.chat.streamEncoder(answerContext())
  const text = events.map((event) => encoder.push(event)).join('')
  return decodeFrames(
    anthropic.chat.streamDecoder(DECODE),
    framesOf(new TextEncoder().encode(text), 'sse', []),
  )
}

/** Sealed signatures opened, and blocks of empty text left out, as every client of the dialect must. */
function essence({ parts, finish, usage }: ChatResponse): object {
  return {
    finish,
    usage,
    parts: parts.flatMap((part) => {
      if (part.type === 'text' && part.text === '') return []
      if (part.type !== 'reasoning' || part.opaque === undefined) return [part]
      return [{ ...part, opaque: unseal(stringOf(part.opaque.value) ?? '') ?? part.opaque }]
    }),
  }
}

function parse(text: string): JsonObject {
  const value = JSON.parse(text) as JsonValue // recorded JSON
  if (!isObject(value)) throw new GatewayError('bad-answer', 'not an object')
  return value
}

/** Without nulls and empty lists of citations; signatures unsealed. */
function tidy(value: JsonValue): JsonValue {
  if (typeof value === 'string') return unsealed(value)
  if (Array.isArray(value)) return value.map(tidy)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(
    ([key, each]) => each !== null && !(key === 'citations' && isEmptyList(each)),
  )
  return Object.fromEntries(kept.map(([key, each]) => [key, tidy(each)]))
}

function unsealed(text: string): JsonValue {
  return unseal(text)?.value ?? text
}

function isEmptyList(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0
}

/** Row A20: an answer without content is told as one empty text. */
function spoken(wire: JsonObject): JsonObject {
  return isEmptyList(wire['content'] ?? []) ? { ...wire, content: [{ type: 'text', text: '' }] } : wire
}

/** `max_tokens` was not recorded with every request. */
function withLimit(wire: JsonObject): JsonObject {
  return { max_tokens: 4096, ...wire }
}

/** Spellings that mean the same made one: text as string or block, defaults said or not, the older name of a field. */
function tidyRequest(wire: JsonObject): JsonValue {
  const { stream, output_format, output_config, system, messages, tool_choice, tools, ...others } = wire
  const config = {
    ...(isObject(output_config) ? output_config : {}),
    ...(output_format == null ? {} : { format: output_format }),
  }
  return tidy({
    ...others,
    ...(stream === true ? { stream } : {}),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...(hollow(system) ? {} : { system: blocks(system ?? '') }),
    ...(tools == null || isEmptyList(tools) ? {} : { tools }),
    ...(isObject(tool_choice) && tools != null ? { tool_choice: tidyChoice(tool_choice) } : {}),
    messages: joined(messages ?? []),
  })
}

function hollow(system: JsonValue | undefined): boolean {
  return (
    (typeof system === 'string'
      ? system
      : blocks(system ?? [])
          .map(textIn)
          .join('')) === ''
  )
}

function textIn(block: JsonValue): string {
  return isObject(block) ? (stringOf(block['text']) ?? '') : ''
}

function tidyChoice(choice: JsonObject): JsonObject {
  const { disable_parallel_tool_use: single, ...rest } = choice
  return single === true ? choice : rest
}

function blocks(content: JsonValue): JsonValue[] {
  const list: readonly JsonValue[] = Array.isArray(content) ? content : [{ type: 'text', text: content }]
  return list.map((block) => {
    if (!isObject(block)) return block
    // Pitfall 62: a declared type that contradicts the bytes is corrected.
    if (block['type'] === 'image' && isObject(block['source'])) {
      const { media_type: _, ...source } = block['source']
      return { ...block, source }
    }
    if (block['type'] !== 'tool_result') return block
    const { is_error, content: inner, ...rest } = block
    return {
      ...rest,
      ...(is_error === true ? { is_error } : {}),
      content: inner === undefined ? [] : blocks(inner),
    }
  })
}

function joined(messages: JsonValue): JsonValue[] {
  const out: { role: JsonValue; content: JsonValue[] }[] = []
  for (const message of messages as readonly JsonObject[]) {
    // recorded messages
    const last = out.at(-1)
    const content = blocks(message['content'] ?? [])
    if (last !== undefined && last.role === message['role'] && last.role !== 'system')
      last.content.push(...content)
    else out.push({ role: message['role'] ?? null, content })
  }
  return out.map(({ role, content }) => ({
    role,
    content: content.toSorted((a, b) => Number(isResult(b)) - Number(isResult(a))),
  }))
}

function isResult(block: JsonValue): boolean {
  return isObject(block) && block['type'] === 'tool_result'
}
