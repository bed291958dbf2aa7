import { describe, expect, test } from 'vitest'
import { type EmbedRequest, type GatewayError, type JsonObject, type Note } from '#core'
import { corpus, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { Traits } from '../dialect.ts'
import { embed } from './embed.ts'

const ADDRESS = { model: 'gemini-embedding-001', stream: false }
const content = (text: string) => ({ parts: [{ text }] })
const REQUEST: EmbedRequest = {
  model: 'gemini-embedding-001',
  input: { type: 'texts', texts: ['a', 'b'] },
  encoding: 'float',
}

function encode(request: EmbedRequest, traits: Traits = {}) {
  const notes: Note[] = []
  const context = {
    model: 'gemini-embedding-001',
    provider: 'p',
    traits,
    note: (note: Note) => void notes.push(note),
  }
  return { body: embed.encodeRequest(request, context), notes: notes.map(({ field }) => field) }
}

const decode = (wire: JsonObject) => embed.decodeRequest(wire, 'embed', ADDRESS)

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    return thrown as GatewayError // codecs throw nothing else
  }
  throw new Error('It was not refused.')
}

const write = (operation: 'embed' | 'embed-one') =>
  embed.encodeResponse(
    {
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: { inputTokens: 5, outputTokens: 0 },
    },
    { request: REQUEST, operation, elapsedMs: () => 1 },
  )

const operationOf = (id: string) => (id.startsWith('batch') ? 'embed' : 'embed-one')

describe('requests', () => {
  test.each<EmbedRequest>([
    REQUEST,
    { ...REQUEST, dimensions: 64 },
    { ...REQUEST, extras: { gemini: { taskType: 'RETRIEVAL_DOCUMENT', title: 'T' } } },
  ])('decode to what was encoded, at no cost: %j', (request) => {
    const { body, notes } = encode(request)
    expect(embed.check(body, 'embed', ADDRESS)).toEqual({ model: request.model, stream: false })
    expect(decode(body)).toEqual(request)
    expect(notes).toEqual([])
  })

  test('a single content is a batch of one', () => {
    const wire = { content: content('a'), taskType: 'RETRIEVAL_QUERY', outputDimensionality: 8 }
    const request = embed.decodeRequest(wire, 'embed-one', ADDRESS)
    expect(request).toMatchObject({ input: { type: 'texts', texts: ['a'] }, dimensions: 8 })
    expect(encode(request).body).toEqual({
      requests: [{ model: 'models/gemini-embedding-001', ...wire }],
    })
  })

  test('what differs between the contents stays with each', () => {
    const requests = [
      { model: 'models/gemini-embedding-001', content: content('a'), taskType: 'RETRIEVAL_QUERY' },
      { model: 'models/gemini-embedding-001', content: content('b'), title: 'B' },
    ]
    expect(encode(decode({ requests })).body).toEqual({ requests })
  })

  test('snake_case is understood', () => {
    const wire = { requests: [{ content: content('a'), output_dimensionality: 4, task_type: 'X' }] }
    expect(decode(wire)).toMatchObject({ dimensions: 4, extras: { gemini: { taskType: 'X' } } })
  })

  test.each([
    [{ requests: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } }] }, 1],
    [
      {
        requests: [
          { content: content('a'), outputDimensionality: 2 },
          { content: content('b'), outputDimensionality: 4 },
        ],
      },
      2,
    ],
  ])('what other dialects cannot say is native: %j', (wire, count) => {
    const request = decode(wire)
    expect(request.input).toEqual({ type: 'native', count })
    expect(refusal(() => encode(request)).type).toBe('invalid-request')
  })

  test.each<[string, JsonObject, 'embed' | 'embed-one']>([
    ['requests', {}, 'embed'],
    ['requests', { requests: [] }, 'embed'],
    ['requests[0]', { requests: ['a'] }, 'embed'],
    ['requests[0].content', { requests: [{}] }, 'embed'],
    ['requests[0].content.parts', { requests: [{ content: { parts: [] } }] }, 'embed'],
    ['content', { content: 'a' }, 'embed-one'],
    ['outputDimensionality', { content: content('a'), outputDimensionality: 0 }, 'embed-one'],
  ])('%s is refused by name', (field, wire, operation) => {
    expect(refusal(() => embed.check(wire, operation, ADDRESS)).facts.param).toBe(field)
  })

  test('pitfall 228 a width that cannot be chosen is refused, other fields are dropped with a note', () => {
    const refused = { refuses: ['outputDimensionality', 'title'] }
    expect(refusal(() => encode({ ...REQUEST, dimensions: 2 }, refused)).facts.param).toBe(
      'outputDimensionality',
    )
    const { body, notes } = encode({ ...REQUEST, user: 'u', extras: { gemini: { title: 'T' } } }, refused)
    expect(JSON.stringify(body)).not.toContain('title')
    expect(notes).toEqual(['title', 'user'])
  })

  test('fields of other dialects are noted, marks are not', () => {
    const extras = { ollama: { keep_alive: 0, '~x': 1 }, 'openai-chat': { encoding_format: 'int8' } }
    expect(encode({ ...REQUEST, extras }).notes).toEqual(['keep_alive', 'encoding_format'])
  })

  test('another model is named in each content', () => {
    const wire = { requests: [{ model: 'models/gg:x', content: content('a') }, { content: content('b') }] }
    expect(embed.rename?.(wire, 'x')).toEqual({
      requests: [
        { model: 'models/x', content: content('a') },
        { model: 'models/x', content: content('b') },
      ],
    })
    expect(embed.rename?.({ content: content('a') }, 'x')).toEqual({})
  })
})

