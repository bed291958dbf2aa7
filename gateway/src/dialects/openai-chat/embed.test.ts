import { describe, expect, test } from 'vitest'
import { type EmbedRequest, type GatewayError, type JsonObject, type Note } from '#core'
import { corpus, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { Traits } from '../dialect.ts'
import { embed } from './embed.ts'
import { vectorText } from './vector-text.ts'

const REQUEST: EmbedRequest = { model: 'm', input: { type: 'texts', texts: ['a', 'b'] }, encoding: 'float' }

function encode(request: EmbedRequest, traits: Traits = {}) {
  const notes: Note[] = []
  const context = { model: 'up', provider: 'p', traits, note: (note: Note) => void notes.push(note) }
  return { body: embed.encodeRequest(request, context), notes }
}

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    return thrown as GatewayError // codecs throw nothing else
  }
  throw new Error('It was not refused.')
}

const answer = (...embeddings: readonly (readonly [index: number, value: readonly number[] | string])[]) => ({
  object: 'list',
  data: embeddings.map(([index, embedding]) => ({ object: 'embedding', index, embedding })),
  model: 'm',
  usage: { prompt_tokens: 5, total_tokens: 5 },
})

describe('requests', () => {
  test.each([
    ['a', { type: 'texts', texts: ['a'] }],
    [['a', 'b'], { type: 'texts', texts: ['a', 'b'] }],
    [[1, 2], { type: 'tokens', tokens: [[1, 2]] }],
    [[[1, 2], [3]], { type: 'tokens', tokens: [[1, 2], [3]] }],
  ])('pitfall 229 input %j is understood', (input, meant) => {
    expect(embed.check({ model: 'm', input }, 'embed')).toEqual({ model: 'm', stream: false })
    expect(embed.decodeRequest({ model: 'm', input }, 'embed').input).toEqual(meant)
  })

  test.each([undefined, null, '', [], [''], ['a', ''], [1.5], [[]], ['a', 1], [[1], 'a'], {}, 7])(
    'pitfall 229 input %j is refused by name',
    (input) => {
      const wire: JsonObject = { model: 'm', ...(input === undefined ? {} : { input }) }
      expect(refusal(() => embed.check(wire, 'embed')).facts.param).toBe('input')
    },
  )

  test.each([
    ['model', ''],
    ['dimensions', 0],
    ['dimensions', '256'],
    ['encoding_format', 1],
    ['user', 1],
  ])('an ill-typed %s is refused by name', (field, value) => {
    const wire = { model: 'm', input: 'a', [field]: value }
    expect(refusal(() => embed.check(wire, 'embed')).facts.param).toBe(field)
  })

  test('nulls mean absence', () => {
    const wire = { model: 'm', input: 'a', dimensions: null, encoding_format: null, user: null }
    embed.check(wire, 'embed')
    expect(embed.decodeRequest(wire, 'embed')).toEqual({ ...REQUEST, input: { type: 'texts', texts: ['a'] } })
  })

  test('what is decoded is encoded again, own fields included', () => {
    const wire = { model: 'm', input: ['a'], dimensions: 8, user: 'u', input_type: 'query' }
    expect(encode(embed.decodeRequest(wire, 'embed')).body).toEqual({ ...wire, model: 'up' })
  })

  test('pitfall 227 base64 is never asked of a provider in translation', () => {
    const wire = { model: 'm', input: ['a'], encoding_format: 'base64' }
    const request = embed.decodeRequest(wire, 'embed')
    expect(request.encoding).toBe('base64')
    expect(encode(request).body).toEqual({ model: 'up', input: ['a'] })
  })

  test('pitfall 228 a width the provider refuses to choose is refused, never dropped', () => {
    const error = refusal(() => encode({ ...REQUEST, dimensions: 8 }, { refuses: ['dimensions'] }))
    expect(error).toMatchObject({ type: 'invalid-request', facts: { param: 'dimensions' } })
  })

  test('other refused and foreign fields are dropped with a note', () => {
    const request: EmbedRequest = { ...REQUEST, user: 'u', extras: { ollama: { truncate: false } } }
    const { body, notes } = encode(request, { refuses: ['user', 'dimensions'] })
    expect(body).toEqual({ model: 'up', input: ['a', 'b'] })
    expect(notes.map((note) => note.field)).toEqual(['truncate', 'user'])
  })
})

