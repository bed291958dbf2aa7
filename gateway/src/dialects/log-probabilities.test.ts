/** Log probabilities across every pair of languages that have them: asked for, answered whole, answered in a stream. */

import { describe, expect, test } from 'vitest'
import {
  arrayOf,
  type ChatEvent,
  type ChatRequest,
  type ChatResponse,
  fold,
  isObject,
  type JsonObject,
  type JsonValue,
  type Note,
  objectOf,
  type Operation,
  unfold,
} from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import { blockFaults } from './block-law.contract.ts'
import type { Dialect } from './dialect.ts'
import { decodeFrames, framesOf } from './frames.contract.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const DECODE = { provider: 'acme', exchangeId: 'x1' }

/** One language as its clients and servers see it; `generate` is the older path of two of them. */
interface Tongue {
  readonly title: string
  readonly dialect: Dialect
  readonly operation: Operation
  /** A request that asks for this many alternatives. */
  asks(top: number): JsonObject
  /** What a written request asks for. */
  asked(body: JsonObject): unknown
  /** What an answer, or all frames of one, says of its tokens: token, log probability, bytes and alternatives. */
  told(bodies: readonly JsonObject[]): unknown
}

const USER = { role: 'user', content: 'Hi' }
const object = (value: JsonValue | undefined) => objectOf(value) ?? {}
const objects = (value: JsonValue | undefined) => (arrayOf(value) ?? []).filter(isObject)
const firstOf = (value: JsonValue | undefined) => objects(value)[0] ?? {}
const entry = ({ token, logprob, bytes }: JsonObject) => [token, logprob, bytes]
const openai = (list: JsonValue | undefined) =>
  objects(list).map((each) => [...entry(each), objects(each['top_logprobs']).map(entry)])
const google = ({ token, logProbability }: JsonObject) => [token, logProbability]
const unspelled = (tokens: readonly (readonly unknown[])[]): unknown[] =>
  tokens.map(([token, logProbability, , others]) => [
    token,
    logProbability,
    (others as unknown[][]).map((other) => other.slice(0, 2)), // by the shape of TOLD
  ])

const chat: Tongue = {
  title: 'openai-chat',
  dialect: openaiChat,
  operation: 'chat',
  asks: (top) => ({ model: 'm', messages: [USER], logprobs: true, top_logprobs: top }),
  asked: ({ logprobs, top_logprobs }) => ({ logprobs, top_logprobs }),
  told: (bodies) => bodies.flatMap(({ choices }) => openai(object(firstOf(choices)['logprobs'])['content'])),
}

const completions: Tongue = {
  title: 'text completions',
  dialect: openaiChat,
  operation: 'generate',
  asks: (top) => ({ model: 'm', prompt: 'Hi', logprobs: top }),
  asked: ({ logprobs }) => logprobs,
  told: (bodies) =>
    bodies.flatMap(({ choices }) => {
      const { tokens, token_logprobs, top_logprobs } = object(firstOf(choices)['logprobs'])
      return (arrayOf(tokens) ?? []).map((token, at) => [
        token,
        arrayOf(token_logprobs)?.[at],
        Object.entries(object(arrayOf(top_logprobs)?.[at])),
      ])
    }),
}

const responses: Tongue = {
  title: 'openai-responses',
  dialect: openaiResponses,
  operation: 'chat',
  asks: (top) => ({
    model: 'm',
    input: 'Hi',
    include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
    top_logprobs: top,
  }),
  asked: ({ include, top_logprobs }) => ({
    include: arrayOf(include)?.includes('message.output_text.logprobs'),
    top_logprobs,
  }),
  told: (bodies) => {
    const [only] = bodies
    if (only !== undefined && bodies.length === 1)
      return openai(firstOf(firstOf(only['output'])['content'])['logprobs'])
    const of = (type: string) => bodies.filter((body) => body['type'] === `response.${type}`)
    const pieces = of('output_text.delta').flatMap(({ logprobs }) => openai(logprobs))
    const places: (JsonValue | undefined)[] = [
      of('output_text.done')[0]?.['logprobs'],
      object(of('content_part.done')[0]?.['part'])['logprobs'],
      firstOf(object(of('output_item.done')[0]?.['item'])['content'])['logprobs'],
      firstOf(firstOf(object(of('completed')[0]?.['response'])['output'])['content'])['logprobs'],
    ]
    for (const place of places) expect(openai(place)).toEqual(pieces)
    return pieces
  },
}

