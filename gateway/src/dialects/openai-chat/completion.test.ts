import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fold,
  type ChatRequest,
  type ChatResponse,
  GatewayError,
  type JsonObject,
  type Note,
  unfold,
} from '#core'
import { corpus, corpusFrames, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import { requests, responses, type Speech } from '../arbitrary.contract.ts'
import { blockFaults } from '../block-law.contract.ts'
import type { AnswerContext } from '../dialect.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { openaiChat } from './index.ts'

const { chat } = openaiChat
const LACK = 'a text completion has nothing but text'
/** What the laws may say in a prompt completion of this dialect. */
const SPEECH: Speech = {
  lacks: {
    topK: LACK,
    images: LACK,
    imageUrls: LACK,
    textParts: LACK,
    jsonMode: LACK,
    jsonSchema: LACK,
    thinkingInAnswer: LACK,
    textAfterCall: LACK,
    tokenBytes: 'a token is text and a number',
  },
  wishes: [],
  finishes: ['stop', 'length', 'content-filter'],
  extras: [{ 'openai-chat': { logit_bias: { 50256: -100 }, best_of: 3 } }],
}
const DECODE = { provider: 'acme', exchangeId: 'x1' }

/** One text in the user's words is all a prompt is, and five alternatives of a token are all there are. */
const prompted = requests(SPEECH, 'generate').map((request): ChatRequest => ({
  ...request,
  ...(request.probabilities?.top === undefined
    ? {}
    : { probabilities: { top: (request.probabilities.top % 5) + 1 } }),
  messages: request.messages.filter(({ role }) => role === 'user'),
}))

function encode(request: ChatRequest) {
  const notes: Note[] = []
  const note = (one: Note) => void notes.push(one)
  const wire = chat.encodeRequest(request, { model: request.model, provider: 'acme', traits: {}, note })
  return { wire, notes: notes.map(({ field }) => field) }
}

function context(over: Partial<ChatRequest> = {}, notes: Note[] = []): AnswerContext {
  const request: ChatRequest = {
    model: 'asked',
    messages: [],
    stream: true,
    streamUsage: true,
    operation: 'generate',
    ...over,
  }
  const note = (one: Note) => void notes.push(one)
  return { exchangeId: 'x1', model: 'asked', startedAt: 1_700_000_000_000, request, elapsedMs: () => 1, note }
}

function written(response: ChatResponse, answer = context()): string {
  const encoder = chat.streamEncoder(answer)
  return unfold(response)
    .map((event) => encoder.push(event) + encoder.keepAlive())
    .join('')
}

const essence = ({ parts, finish, usage }: ChatResponse) => ({ parts, reason: finish.reason, usage })

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
  }
  throw new Error('It was not refused.')
}

const decode = (wire: JsonObject) => chat.decodeRequest(wire, 'generate')