describe('answers', () => {
  test('pitfall 229 vectors stand in the order of their numbers', () => {
    const usage = { inputTokens: 5, outputTokens: 0 }
    expect(embed.decodeResponse(answer([1, [0.2]], [0, [0.1]]))).toEqual({ vectors: [[0.1], [0.2]], usage })
  })

  test('numbers left out are those of the places', () => {
    const wire = { data: [{ embedding: [1] }, { embedding: [2] }] }
    expect(embed.decodeResponse(wire)).toEqual({ vectors: [[1], [2]] })
  })

  test.each([
    ['a number twice', answer([0, [1]], [0, [2]])],
    ['a number too high', answer([0, [1]], [4_000_000_000, [2]])],
    ['a number below zero', answer([-1, [1]])],
    ['no list', { object: 'list' }],
    ['something else in a vector', { data: [{ embedding: [1, 'x'] }] }],
  ])('%s is a bad answer', (_, wire) => {
    expect(refusal(() => embed.decodeResponse(wire)).type).toBe('bad-answer')
  })

  test('an error inside a 200 is that error', () => {
    const wire = {
      error: { message: 'No such model.', type: 'invalid_request_error', code: 'model_not_found' },
    }
    expect(refusal(() => embed.decodeResponse(wire)).message).toContain('No such model.')
  })

  test('vectors written as text are not understood as numbers', () => {
    expect(embed.decodeResponse(answer([0, 'AAAA']))).toEqual({ usage: { inputTokens: 5, outputTokens: 0 } })
  })

  test('pitfall 227 base64 is the little-endian float32 of the numbers', () => {
    const vector = Array.from({ length: 3000 }, (_, i) => Math.fround(Math.sin(i)))
    const bytes = Buffer.from(vectorText(vector), 'base64')
    expect(bytes.length).toBe(vector.length * 4)
    expect(vector.map((_, i) => bytes.readFloatLE(i * 4))).toEqual(vector)
  })

  test('each vector has its number, and tokens are counted', () => {
    const usage = { inputTokens: 5, outputTokens: 0 }
    const context = { request: REQUEST, operation: 'embed', elapsedMs: () => 1 } as const
    expect(embed.encodeResponse({ vectors: [[1], [2]], usage }, context)).toEqual(answer([0, [1]], [1, [2]]))
    const asText = { ...context, request: { ...REQUEST, encoding: 'base64' } } as const
    expect(embed.encodeResponse({ vectors: [[1]], usage }, asText)).toEqual(answer([0, 'AACAPw==']))
  })
})

describe('recorded traffic', () => {
  const entries = ['openai-embeddings', 'openrouter', 'mistral', 'azure', 'compat-others', 'ollama']
    .flatMap((folder) => corpus(folder) ?? [])
    .filter(({ api, status }) => api.endsWith('embeddings') && status === 200)

  test.skipIf(entries.length === 0)(`there is some (or: ${NO_CORPUS})`, () => {
    expect(entries.length).toBeGreaterThan(15)
  })

  test.each(entries)('$folder $id is understood', (entry) => {
    const { vectors, usage } = embed.decodeResponse(JSON.parse(corpusResponse(entry)))
    expect(usage?.inputTokens).toBeGreaterThan(0)
    // Absent where the vectors are text.
    expect(vectors?.[0]?.length ?? Infinity).toBeGreaterThan(32)
  })

  test.each(entries.filter(({ request }) => request !== null))('$folder $id is asked again', (entry) => {
    const wire = JSON.parse(corpusRequest(entry) ?? '')
    expect(embed.check(wire, 'embed').model).toBe(wire.model)
    const { encoding_format: _, ...rest } = wire
    const { body } = encode(embed.decodeRequest(wire, 'embed'))
    expect(body).toEqual({ ...rest, model: 'up', input: [wire.input].flat() })
  })
})
