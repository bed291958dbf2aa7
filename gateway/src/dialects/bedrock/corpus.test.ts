/** Everything recorded of Converse goes in, comes out, and keeps its meaning. */

import { describe, expect, test } from 'vitest'
import { asGatewayError, fold, isObject, objectOf, parseJson, unseal } from '#core'
import type { ChatEvent, ChatResponse, Frame, JsonObject, JsonValue } from '#core'
import { corpus, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { CorpusEntry } from '../../../test/corpus.ts'
import { recordedFrames } from '../../../test/recorded-frames.ts'
import { anthropic } from '../anthropic/index.ts'
import { blockFaults } from '../block-law.contract.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { answerContext, DECODE, encodeContext } from './fixture.contract.ts'
import { bedrock } from './index.ts'

const recorded = corpus('bedrock-converse')
const invoked = corpus('bedrock-invoke')
const named = (list: readonly CorpusEntry[]) => list.map((each) => [each.id, each] as const)
const answers = (recorded ?? []).filter((each) => each.status === 200 && each.api.startsWith('converse'))
const refusals = (recorded ?? []).filter((each) => each.status >= 400)

describe.skipIf(recorded === undefined)(
  `recorded traffic${recorded === undefined ? ` (${NO_CORPUS})` : ''}`,
  () => {
    test('there is a corpus to speak of', () => {
      expect(answers.length).toBeGreaterThan(100)
    })

    test.each(named(answers))('%s decodes and folds', (_, each) => {
      const events = eventsOf(each)
      expect(blockFaults(events)).toEqual([])
      const answer = fold(events)
      expect(answer.finish.reason).not.toBe('unknown')
      expect(Number.isInteger(answer.usage?.inputTokens)).toBe(true)
    })

    test.each(named(answers))('%s survives a stream of our own', (_, each) => {
      const again = fold(throughStream(eventsOf(each)))
      expect(essence(again)).toEqual(essence(fold(eventsOf(each))))
    })

    test.each(named(answers.filter((each) => each.format === 'json')))(
      '%s comes out as it went in',
      (_, each) => {
        const wire = parse(corpusResponse(each))
        const response = fold(bedrock.chat.decodeResponse(wire, DECODE))
        expect(tidy(bedrock.chat.encodeResponse(response, answerContext()))).toEqual(tidy(wire))
      },
    )

    test('pitfall 136 with cache activity the input counts are beside those of the cache, and the sum is the total', () => {
      for (const each of answers.filter(({ format }) => format === 'json')) {
        const wire = objectOf(parse(corpusResponse(each))['usage'])
        const usage = fold(eventsOf(each)).usage
        expect([each.id, (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)]).toEqual([
          each.id,
          wire?.['totalTokens'],
        ])
      }
    })

    test.each(
      named(
        [...answers, ...refusals].filter(
          ({ request, api }) => request !== null && api.startsWith('converse'),
        ),
      ),
    )('%s: its request goes out as it came in', (_, each) => {
      const wire = parse(corpusRequest(each) ?? '')
      const address = { model: each.model, stream: each.streaming }
      if (each.status >= 400 && refused(wire)) return
      expect(bedrock.chat.check(wire, 'chat', address)).toMatchObject(address)
      const out = bedrock.chat.encodeRequest(
        bedrock.chat.decodeRequest(wire, 'chat', address),
        encodeContext({}, each.model),
      )
      expect(tidyRequest(out)).toEqual(tidyRequest(wire))
    })

    test.each(named(refusals))('P13 %s is understood as an error', (_, each) => {
      const error = bedrock.errors.decode(each.status, () => undefined, corpusResponse(each))
      expect(error.message).toContain(parse(corpusResponse(each))['message'])
      expect(error.status).toBe(
        error.type === 'provider-authentication' ? 401 : error.type === 'model-not-found' ? 404 : each.status,
      )
    })

    test.each(named((invoked ?? []).filter(({ format }) => format === 'eventstream')))(
      'pitfall 242 %s: chunks hold JSON as base64, and Claude says there what it says elsewhere',
      (_, each) => {
        const frames = recordedFrames(corpusResponse(each)).map(chunkOf)
        const claude = frames[0]?.data.includes('"message_start"') === true
        expect(frames.every((frame) => isObject(parseJson(frame.data)))).toBe(true)
        if (!claude) return
        const events = decodeFrames(anthropic.chat.streamDecoder(DECODE), frames)
        expect(blockFaults(events)).toEqual([])
        expect(fold(events).finish.reason).not.toBe('unknown')
      },
    )
  },
)

function eventsOf(each: CorpusEntry): ChatEvent[] {
  const text = corpusResponse(each)
  if (each.format === 'json') return bedrock.chat.decodeResponse(parse(text), DECODE)
  return decodeFrames(bedrock.chat.streamDecoder(DECODE), recordedFrames(text))
}

function chunkOf({ data }: Frame): Frame {
  const bytes = objectOf(parseJson(data))?.['bytes']
  return { data: Buffer.from(typeof bytes === 'string' ? bytes : '', 'base64').toString('utf8') }
}

function throughStream(events: readonly ChatEvent[]): ChatEvent[] {
  const encoder = bedrock.chat.streamEncoder(answerContext())
  const text = events.map((event) => encoder.push(event)).join('')
  return decodeFrames(
    bedrock.chat.streamDecoder(DECODE),
    framesOf(new TextEncoder().encode(text), 'event-stream', []),
  )
}

/** Signatures opened, and blocks of empty text left out, as a stream has none. */
function essence({ parts, finish, usage }: ChatResponse): object {
  const { extras: _, ...end } = finish
  return {
    end,
    usage,
    parts: parts.flatMap((part) => {
      if (part.type === 'text' && part.text === '' && part.citations === undefined) return []
      // A block that nobody understands has no stream form.
      if (part.type === 'native' && 'reasoningContent' in part.value) return []
      return [part]
    }),
  }
}

function parse(text: string): JsonObject {
  const value = JSON.parse(text) as JsonValue // recorded JSON
  return isObject(value) ? value : {}
}

function refused(wire: JsonObject): boolean {
  try {
    bedrock.chat.check(wire, 'chat', { model: 'm', stream: false })
    return false
  } catch (thrown) {
    return asGatewayError(thrown).type === 'invalid-request'
  }
}

/** Without nulls, repeated counters, empty lists of citations; signatures unsealed; texts of one block joined. */
function tidy(value: JsonValue): JsonValue {
  if (typeof value === 'string') return unseal(value)?.value ?? value
  if (Array.isArray(value)) return value.map(tidy)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(
    ([key, each]) => each !== null && !key.endsWith('InputTokenCount'),
  )
  return Object.fromEntries(kept.map(([key, each]) => [key, tidy(each)]))
}

/** Spellings that mean the same made one: empty fields, defaults said or not. */
function tidyRequest(wire: JsonObject): JsonValue {
  const { messages, ...others } = wire
  const stops = objectOf(others['inferenceConfig'])?.['stopSequences']
  const config =
    stops === undefined || !hollow(stops) ? {} : { inferenceConfig: withoutStops(others['inferenceConfig']) }
  const kept = Object.entries({ ...others, ...config }).filter(([, each]) => !hollow(each))
  return tidy({ ...Object.fromEntries(kept), messages: joined(messages ?? []) })
}

function hollow(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === null || (isObject(value) && Object.keys(value).length === 0)
}

function withoutStops(config: JsonValue | undefined): JsonObject {
  const { stopSequences: _, ...others } = objectOf(config) ?? {}
  return others
}

/** Neighbours of one role are one turn; a result that went well need not say so; instructions and stops may be absent. */
function joined(messages: JsonValue): JsonValue[] {
  const out: { role: JsonValue; content: JsonValue[] }[] = []
  for (const message of Array.isArray(messages) ? messages : []) {
    if (!isObject(message)) continue
    const content = (Array.isArray(message['content']) ? message['content'] : [])
      .filter((block) => !isBlankText(block))
      .map(plainBlock)
    const last = out.at(-1)
    if (last !== undefined && last.role === message['role']) last.content.push(...content)
    else out.push({ role: message['role'] ?? '', content })
  }
  return out.map((message) => ({ ...message }))
}

function isBlankText(block: JsonValue): boolean {
  return isObject(block) && typeof block['text'] === 'string' && block['text'].trim() === ''
}

function plainBlock(block: JsonValue): JsonValue {
  if (!isObject(block) || !isObject(block['toolResult'])) return block
  const { status, ...result } = block['toolResult']
  return { toolResult: status === 'error' ? { ...result, status } : result }
}
