/** Rows P03, P04, P09, P10, P12, P15 and R15: the same failures at every family of routes, each in its family's shape under one status. */

import { describe, expect, test } from 'vitest'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf } from '#core'
import type { Script } from '#simulator'
import { NO_BREAKER } from '../house.ts'
import { type Reply, rows, textAnswer } from './row.ts'

const open = rows()

interface Told {
  readonly message: JsonValue | undefined
  readonly type: JsonValue | undefined
  readonly requestId: JsonValue | undefined
}

interface ErrorFamily {
  /** Fields at the top of its error bodies, without those that are there only where there is more to tell. */
  readonly top: readonly string[]
  told(json: JsonObject): Told
  /** Where it is asked for an answer, and what it is asked. */
  readonly asking: Readonly<Record<string, JsonObject>>
  /** Its other routes. */
  readonly others: readonly string[]
  /** Statuses that its clients know by another number. */
  readonly own?: Readonly<Record<number, number>>
}

const messages = [{ role: 'user', content: 'Hi' }]
const inner = ({ error }: JsonObject): JsonObject => (isObject(error) ? error : {})

const FAMILIES: Readonly<Record<string, ErrorFamily>> = {
  Anthropic: {
    top: ['type', 'error', 'request_id'],
    told: (json) => ({ ...told(inner(json)), requestId: json['request_id'] }),
    asking: { '/v1/messages': { model: 'm', max_tokens: 9, messages } },
    others: ['/v1/messages/count_tokens', '/v1/messages/batches'],
    own: { 503: 529 },
  },
  OpenAI: {
    top: ['error'],
    told: (json) => ({ ...told(inner(json)), requestId: inner(json)['request_id'] }),
    asking: {
      '/v1/chat/completions': { model: 'm', messages },
      '/v1/completions': { model: 'm', prompt: 'Hi' },
      '/v1/responses': { model: 'm', input: 'Hi' },
      '/v1/embeddings': { model: 'm', input: 'Hi' },
    },
    others: ['/v1/models', '/v1/models/m', '/v1/aliases', '/v1/files', '/top-models', '/test-connection'],
  },
  Ollama: {
    top: ['error', 'type', 'request_id'],
    told: ({ error, type, request_id: requestId }) => ({ message: error, type, requestId }),
    asking: {
      '/api/chat': { model: 'm', messages },
      '/api/generate': { model: 'm', prompt: 'Hi' },
      '/api/embed': { model: 'm', input: 'Hi' },
      '/api/embeddings': { model: 'm', prompt: 'Hi' },
    },
    others: ['/api/tags', '/api/tags/oa', '/api/show', '/api/ps', '/api/create', '/api/delete'],
  },
  Gemini: {
    top: ['error'],
    told(json) {
      const { status: type, message, details } = inner(json)
      const about = arrayOf(details)?.map((one) => objectOf(one)?.['requestId'])
      return { message, type, requestId: about?.find((id) => id !== undefined) }
    },
    asking: { '/v1beta/models/m:generateContent': { contents: [{ parts: [{ text: 'Hi' }] }] } },
    others: ['/v1beta/models'],
  },
  Bedrock: {
    top: ['__type', 'message', 'requestId'],
    told: ({ __type: type, message, requestId }) => ({ message, type, requestId }),
    asking: { '/model/m/converse': { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] } },
    others: [],
    own: { 401: 403 },
  },
  management: {
    top: ['error', 'detail'],
    told: (json) => ({ ...told(inner(json)), requestId: inner(json)['request_id'] }),
    asking: { '/api/chat/multi': { message: 'Hi', model: 'm' } },
    others: [
      '/api/providers',
      '/api/providers/register',
      '/api/providers/oa/stats',
      '/api/config/providers',
      '/api/traces',
      '/api/explain',
      '/api/stats',
      '/api/status',
    ],
  },
}

function told({ message, type }: JsonObject): Omit<Told, 'requestId'> {
  return { message, type }
}

const GATE = { proxyApiKey: 'the-gate-key-0123' }
const BY = { authorization: `Bearer ${GATE.proxyApiKey}` }