describe('requests', () => {
  test('law 1: a prompt completion decodes to what was encoded, at no cost', () => {
    fc.assert(
      fc.property(prompted, (request) => {
        const { wire, notes } = encode(request)
        expect(chat.check(wire, 'generate')).toMatchObject({ model: request.model, stream: request.stream })
        const { extras, ...rest } = decode(wire)
        const { '~completion': mark, ...own } = extras?.['openai-chat'] ?? {}
        expect(mark).toBe(true)
        expect({
          ...rest,
          ...(request.extras === undefined ? {} : { extras: { 'openai-chat': own } }),
        }).toEqual(request)
        expect(notes).toEqual([])
      }),
    )
  })

  test.each([[['a', 'b']], [[1, 2]], [[[1, 2], [3]]]])('prompt %j goes back as it came', (prompt) => {
    const wire = { model: 'm', prompt, suffix: 'end', max_tokens: 5, echo: true }
    expect(chat.check(wire, 'generate')).toEqual({ model: 'm', stream: false, maxOutputTokens: 5 })
    expect(encode(decode(wire)).wire).toEqual(wire)
  })

  test.each([
    ['model', ''],
    ['prompt', 7],
    ['prompt', []],
    ['prompt', ['a', 1]],
    ['prompt', [1.5]],
    ['suffix', 1],
    ['echo', 'yes'],
    ['stream', 1],
    ['n', 0],
    ['best_of', 'x'],
    ['logprobs', true],
    ['max_tokens', 1.5],
    ['temperature', 'hot'],
    ['stop', [1]],
  ])('an ill-typed %s (%j) is refused by name', (field, value) => {
    const wire = { model: 'm', prompt: 'a', [field]: value }
    expect(refusal(() => chat.check(wire, 'generate')).facts.param).toBe(field)
  })

  test.each<[string, JsonObject]>([
    ['prompt', {}],
    ['prompt', { prompt: '' }],
    ['prompt', { prompt: ['a', 'b'] }],
    ['prompt', { prompt: [1, 2] }],
    ['prompt', { prompt: [[1], [2]] }],
    ['echo', { prompt: 'a', echo: true }],
  ])('%s keeps %j with providers that complete texts', (param, wire) => {
    expect(chat.bound({ model: 'm', ...wire }, 'generate')).toMatchObject({
      type: 'invalid-request',
      facts: { param },
    })
    expect(chat.bound({ model: 'm', ...wire }, 'chat')).toBeUndefined()
  })

  test.each([['a'], [['a']]])('prompt %j can be asked as a conversation', (prompt) => {
    const wire = { model: 'm', prompt, echo: false }
    expect(chat.bound(wire, 'generate')).toBeUndefined()
    expect(decode(wire).messages).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'a' }] }])
  })

  test('as a conversation it loses, with a note, what means something else there', () => {
    const decoded = decode({
      model: 'm',
      prompt: 'a',
      best_of: 2,
      logprobs: 5,
      logit_bias: { 1: 2 },
      seed: 4,
    })
    const { operation: _, ...asked } = decoded
    const { wire, notes } = encode(asked)
    expect(wire).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a' }],
      logit_bias: { 1: 2 },
      logprobs: true,
      top_logprobs: 5,
      seed: 4,
    })
    expect(notes).toEqual(['best_of'])
  })

  test('a conversation is joined, and pictures are told of', () => {
    const source = { type: 'url', url: 'https://example.com/a.png' } as const
    const { wire, notes } = encode({
      model: 'm',
      stream: false,
      operation: 'generate',
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Hi.' },
            { type: 'media', kind: 'image', source },
          ],
        },
      ],
    })
    expect(wire).toEqual({ model: 'm', prompt: 'Be brief.\nHi.' })
    expect(notes).toEqual(['messages', 'messages'])
  })
})

test.each([0, -1])('a limit of %j is none', (limit) => {
  const wire = { model: 'm', prompt: 'a', max_tokens: limit }
  expect(chat.check(wire, 'generate')).toEqual({ model: 'm', stream: false })
  expect(decode(wire)).not.toHaveProperty('maxOutputTokens')
})

