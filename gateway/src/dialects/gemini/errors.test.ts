/** Errors and model lists in Google's words. */

import { describe, expect, test } from 'vitest'
import { GatewayError } from '#core'
import { gemini } from './index.ts'

const none = () => undefined
const header = (name: string) => (name === 'retry-after' ? '7' : undefined)

function read(status: number, error: object, headers: (name: string) => string | undefined = none) {
  return gemini.errors.decode(status, headers, JSON.stringify({ error: { code: status, ...error } }))
}

describe('what an upstream says', () => {
  test('pitfall 181 an error in a list of one is the error', () => {
    const body = JSON.stringify([{ error: { code: 400, message: 'Bad thing.', status: 'INVALID_ARGUMENT' } }])
    expect(gemini.errors.decode(400, none, body)).toMatchObject({
      type: 'invalid-request',
      message: 'Bad thing.',
      status: 400,
    })
  })

  test('pitfall 177 how long to wait stands in the details, and goes back into them', () => {
    const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }
    const error = read(429, {
      message: 'You exceeded your current quota.',
      status: 'RESOURCE_EXHAUSTED',
      details: [retry],
    })
    expect(error).toMatchObject({ type: 'rate-limited', facts: { retryAfterMs: 34_400 } })
    expect(JSON.stringify(gemini.errors.encode(error, 'r').body)).toContain(JSON.stringify(retry))
    expect(read(429, { message: 'x' }, header).facts.retryAfterMs).toBe(7000)
  })

  test.each([
    [
      400,
      { message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' },
      'provider-authentication',
    ],
    [400, { message: 'x', details: [{ reason: 'API_KEY_INVALID' }] }, 'provider-authentication'],
    [
      400,
      { message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).' },
      'context-length',
    ],
    [
      400,
      { message: 'User location is not supported for the API use.', status: 'FAILED_PRECONDITION' },
      'provider-permission',
    ],
    [401, { message: 'x', status: 'UNAUTHENTICATED' }, 'provider-authentication'],
    [403, { message: 'x', status: 'PERMISSION_DENIED' }, 'provider-permission'],
    [403, { message: 'x', details: [{ reason: 'BILLING_DISABLED' }] }, 'billing'],
    [404, { message: 'models/x is not found', status: 'NOT_FOUND' }, 'model-not-found'],
    [429, { message: 'x', details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }] }, 'quota-exceeded'],
    [429, { message: 'Resource exhausted.', status: 'RESOURCE_EXHAUSTED' }, 'rate-limited'],
    [499, { message: 'x', status: 'CANCELLED' }, 'invalid-request'],
    [500, { message: 'x', status: 'INTERNAL' }, 'provider-error'],
    [503, { message: 'x', status: 'UNAVAILABLE' }, 'overloaded'],
    [504, { message: 'x', status: 'DEADLINE_EXCEEDED' }, 'timeout'],
  ] as const)('%i %o is %s', (status, error, type) => {
    expect(read(status, error).type).toBe(type)
  })

  test('a page of markup tells nothing and is not shown', () => {
    const error = gemini.errors.decode(502, none, '<html>secret</html>')
    expect(error.type).toBe('provider-error')
    expect(JSON.stringify(error.facts)).not.toContain('secret')
  })
})

test('our own errors have code, status word, reason and request id', () => {
  const error = new GatewayError('model-not-found', 'No such model.', { param: 'model' })
  expect(gemini.errors.encode(error, 'req-1')).toEqual({
    status: 404,
    body: {
      error: {
        code: 404,
        message: 'No such model.',
        status: 'NOT_FOUND',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'MODEL_NOT_FOUND',
            domain: 'sluice',
          },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req-1' },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'model', description: 'No such model.' }],
          },
        ],
      },
    },
  })
})

test('pitfall 231 models are resources here and plain names elsewhere', () => {
  const wire = {
    models: [
      {
        name: 'models/gemini-x',
        displayName: 'X',
        version: '3',
        inputTokenLimit: 100,
        outputTokenLimit: 10,
        supportedGenerationMethods: ['generateContent'],
        thinking: true,
      },
      { name: 'models/embed-x', supportedGenerationMethods: ['embedContent'] },
    ],
  }
  const list = gemini.models.decode(wire)
  expect(list).toMatchObject([
    {
      id: 'gemini-x',
      displayName: 'X',
      contextWindow: 100,
      maxOutput: 10,
      abilities: ['completion', 'thinking'],
    },
    { id: 'embed-x', abilities: ['embedding'] },
  ])
  expect(gemini.models.encodeList(list)).toMatchObject(wire)
  expect(gemini.models.encodeOne({ id: 'gpt' })).toEqual({
    name: 'models/gpt',
    version: '001',
    displayName: 'gpt',
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  })
  expect(gemini.models.decode('nonsense')).toEqual([])
})