const google1: Tongue = {
  title: 'gemini',
  dialect: gemini,
  operation: 'chat',
  asks: (top) => ({
    contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    generationConfig: { responseLogprobs: true, logprobs: top },
  }),
  asked: ({ generationConfig }) => generationConfig,
  told: (bodies) =>
    bodies.flatMap(({ candidates }) => {
      const result = object(firstOf(candidates)['logprobsResult'])
      const others = objects(result['topCandidates'])
      return objects(result['chosenCandidates']).map((chosen, at) => [
        ...google(chosen),
        objects(others[at]?.['candidates']).map(google),
      ])
    }),
}

const lines = (operation: Operation): Tongue => ({
  title: `ollama ${operation}`,
  dialect: ollama,
  operation,
  asks: (top) => ({
    model: 'm',
    ...(operation === 'chat' ? { messages: [USER] } : { prompt: 'Hi' }),
    logprobs: true,
    top_logprobs: top,
  }),
  asked: ({ logprobs, top_logprobs }) => ({ logprobs, top_logprobs }),
  told: (bodies) => bodies.flatMap(({ logprobs }) => openai(logprobs)),
})

const TONGUES = [chat, completions, responses, google1, lines('chat'), lines('generate')]
const PAIRS = TONGUES.flatMap((from) => TONGUES.map((to) => [from.title, to.title, from, to] as const))

const answer = { chat: { logprobs: true, top_logprobs: 2 }, most: { logprobs: true, top_logprobs: 20 } }
/** What each language says where two, or as many as it allows, are asked for. */
const ASKED: Readonly<Record<string, { readonly two: unknown; readonly most: unknown }>> = {
  'openai-chat': { two: answer.chat, most: answer.most },
  'text completions': { two: 2, most: 5 },
  'openai-responses': {
    two: { include: true, top_logprobs: 2 },
    most: { include: true, top_logprobs: 20 },
  },
  gemini: {
    two: { responseLogprobs: true, logprobs: 2 },
    most: { responseLogprobs: true, logprobs: 20 },
  },
  'ollama chat': { two: answer.chat, most: answer.most },
  'ollama generate': { two: answer.chat, most: answer.most },
}

function sent(from: Tongue, to: Tongue, wire: JsonObject): { body: JsonObject; notes: Note[] } {
  const notes: Note[] = []
  const { operation: _, ...asked } = from.dialect.chat.decodeRequest(wire, from.operation, {
    model: 'm',
    stream: false,
  })
  const request: ChatRequest = to.operation === 'generate' ? { ...asked, operation: 'generate' } : asked
  const context = { model: 'm', provider: 'p', traits: {}, note: (note: Note) => void notes.push(note) }
  return { body: to.dialect.chat.encodeRequest(request, context), notes }
}