describe.each(Object.entries(FAMILIES))('R15 the family of %s', (name, family) => {
  const paths = [...Object.keys(family.asking), ...family.others]

  function check({ status, headers, json }: Reply, wanted: number, what: string): Told {
    expect([what, status]).toEqual([what, family.own?.[wanted] ?? wanted])
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(Object.keys(json).filter((field) => field !== 'details')).toEqual(family.top)
    const error = family.told(json)
    expect([what, error]).toEqual([
      what,
      {
        message: expect.stringMatching(/\S/),
        type: expect.stringMatching(/^[\w.-]+$/),
        requestId: headers.get('x-request-id'),
      },
    ])
    // P15: clients of the first two documents read this.
    expect(json['detail']).toBe(name === 'management' ? error.message : undefined)
    return error
  }

  test('P10 a wrong method is a 405 that says which are right', async () => {
    const row = await open({ oa: textAnswer() })
    for (const path of paths) {
      const reply = await row.ask(path, { method: 'PROPFIND' })
      check(reply, 405, path)
      expect(reply.headers.get('allow')).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/)
    }
  })

  test('P10 below a route there is none: 404', async () => {
    const row = await open({ oa: textAnswer() })
    for (const path of Object.keys(family.asking)) {
      if (path === '/v1/responses') continue // Below it are the stored ones.
      const { message } = check(await row.ask(`${path}/no/such/thing`), 404, path)
      expect(message).toContain('no/such/thing')
    }
  })

  test('P04 a shut gate is a 401', async () => {
    const row = await open({ oa: textAnswer() }, { server: GATE })
    for (const path of paths) check(await row.ask(path), 401, path)
    for (const [path, body] of Object.entries(family.asking)) {
      check(await row.post(path, body, { authorization: 'Bearer another' }), 401, path)
      expect((await row.post(path, body, BY)).status).not.toBe(401)
    }
  })

  test('P04 a body that is no JSON is a 400, one that is too long a 413', async () => {
    expect.hasAssertions()
    const row = await open({ oa: textAnswer() }, { server: { bodyLimit: 3000 } })
    for (const [path, body] of Object.entries(family.asking)) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
      check(await row.ask(path, init), 400, path)
      check(await row.post(path, { ...body, padding: 'x'.repeat(4000) }), 413, path)
    }
  })

  test.each([
    [400, 400],
    [401, 401],
    [403, 403],
    [404, 404],
    [413, 413],
    [429, 429],
    [500, 502],
    [503, 503],
  ])('P03 P09 P12 a provider’s %i is a %i, with what it said', async (theirs, ours) => {
    const answer: Script = {
      kind: 'status',
      status: theirs,
      headers: { 'retry-after': '60' },
      body: { error: { message: `Said ${theirs}.`, type: 'odd' } },
    }
    for (const [path, body] of Object.entries(family.asking)) {
      // Each its own: who was told to slow down asks no second time at once.
      const row = await open({ oa: answer }, { config: { breaker: NO_BREAKER } })
      const reply = await row.post(path, body)
      check(reply, ours, path)
      expect(reply.text).toContain(`Said ${theirs}.`)
    }
  })
})

test('R15 who would get a model in the words of Anthropic is told in them that there is none', async () => {
  const row = await open({ oa: textAnswer() }, { server: GATE })
  const version = { 'anthropic-version': '2023-06-01' }
  const none = await row.ask('/v1/models/none', { headers: { ...version, ...BY } })
  expect([none.status, none.json]).toEqual([
    404,
    {
      type: 'error',
      error: expect.objectContaining({ type: 'not_found_error' }),
      request_id: none.headers.get('x-request-id'),
    },
  ])
  const shut = await row.ask('/v1/models', { headers: version })
  expect([shut.status, shut.json]).toMatchObject([
    401,
    { type: 'error', error: { type: 'authentication_error' } },
  ])
  const elsewhere = await row.ask('/v1/nothing', { headers: { ...version, ...BY } })
  expect(elsewhere.json).not.toHaveProperty('type')
})
