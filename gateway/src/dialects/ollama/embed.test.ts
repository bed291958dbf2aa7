import { describe, expect, test } from 'vitest'
import type { EmbedOperation, EmbedRequest, GatewayError, Note } from '#core'
import { corpus, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { Traits } from '../dialect.ts'
import { embed, embedLoadAnswer, isEmbedLoad } from './embed.ts'

const REQUEST: EmbedRequest = { model: 'm', input: { type: 'texts', texts: ['a'] }, encoding: 'float' }

function encode(request: EmbedRequest, traits: Traits = {}) {
  const notes: Note[] = []
  const context = { model: 'up', provider: 'p', traits, note: (note: Note) => void notes.push(note) }
  return { body: embed.encodeRequest(request, context), notes }
}

function write(vectors: readonly (readonly number[])[], operation: EmbedOperation = 'embed') {
  const usage = { inputTokens: 7, outputTokens: 0 }
  return embed.encodeResponse({ vectors, usage }, { request: REQUEST, operation, elapsedMs: () => 2 })
}

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    return thrown as GatewayError // codecs throw nothing else
  }
  throw new Error('It was not refused.')
}

describe('requests', () => {
  test('C13 a text or a list of texts', () => {
    expect(embed.decodeRequest({ model: 'm', input: 'a' }, 'embed')).toEqual(REQUEST)
    const { input } = embed.decodeRequest({ model: 'm', input: ['a', 'b'] }, 'embed')
    expect(input).toEqual({ type: 'texts', texts: ['a', 'b'] })
  })

  test('pitfall 230 the older path has one prompt', () => {
    expect(embed.decodeRequest({ model: 'm', prompt: 'a' }, 'embed-one')).toEqual(REQUEST)
  })

  test.each([
    ['model', {}],
    ['input', { model: 'm', input: 1 }],
    ['input', { model: 'm', input: ['a', 1] }],
    ['truncate', { model: 'm', input: 'a', truncate: 'yes' }],
    ['dimensions', { model: 'm', input: 'a', dimensions: 1.5 }],
    ['dimensions', { model: 'm', input: 'a', dimensions: -1 }],
    ['options', { model: 'm', input: 'a', options: 1 }],
    ['keep_alive', { model: 'm', input: 'a', keep_alive: {} }],
  ])('an ill-typed %s is refused by name', (field, wire) => {
    expect(refusal(() => embed.check(wire, 'embed')).facts.param).toBe(field)
  })

  test('an ill-typed prompt is refused by name', () => {
    const wire = { model: 'm', prompt: ['a'] }
    expect(refusal(() => embed.check(wire, 'embed-one')).facts.param).toBe('prompt')
  })

  test('the tag latest is no part of the name', () => {
    expect(embed.check({ model: 'm:latest', input: 'a' }, 'embed')).toEqual({
      model: 'm',
      spelled: 'm:latest',
      stream: false,
    })
  })

  test('a provider is asked the new way, with all that was said', () => {
    const wire = {
      model: 'm',
      input: ['a'],
      truncate: false,
      dimensions: 8,
      keep_alive: '5m',
      options: { num_ctx: 9 },
    }
    expect(encode(embed.decodeRequest(wire, 'embed')).body).toEqual({ ...wire, model: 'up' })
    const older = { model: 'm', prompt: 'a', keep_alive: '5m' }
    expect(encode(embed.decodeRequest(older, 'embed-one')).body).toEqual({
      model: 'up',
      input: ['a'],
      keep_alive: '5m',
    })
  })

  test('a width of zero leaves it open', () => {
    expect(embed.decodeRequest({ model: 'm', input: 'a', dimensions: 0 }, 'embed')).toEqual(REQUEST)
  })

  test('pitfall 228 a width the provider refuses to choose is refused, never dropped', () => {
    const error = refusal(() => encode({ ...REQUEST, dimensions: 8 }, { refuses: ['dimensions'] }))
    expect(error).toMatchObject({ type: 'invalid-request', facts: { param: 'dimensions' } })
  })

  test('pitfall 229 token ids are refused', () => {
    const error = refusal(() => encode({ ...REQUEST, input: { type: 'tokens', tokens: [[1]] } }))
    expect(error).toMatchObject({ type: 'invalid-request', facts: { param: 'input' } })
  })

  test('what has no place here is noted', () => {
    const request = { ...REQUEST, user: 'u', extras: { 'openai-chat': { input_type: 'query' } } }
    const { body, notes } = encode(request, { refuses: ['truncate'] })
    expect(body).toEqual({ model: 'up', input: ['a'] })
    expect(notes.map((note) => note.field)).toEqual(['user', 'input_type'])
  })
})

