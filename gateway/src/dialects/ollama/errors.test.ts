import { describe, expect, test } from 'vitest'
import { GatewayError, type ErrorType } from '#core'
import type { ErrorCodec } from '../dialect.ts'
import { ollama } from './index.ts'

const decode: ErrorCodec['decode'] = (...told) => ollama.errors.decode(...told)
const encode: ErrorCodec['encode'] = (...told) => ollama.errors.encode(...told)
const none = (): undefined => undefined
const delayTold = (headers: Record<string, string>) =>
  decode(429, (name) => headers[name], '').facts.retryAfterMs

describe('reading', () => {
  test.each<[number, string, ErrorType, number]>([
    [404, '{"error":"model \'x\' not found"}', 'model-not-found', 404],
    [404, '404 page not found', 'not-found', 404],
    [400, '{"error":"invalid options"}', 'invalid-request', 400],
    [
      400,
      '{"error":{"message":"prompt too long; exceeded max context length by 9 tokens"}}',
      'context-length',
      400,
    ],
    [401, '{"error":{"message":"Unauthorized"}}', 'provider-authentication', 401],
    [403, '{"error":"forbidden"}', 'provider-permission', 403],
    [413, '', 'too-large', 413],
    [429, '{"error":"too many concurrent requests"}', 'rate-limited', 429],
    [429, '{"error":"you have reached your weekly usage limit"}', 'quota-exceeded', 429],
    [500, '{"error":"llama runner process no longer running: 2"}', 'provider-error', 502],
    [502, '<html>bad gateway</html>', 'provider-error', 502],
    [503, '{"error":"server busy, please try again. maximum pending requests exceeded"}', 'overloaded', 503],
    [504, '', 'timeout', 504],
  ])('P13 %i %s is %s', (status, body, type, ours) => {
    const error = decode(status, none, body)
    expect([error.type, error.status]).toEqual([type, ours])
    expect(error.facts.upstream?.status).toBe(status)
  })

  test('pitfall 177 the delay the server asks for is read', () => {
    expect(delayTold({ 'retry-after': '2' })).toBe(2000)
    expect(delayTold({ 'retry-after-ms': '30' })).toBe(30)
    const date = 'Fri, 20 Nov 2026 00:00:00 GMT'
    expect(delayTold({ date, 'retry-after': 'Fri, 20 Nov 2026 00:00:05 GMT' })).toBe(5000)
    expect(delayTold({ 'retry-after': 'soon' })).toBeUndefined()
  })

  test('pitfall 182 secrets in a foreign text do not come through', () => {
    const error = decode(400, none, '{"error":"bad key sk-abcdef123456 at http://10.0.0.3:11434/api"}')
    const shown = JSON.stringify([error.message, error.facts.upstream])
    expect(shown).not.toContain('abcdef123456')
    expect(shown).not.toContain('10.0.0.3')
  })

  test('P07 a refused key is ours and is not shown', () => {
    const error = decode(401, none, '{"error":"key abc refused"}')
    expect(error.message).toContain('key that the gateway holds')
    expect(error.message).not.toContain('abc')
  })
})

describe('writing', () => {
  const failed = new GatewayError('rate-limited', 'Slow down.', {
    provider: 'acme',
    param: 'model',
    retryAfterMs: 1000,
    upstream: { status: 429, requestId: 'up-1', body: 'token sk-abcdef123456' },
  })

  test('P14 error is text, with its type beside it', () => {
    const { status, body } = encode(failed, 'req-1')
    expect(status).toBe(429)
    expect(body).toMatchObject({ error: 'Slow down.', type: 'rate-limited' })
  })

  test('P09 the request id is in the body', () => {
    expect(encode(failed, 'req-1').body['request_id']).toBe('req-1')
  })

  test("P12 the upstream's answer is kept in details, scrubbed", () => {
    expect(encode(failed, 'r').body['details']).toEqual({
      param: 'model',
      provider: 'acme',
      retry_after_ms: 1000,
      upstream: { status: 429, request_id: 'up-1', body: 'token [key]' },
    })
    expect(encode(new GatewayError('internal', 'x'), 'r').body).not.toHaveProperty('details')
  })

  test('C26 a missing model is worded as clients look for it', () => {
    const text = (message: string, details?: { model: string }) =>
      encode(new GatewayError('model-not-found', message, details === undefined ? {} : { details }), 'r')
        .body['error']
    expect(text('No provider serves `llama9`.')).toBe("model 'llama9' not found")
    expect(text('No such model.', { model: 'q' })).toBe("model 'q' not found")
    expect(text("model 'a:b' not found")).toBe("model 'a:b' not found")
    expect(text('No such model.')).toContain('not found')
    expect(encode(new GatewayError('model-not-found', 'x'), 'r').status).toBe(404)
  })
})