describe('answers', () => {
  test('a batch gives a list, a single content one', () => {
    expect(write('embed')).toEqual({
      embeddings: [{ values: [1, 2] }, { values: [3, 4] }],
      usageMetadata: { promptTokenCount: 5 },
    })
    expect(write('embed-one')).toEqual({
      embedding: { values: [1, 2] },
      usageMetadata: { promptTokenCount: 5 },
    })
  })

  test('either is read back', () => {
    expect(embed.decodeResponse(write('embed'))).toEqual({
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: { inputTokens: 5, outputTokens: 0 },
    })
    expect(embed.decodeResponse({ embedding: { values: [1] } })).toEqual({ vectors: [[1]] })
  })

  test.each([null, {}, [], { embeddings: [[1]] }, { embeddings: [{ values: ['a'] }] }, { embedding: 1 }])(
    '%j is a bad answer',
    (wire) => {
      expect(refusal(() => embed.decodeResponse(wire)).type).toBe('bad-answer')
    },
  )

  test('an error inside a 200 is that error', () => {
    const wire = { error: { code: 404, message: 'models/x is not found', status: 'NOT_FOUND' } }
    expect(refusal(() => embed.decodeResponse(wire)).type).toBe('model-not-found')
  })
})

describe('recorded traffic', () => {
  const entries = (corpus('gemini') ?? []).filter(({ id }) => /embedcontent/.test(id))

  test.skipIf(entries.length === 0)(`there is some (or: ${NO_CORPUS})`, () => {
    expect(entries.length).toBeGreaterThan(5)
  })

  test.each(entries.filter(({ status }) => status === 200))('$id is understood', (entry) => {
    const { vectors = [] } = embed.decodeResponse(JSON.parse(corpusResponse(entry)))
    expect(vectors.length).toBeGreaterThan(0)
    for (const vector of vectors) expect(vector.length).toBeGreaterThan(2)
  })

  test.each(entries.filter(({ request }) => request !== null))('$id is asked', (entry) => {
    const wire = JSON.parse(corpusRequest(entry) ?? '')
    expect(embed.check(wire, operationOf(entry.id), ADDRESS).model).toBe(ADDRESS.model)
    expect(embed.decodeRequest(wire, operationOf(entry.id), ADDRESS).input.type).toMatch(/^(?:texts|native)$/)
  })
})
