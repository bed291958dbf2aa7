import { describe, expect, test } from 'vitest'
import { GatewayError } from '#core'
import { bedrock } from './index.ts'

const told = (status: number, type: string | undefined, message: string) =>
  bedrock.errors.decode(
    status,
    (name) => (name === 'x-amzn-errortype' ? type : undefined),
    JSON.stringify({ message }),
  )

describe("errors of Amazon's", () => {
  test.each([
    [
      403,
      'UnrecognizedClientException:http://internal.amazon.com/coral/',
      'The security token is invalid.',
      'provider-authentication',
    ],
    [403, 'AccessDeniedException', "You don't have access to the model.", 'provider-permission'],
    [
      403,
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'provider-authentication',
    ],
    [400, 'ValidationException:http://x/', 'bad field', 'invalid-request'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'model-not-found'],
    [400, 'ValidationException', 'Input is too long for requested model.', 'context-length'],
    [
      400,
      'ValidationException',
      'The model returned the following errors: Input Tokens Exceeded: x',
      'context-length',
    ],
    [404, 'ResourceNotFoundException', 'end of life', 'model-not-found'],
    [429, 'ThrottlingException', 'Too many requests', 'rate-limited'],
    [429, 'ThrottlingException', 'Too many tokens per day', 'quota-exceeded'],
    [400, 'ServiceQuotaExceededException', 'quota', 'quota-exceeded'],
    [408, 'ModelTimeoutException', 'slow', 'timeout'],
    [429, 'ModelNotReadyException', 'loading', 'overloaded'],
    [424, 'ModelErrorException', 'broken', 'provider-error'],
    [500, 'InternalServerException', 'oops', 'provider-error'],
    [503, 'ServiceUnavailableException', 'later', 'overloaded'],
    [403, undefined, 'Signature expired', 'provider-authentication'],
    [403, undefined, 'No.', 'provider-permission'],
    [418, 'com.amazon#ThrottlingException', 'tea', 'rate-limited'],
  ])('pitfall 180 %i %s "%s" is %s', (status, type, message, expected) => {
    const error = told(status, type, message)
    expect([error.type, error.message]).toEqual([expected, message])
    expect(error.facts.upstream?.status).toBe(status)
  })

  test('pitfall 240 a model that wants a profile is the caller’s affair, with a hint', () => {
    const message =
      'Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry with a profile.'
    const error = told(400, 'ValidationException', message)
    expect([error.type, error.status]).toEqual(['invalid-request', 400])
    expect(error.message).toContain('"us."')
  })

  test('a page of markup is not repeated', () => {
    const error = bedrock.errors.decode(502, () => undefined, '<html>secret</html>')
    expect([error.type, error.facts.upstream?.body]).toEqual(['provider-error', undefined])
  })

  test.each([
    ['rate-limited', 429, 'ThrottlingException'],
    ['authentication', 403, 'UnrecognizedClientException'],
    ['provider-permission', 403, 'AccessDeniedException'],
    ['context-length', 400, 'ValidationException'],
    ['model-not-found', 404, 'ResourceNotFoundException'],
    ['timeout', 408, 'ModelTimeoutException'],
    ['overloaded', 503, 'ServiceUnavailableException'],
    ['cut-stream', 502, 'InternalServerException'],
  ] as const)('%s is told with %i and %s', (type, status, name) => {
    const answer = bedrock.errors.encode(new GatewayError(type, 'Told.'), 'r1')
    expect(answer).toEqual({
      status,
      body: { __type: name, message: 'Told.', requestId: 'r1' },
      headers: ['x-amzn-errortype', name, 'x-amzn-requestid', 'r1'],
    })
  })
})