describe('asking for log probabilities', () => {
  test.each(PAIRS)('pitfall 198 %s to %s', (_, __, from, to) => {
    const { body, notes } = sent(from, to, from.asks(2))
    expect(to.asked(body)).toEqual(ASKED[to.title]?.two)
    expect(notes.filter(({ field }) => /logprobs/i.test(field))).toEqual([])
  })

  test.each(PAIRS)('pitfall 198 for more than there may be: %s to %s', (_, __, from, to) => {
    const { body, notes } = sent(from, to, from.asks(50))
    const told = notes.filter(({ kind, field }) => kind === 'clamped' && field.endsWith('logprobs'))
    // A client of this very path knows what its server allows.
    const kept = from === completions && to === completions
    expect(to.asked(body)).toEqual(kept ? 50 : ASKED[to.title]?.most)
    expect(told).toHaveLength(kept ? 0 : 1)
  })

  test.each(TONGUES.map((from) => [from.title, from] as const))(
    'pitfall 198 %s to languages without, and to models that refuse it: told',
    (_, from) => {
      for (const dialect of [anthropic, bedrock]) {
        const { notes } = sent(from, { ...chat, dialect }, from.asks(2))
        expect(notes.map(({ kind, field }) => `${kind} ${field}`)).toContain('dropped logprobs')
      }
      for (const to of TONGUES.filter(({ title }) => title !== 'gemini' && !title.startsWith('ollama'))) {
        const asked = from.dialect.chat.decodeRequest(from.asks(2), from.operation, {
          model: 'm',
          stream: false,
        })
        const notes: string[] = []
        const body = to.dialect.chat.encodeRequest(
          { ...asked, operation: to.operation },
          {
            model: 'm',
            provider: 'p',
            traits: { noSampling: true },
            note: ({ field }) => void notes.push(field),
          },
        )
        expect(JSON.stringify(body)).not.toContain('logprobs')
        expect(notes).toContain('logprobs')
      }
    },
  )

  test('pitfall 198 a wish that is not there, or is none, is not invented', () => {
    for (const from of TONGUES)
      for (const to of TONGUES) {
        const { logprobs: _, top_logprobs: __, include: ___, generationConfig: ____, ...wire } = from.asks(2)
        expect(JSON.stringify(sent(from, to, wire).body)).not.toMatch(/logprobs/i)
      }
    expect(sent(chat, responses, { ...chat.asks(2), logprobs: false }).body).not.toHaveProperty(
      'top_logprobs',
    )
  })
})

const NUMBERS = [-0.5, 0, -2.25]
const TOKENS = ['Grü', 'ße', ' 😀']
const spelled = (token: string) => [...new TextEncoder().encode(token)]
const TOLD = TOKENS.map((token, at) => [
  token,
  NUMBERS[at],
  spelled(token),
  [
    [token, NUMBERS[at], spelled(token)],
    [' ~', -7, [32, 126]],
  ],
])

const RESPONSE: ChatResponse = {
  start: {},
  parts: [
    {
      type: 'text',
      text: TOKENS.join(''),
      probabilities: TOKENS.map((token, at) => ({
        token,
        logProbability: NUMBERS[at] ?? 0,
        bytes: spelled(token),
        alternatives: [
          { token, logProbability: NUMBERS[at] ?? 0, bytes: spelled(token) },
          { token: ' ~', logProbability: -7, bytes: [32, 126] },
        ],
      })),
    },
  ],
  finish: { reason: 'stop' },
  usage: { inputTokens: 1, outputTokens: 3 },
}

function contextOf({ operation }: Tongue, notes: Note[] = []) {
  const request: ChatRequest = { model: 'asked', messages: [], stream: true, operation }
  return {
    exchangeId: 'x1',
    model: 'asked',
    startedAt: 0,
    request,
    elapsedMs: () => 1,
    note: (note: Note) => void notes.push(note),
  }
}

function frames(tongue: Tongue, events: readonly ChatEvent[]) {
  const encoder = tongue.dialect.chat.streamEncoder(contextOf(tongue))
  const text = events.map((event) => encoder.push(event)).join('')
  return framesOf(new TextEncoder().encode(text), tongue.dialect.framing, [])
}

/** A token to a delta, as providers stream. */
const STREAMED = unfold(RESPONSE).flatMap((event): ChatEvent[] =>
  event.type === 'text-delta'
    ? (event.probabilities ?? []).map((each) => ({ ...event, text: each.token, probabilities: [each] }))
    : [event],
)