describe('answers', () => {
  test('law 2: a whole answer decodes to what was encoded', () => {
    fc.assert(
      fc.property(responses(SPEECH, 'generate'), (response) => {
        const wire = chat.encodeResponse(response, context())
        expect(wire).toMatchObject({ object: 'text_completion', choices: [{ index: 0 }] })
        const events = chat.decodeResponse(wire, DECODE)
        expect(blockFaults(events)).toEqual([])
        expect(essence(fold(events))).toEqual(essence(response))
      }),
    )
  })

  test('law 3: a stream cut into any pieces folds to what was encoded', () => {
    fc.assert(
      fc.property(responses(SPEECH, 'generate'), fc.array(fc.nat({ max: 900 })), (response, cuts) => {
        const frames = framesOf(new TextEncoder().encode(written(response)), 'sse', cuts)
        const events = decodeFrames(chat.streamDecoder(DECODE), frames)
        expect(blockFaults(events)).toEqual([])
        expect(essence(fold(events))).toEqual(essence(response))
      }),
    )
  })

  test('law 4: a stream cut short is an error', () => {
    const response: ChatResponse = {
      start: {},
      parts: [{ type: 'text', text: 'Well.' }],
      finish: { reason: 'stop' },
    }
    const text = written(response)
    for (let to = 0; to < text.indexOf('"finish_reason":"stop"'); to++) {
      const frames = framesOf(new TextEncoder().encode(text.slice(0, to)), 'sse', [])
      expect(() => fold(decodeFrames(chat.streamDecoder(DECODE), frames))).toThrow(GatewayError)
    }
  })

  test('usage comes only when asked for', () => {
    const usage = { inputTokens: 3, outputTokens: 4 }
    const response: ChatResponse = {
      start: {},
      parts: [{ type: 'text', text: 'Hi.' }],
      finish: { reason: 'stop' },
      usage,
    }
    expect(written(response, context({ streamUsage: false }))).not.toContain('usage')
    expect(written(response)).toContain('"choices":[],"usage":{"prompt_tokens":3')
  })

  test('what is no text is told of, once, and a call ends as a stop', () => {
    const response: ChatResponse = {
      start: {},
      parts: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Hi.' },
        { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
      ],
      finish: { reason: 'tool-calls' },
    }
    const notes: Note[] = []
    expect(chat.encodeResponse(response, context({}, notes))).toMatchObject({
      choices: [{ text: 'Hi.', finish_reason: 'stop' }],
    })
    const streamed: Note[] = []
    expect(written(response, context({}, streamed))).toContain('"finish_reason":"stop"')
    expect(notes.map(({ field }) => field)).toEqual(['reasoning', 'tool-call'])
    expect(streamed.map(({ field }) => field)).toEqual(['reasoning', 'tool-call'])
  })

  test('an error ends the stream in words and with its mark', () => {
    const encoder = chat.streamEncoder(context())
    const text = encoder.push({ type: 'error', error: new GatewayError('overloaded', 'Too busy.') })
    expect(text).toMatch(/^data: \{"error":\{"message":"Too busy\.".*\n\ndata: \[DONE\]\n\n$/)
    expect(encoder.push({ type: 'text-delta', index: 0, text: 'a' }) + encoder.keepAlive()).toBe('')
  })
})

describe('recorded traffic', () => {
  const entries = (corpus('openai-chat') ?? []).filter(
    // One of them is a report of what completions cost.
    ({ id, response }) => id.startsWith('completions-') && response !== 'completions-f78685e8.response.json',
  )
  const fine = entries.filter(({ status }) => status === 200)

  test.skipIf(entries.length === 0)(`there is some (or: ${NO_CORPUS})`, () => {
    expect(fine.length).toBeGreaterThan(10)
  })

  test.each(fine.filter(({ format }) => format === 'json'))('$id is understood', (entry) => {
    const wire = JSON.parse(corpusResponse(entry))
    const events = chat.decodeResponse(wire, DECODE)
    expect(blockFaults(events)).toEqual([])
    expect(fold(events).parts).toEqual([{ type: 'text', text: wire.choices[0].text }])
    expect(chat.inspectResponse(wire)?.inputTokens).toBeGreaterThan(0)
  })

  test.each(fine.filter(({ format }) => format === 'sse'))('$id is understood as a stream', (entry) => {
    const events = decodeFrames(chat.streamDecoder(DECODE), corpusFrames(entry))
    expect(blockFaults(events)).toEqual([])
    const [part] = fold(events).parts
    expect(part).toMatchObject({ type: 'text', text: expect.stringMatching(/\S/) })
  })

  test.each(entries.filter(({ request }) => request !== null))('$id is asked again', (entry) => {
    const wire: JsonObject = JSON.parse(corpusRequest(entry) ?? '')
    expect(chat.check(wire, 'generate').model).toBe(wire['model'])
    const { n: _n, stream_options: _o, seed, max_tokens: limit, ...rest } = wire
    const { n, stream_options: _, ...again } = encode(decode(wire)).wire
    expect(again).toEqual(
      withoutDefaults({ ...rest, seed: seed ?? null, max_tokens: limit === -1 ? null : (limit ?? null) }),
    )
    expect([undefined, 1]).toContain(n)
  })
})

/** Defaults and nulls say nothing, and one stop is a list of one. */
function withoutDefaults({ stream, stop, ...rest }: JsonObject): object {
  const said = Object.entries(rest).filter(
    ([field, value]) =>
      value !== null &&
      value !== undefined &&
      !(field === 'best_of' && value === 1) &&
      !(field === 'echo' && value === false),
  )
  return {
    ...Object.fromEntries(said),
    ...(stream === true ? { stream } : {}),
    ...(stop === undefined || stop === null ? {} : { stop: [stop].flat() }),
  }
}
