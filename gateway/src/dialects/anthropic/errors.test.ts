/** Errors read from upstreams and worded for clients. */

import { describe, expect, test } from 'vitest'
import { GatewayError } from '#core'
import type { ErrorType } from '#core'
import { anthropic } from './index.ts'

const headers =
  (fields: Readonly<Record<string, string>> = {}) =>
  (name: string) =>
    fields[name]
const decode = (status: number, type: string, message = 'm', fields = {}) =>
  anthropic.errors.decode(
    status,
    headers(fields),
    JSON.stringify({ type: 'error', error: { type, message } }),
  )
const encode = (type: ErrorType, message = 'm', facts = {}) =>
  anthropic.errors.encode(new GatewayError(type, message, facts), 'r1')

describe('errors of upstreams', () => {
  test.each<[number, string, ErrorType]>([
    [400, 'invalid_request_error', 'invalid-request'],
    [401, 'authentication_error', 'provider-authentication'],
    [402, 'billing_error', 'billing'],
    [403, 'permission_error', 'provider-permission'],
    [404, 'not_found_error', 'model-not-found'],
    [413, 'request_too_large', 'too-large'],
    [429, 'rate_limit_error', 'rate-limited'],
    [500, 'api_error', 'provider-error'],
    [504, 'timeout_error', 'timeout'],
    [529, 'overloaded_error', 'overloaded'],
  ])('P13 pitfall 175 pitfall 176 %i %s is %s, with or without a readable body', (status, word, type) => {
    expect(decode(status, word).type).toBe(type)
    expect(anthropic.errors.decode(status, headers(), '<html>bad</html>').type).toBe(type)
  })

  test('pitfall 178 spent money is not a rate', () => {
    expect(decode(400, 'invalid_request_error', 'Your credit balance is too low').type).toBe('billing')
    expect(
      decode(400, 'invalid_request_error', 'You have reached your specified API usage limits.').type,
    ).toBe('quota-exceeded')
  })

  test.each([
    'prompt is too long: 9 tokens > 5 maximum',
    'input length and `max_tokens` exceed context limit: 1 + 2 > 2',
    "This model's maximum context length is 5 tokens.",
  ])('pitfall 179 %s is a context error', (message) => {
    expect(decode(400, 'invalid_request_error', message).type).toBe('context-length')
  })

  test('pitfall 177 the wait that was asked for is kept', () => {
    expect(decode(429, 'rate_limit_error', 'm', { 'retry-after': '34.4' }).facts.retryAfterMs).toBe(34_400)
    expect(decode(429, 'rate_limit_error', 'm', { 'retry-after-ms': '250' }).facts.retryAfterMs).toBe(250)
    const date = { date: 'Fri, 20 Nov 2026 10:00:00 GMT', 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }
    expect(decode(429, 'rate_limit_error', 'm', date).facts.retryAfterMs).toBe(30_000)
    expect(decode(429, 'rate_limit_error').facts.retryAfterMs).toBeUndefined()
  })

  test('pitfall 182 keys in foreign text are masked', () => {
    const error = decode(401, 'authentication_error', 'bad key sk-ant-abc123456')
    expect(error.message).not.toContain('abc123456')
    expect(JSON.stringify(error.facts)).not.toContain('abc123456')
  })

  test('pitfall 183 the upstream’s own request id is kept', () => {
    expect(decode(500, 'api_error', 'm', { 'request-id': 'req_1' }).facts.upstream).toMatchObject({
      status: 500,
      requestId: 'req_1',
      type: 'api_error',
    })
  })

  test('markup is not repeated', () => {
    const error = anthropic.errors.decode(502, headers(), '<html>internal-host</html>')
    expect(JSON.stringify([error.message, error.facts])).not.toContain('internal-host')
    expect(anthropic.errors.decode(418, headers(), 'teapot')).toMatchObject({
      type: 'invalid-request',
      status: 418,
    })
  })
})

describe('errors to clients', () => {
  test('P03 P09 the envelope names type, message and request', () => {
    expect(encode('invalid-request', 'bad', { param: 'max_tokens' })).toEqual({
      status: 400,
      body: {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'bad', details: { param: 'max_tokens' } },
        request_id: 'r1',
      },
    })
  })

  test('pitfall 176 an overload is 529', () => {
    expect(encode('overloaded')).toMatchObject({ status: 529, body: { error: { type: 'overloaded_error' } } })
    expect(encode('unavailable')).toMatchObject({
      status: 503,
      body: { error: { type: 'overloaded_error' } },
    })
  })

  test.each([
    [
      'The input token count (1200) exceeds the maximum number of tokens allowed (1000)',
      'prompt is too long: 1200 tokens > 1000 maximum',
    ],
    [
      "This model's maximum context length is 8,192 tokens. However, your messages resulted in 9000 tokens.",
      'prompt is too long: 9000 tokens > 8192 maximum',
    ],
    ['Input Tokens Exceeded', 'prompt is too long: Input Tokens Exceeded'],
    ['prompt is too long: 3 tokens > 2 maximum', 'prompt is too long: 3 tokens > 2 maximum'],
  ])('pitfall 179 "%s" is told as clients of this dialect know it', (message, told) => {
    expect(encode('context-length', message).body).toMatchObject({
      error: { type: 'invalid_request_error', message: told },
    })
  })

  test('P12 what the upstream said stands in the details', () => {
    const facts = {
      provider: 'an',
      upstream: { status: 500, requestId: 'req_9', type: 'api_error', body: '{…' },
    }
    expect(encode('provider-error', 'm', facts).body).toMatchObject({
      error: {
        details: {
          provider: 'an',
          upstream: { status: 500, request_id: 'req_9', type: 'api_error', body: '{…' },
        },
      },
    })
  })
})