const wanted = (to: Tongue) => (to === google1 || to === completions ? unspelled(TOLD) : TOLD)

describe('answering with log probabilities', () => {
  test.each(PAIRS)('pitfall 198 whole, %s to %s', (_, __, from, to) => {
    const wire = from.dialect.chat.encodeResponse(RESPONSE, contextOf(from))
    expect(from.told([wire])).toEqual(wanted(from))
    const events = from.dialect.chat.decodeResponse(wire, DECODE)
    expect(blockFaults(events)).toEqual([])
    const notes: Note[] = []
    expect(to.told([to.dialect.chat.encodeResponse(fold(events), contextOf(to, notes))])).toEqual(wanted(to))
    expect(notes).toEqual([])
  })

  test.each(PAIRS)('pitfall 198 streamed, %s to %s, each with its text', (_, __, from, to) => {
    const events = decodeFrames(from.dialect.chat.streamDecoder(DECODE), frames(from, STREAMED))
    expect(blockFaults(events)).toEqual([])
    const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event] : []))
    expect(
      deltas.map(({ text, probabilities = [] }) => [text, probabilities.map(({ token }) => token)]),
    ).toEqual(TOKENS.map((token) => [token, [token]]))
    const bodies = frames(to, events).flatMap(({ data }) => (data === '[DONE]' ? [] : [JSON.parse(data)]))
    expect(to.told(bodies)).toEqual(wanted(to))
    expect(to.told([to.dialect.chat.encodeResponse(fold(events), contextOf(to))])).toEqual(wanted(to))
  })

  test.each(['anthropic', 'bedrock'] as const)('pitfall 198 %s shows the text without them', (name) => {
    const dialect = name === 'anthropic' ? anthropic : bedrock
    const tongue: Tongue = { ...chat, dialect }
    const plain: ChatResponse = { ...RESPONSE, parts: [{ type: 'text', text: TOKENS.join('') }] }
    const plainEvents = STREAMED.map((event) =>
      event.type === 'text-delta' ? { type: event.type, index: event.index, text: event.text } : event,
    )
    expect(dialect.chat.encodeResponse(RESPONSE, contextOf(tongue))).toEqual(
      dialect.chat.encodeResponse(plain, contextOf(tongue)),
    )
    const end = { token: '<end>', logProbability: -1, alternatives: [] }
    const marked = STREAMED.flatMap((event): ChatEvent[] =>
      event.type === 'text-end'
        ? [{ type: 'text-delta', index: event.index, text: '', probabilities: [end] }, event]
        : [event],
    )
    expect(frames(tongue, marked)).toEqual(frames(tongue, plainEvents))
  })
})

test('pitfall 198 bytes are those of the token, none where it is no whole letter, and none where the provider says so', () => {
  const candidates = [
    {
      content: { parts: [{ text: 'é😀' }] },
      finishReason: 'STOP',
      logprobsResult: {
        chosenCandidates: [
          { token: 'é', logProbability: -1 },
          { token: '\uFFFD', logProbability: -2 },
          { logProbability: -3 },
          { token: '<end>' },
        ],
      },
    },
  ]
  const events = gemini.chat.decodeResponse({ candidates }, DECODE)
  expect(chat.told([openaiChat.chat.encodeResponse(fold(events), contextOf(chat))])).toEqual([
    ['é', -1, [195, 169], []],
    ['\uFFFD', -2, null, []],
    ['', -3, [], []],
    ['<end>', 0, spelled('<end>'), []],
  ])
  const content = [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }]
  const wire = { choices: [{ message: { content: 'a' }, logprobs: { content }, finish_reason: 'stop' }] }
  const read = fold(openaiChat.chat.decodeResponse(wire, DECODE))
  expect(responses.told([openaiResponses.chat.encodeResponse(read, contextOf(responses))])).toEqual([
    ['a', -1, null, []],
  ])
})