describe('answers', () => {
  test('C13 rows, durations and the count of tokens', () => {
    expect(
      write([
        [1, 0],
        [0, 1],
      ]),
    ).toEqual({
      model: 'm',
      embeddings: [
        [1, 0],
        [0, 1],
      ],
      total_duration: 2_000_000,
      load_duration: 0,
      prompt_eval_count: 7,
    })
  })

  test('pitfall 230 the older path gives one bare vector', () => {
    expect(write([[3, 4]], 'embed-one')).toEqual({ embedding: [3, 4] })
  })

  test('pitfall 230 rows have the length one, and those that have it stay as they are', () => {
    expect(
      write([
        [3, 4],
        [0, 0],
        [0.6, 0.8],
      ]),
    ).toMatchObject({
      embeddings: [
        [0.6, 0.8],
        [0, 0],
        [0.6, 0.8],
      ],
    })
  })

  test('of a provider', () => {
    const wire = { model: 'm', embeddings: [[0.1], [0.2]], prompt_eval_count: 9 }
    const usage = { inputTokens: 9, outputTokens: 0 }
    expect(embed.decodeResponse(wire)).toEqual({ vectors: [[0.1], [0.2]], usage })
  })

  test.each([[{}], [{ embeddings: [1] }], [{ embeddings: [['a']] }], ['text'], [null]])(
    '%j is a bad answer',
    (wire) => {
      expect(refusal(() => embed.decodeResponse(wire)).type).toBe('bad-answer')
    },
  )

  test('an error inside a 200 is that error', () => {
    const error = refusal(() => embed.decodeResponse({ error: 'input length exceeds the context length' }))
    expect(error.type).toBe('context-length')
  })
})

test.each([
  ['embed', { model: 'm' }, { model: 'm', embeddings: [] }],
  ['embed', { model: 'm', input: '' }, { model: 'm', embeddings: [] }],
  ['embed', { model: 'm', input: [] }, { model: 'm', embeddings: [] }],
  ['embed-one', { model: 'm', prompt: '' }, { embedding: [] }],
] as const)('%s without a text only loads the model: %j', (operation, wire, answer) => {
  expect(isEmbedLoad(wire, operation)).toBe(true)
  expect(embedLoadAnswer(wire, operation)).toEqual(answer)
})

test('a request with a text is no load', () => {
  expect(isEmbedLoad({ model: 'm', input: ['a'] }, 'embed')).toBe(false)
  expect(isEmbedLoad({ model: 'm', prompt: 'a' }, 'embed-one')).toBe(false)
})

describe('recorded traffic', () => {
  const entries = (corpus('ollama') ?? []).filter(({ api, status }) => api === 'api-embed' && status === 200)

  test.skipIf(entries.length === 0)(`there is some (or: ${NO_CORPUS})`, () => {
    expect(entries.length).toBeGreaterThan(1)
  })

  test.each(entries)('$id is understood', (entry) => {
    const { vectors = [], usage } = embed.decodeResponse(JSON.parse(corpusResponse(entry)))
    expect(usage?.inputTokens).toBeGreaterThan(0)
    expect(vectors[0]?.length).toBeGreaterThan(32)
    // What Ollama gives has the length one already and is written as it came.
    expect(write(vectors)['embeddings']).toEqual(vectors)
  })

  test.each(entries.filter(({ request }) => request !== null))('$id is asked again', (entry) => {
    const wire = JSON.parse(corpusRequest(entry) ?? '')
    embed.check(wire, 'embed')
    const { body } = encode(embed.decodeRequest(wire, 'embed'))
    expect(body).toEqual({ ...wire, model: 'up', input: [wire.input].flat() })
  })
})
