import { describe, expect, test } from 'vitest'
import { ERRORS, type ErrorType, GatewayError } from '#core'
import { openaiChat } from './index.ts'

const encode = (error: GatewayError, id: string) => openaiChat.errors.encode(error, id)
const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  openaiChat.errors.decode(
    status,
    (name) => headers[name],
    typeof body === 'string' ? body : JSON.stringify(body),
  )

describe('upstream errors', () => {
  test.each([
    [
      'OpenAI',
      401,
      { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } },
      'provider-authentication',
    ],
    [
      'xAI',
      400,
      { code: 'invalid-argument', error: 'Incorrect API key provided.' },
      'provider-authentication',
    ],
    [
      'Mistral',
      400,
      { object: 'error', message: 'bad', type: 'invalid_request', code: '3051' },
      'invalid-request',
    ],
    ['Ollama', 404, { error: 'model "x" not found' }, 'model-not-found'],
    ['OpenRouter', 429, { error: { code: 429, message: 'Provider returned error' } }, 'rate-limited'],
    [
      'Google in a list',
      400,
      [{ error: { code: 400, status: 'INVALID_ARGUMENT', message: 'no' } }],
      'invalid-request',
    ],
    ['Bedrock', 403, { message: 'denied' }, 'provider-permission'],
    [
      'Anthropic',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'overloaded',
    ],
    ['doubleword', 400, { code: 400, message: 'Validation: bad', type: 'Bad Request' }, 'invalid-request'],
    ['FastAPI', 422, { detail: [{ loc: ['body', 'n'], msg: 'too big' }] }, 'unprocessable'],
  ])('pitfall 175 pitfall 181 %s: %i', (_, status, body, type) => {
    const error = read(status, body)
    expect(error.type).toBe(type)
    expect(error.message).not.toMatch(/object Object|^$/)
  })

  test.each([
    [402, 'billing'],
    [404, 'model-not-found'],
    [408, 'timeout'],
    [504, 'timeout'],
    [413, 'too-large'],
    [422, 'unprocessable'],
    [429, 'rate-limited'],
    [500, 'provider-error'],
    [503, 'overloaded'],
    [529, 'overloaded'],
    [520, 'provider-error'],
  ])('pitfall 176 status %i is %s, also with an empty body', (status, type) => {
    expect(read(status, '').type).toBe(type)
  })

  test('pitfall 176 an HTML page is never shown', () => {
    const error = read(502, '<html><body>secret host</body></html>')
    expect(error.message).toBe('The provider answered with status 502.')
    expect(JSON.stringify(encode(error, 'r'))).not.toContain('secret')
  })

  test.each([
    'prompt is too long: 3 tokens > 2 maximum',
    'Your input exceeds the context window of this model',
    'The input token count (9) exceeds the maximum number of tokens allowed (4)',
    'Input Tokens Exceeded',
    "This endpoint's maximum context length is 200000 tokens.",
    'request (2009 tokens) exceeds the available context size (512 tokens)',
  ])('pitfall 179 %s', (message) => {
    const error = read(400, { error: { message } })
    expect(error.type).toBe('context-length')
    expect(encode(error, 'r')).toMatchObject({
      status: 400,
      body: { error: { code: 'context_length_exceeded' } },
    })
  })

  test('pitfall 178 an exhausted quota is not a rate limit', () => {
    expect(read(429, { error: { message: 'x', code: 'insufficient_quota' } }).type).toBe('quota-exceeded')
    expect(read(429, { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } }).type).toBe(
      'rate-limited',
    )
    expect(read(429, { error: { message: 'Quota exceeded for requests per minute' } }).type).toBe(
      'rate-limited',
    )
  })

  test('pitfall 235 a filtered prompt is a policy matter', () => {
    expect(read(400, { error: { code: 'content_filter', message: 'The response was filtered' } }).type).toBe(
      'content-policy',
    )
  })

  test.each([
    [{ 'retry-after-ms': '1500' }, '', 1500],
    [{ 'retry-after': '3' }, '', 3000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, '', 10_000],
    [{}, 'Please try again in 1m20.5s.', 80_500],
    [{}, 'Please retry after 6 seconds.', 6000],
    [{}, 'Please try again in 250ms.', 250],
    [{}, 'Please try again in 6m0s.', 360_000],
    [{}, 'Try later.', undefined],
  ])('pitfall 177 %o %s', (headers, message, wait) => {
    expect(read(429, { error: { message } }, headers as Record<string, string>).facts.retryAfterMs).toBe(wait)
  })

  test('pitfall 177 the wait in a body’s details', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }]
    const error = read(429, { error: { message: 'x', details } })
    expect(error.facts.retryAfterMs).toBe(34_400)
    expect(encode(error, 'r').body).toMatchObject({ error: { details: { retry_after: 35 } } })
  })

  test('pitfall 182 keys and addresses are taken out of message and body', () => {
    const error = read(400, { error: { message: 'key sk-abcdef123456 at http://10.0.0.7/x refused' } })
    expect(JSON.stringify([error.message, encode(error, 'r')])).not.toMatch(/sk-abcdef|10\.0\.0\.7/)
  })

  test('pitfall 183 the upstream’s request id is kept beside ours', () => {
    const error = read(500, { error: { message: 'x' } }, { 'x-request-id': 'up-7' })
    expect(encode(error, 'r-1').body).toMatchObject({
      error: { request_id: 'r-1', details: { upstream: { request_id: 'up-7' } } },
    })
  })

  test('pitfall 250 what the provider behind a router said is dug out', () => {
    const raw = JSON.stringify({ error: { message: 'prompt is too long' } })
    const error = read(400, { error: { code: 400, message: 'Provider returned error', metadata: { raw } } })
    expect(error).toMatchObject({ type: 'context-length', message: 'prompt is too long' })
  })
})

describe('our errors', () => {
  test.each(Object.keys(ERRORS) as ErrorType[])(
    'P09 %s carries the request id and a type of this dialect',
    (type) => {
      const { status, body } = encode(new GatewayError(type, 'm'), 'r-1')
      expect(status).toBe(ERRORS[type].status)
      expect(body).toMatchObject({
        error: {
          message: 'm',
          request_id: 'r-1',
          type: expect.stringMatching(
            /^(invalid_request|authentication|permission|rate_limit|server)_error$|^insufficient_quota$/,
          ),
        },
      })
    },
  )

  test('P12 the upstream’s own words are in details.upstream, scrubbed and cut', () => {
    const error = read(500, {
      error: { message: 'x', type: 'server_error', pad: `sk-abcdef123456 ${'y'.repeat(5000)}` },
    })
    const details = JSON.stringify(encode(error, 'r').body)
    expect(encode(error, 'r').body).toMatchObject({
      error: { details: { upstream: { status: 500, type: 'server_error' } } },
    })
    expect(details.length).toBeLessThan(2000)
    expect(details).not.toContain('sk-abcdef')
  })

  test('the field at fault is named', () => {
    const error = new GatewayError('invalid-request', 'm', { param: 'messages' })
    expect(encode(error, 'r').body).toMatchObject({
      error: { param: 'messages', type: 'invalid_request_error' },
    })
  })
})
