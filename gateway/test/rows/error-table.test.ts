/** Rows P01, P02, P04: the table of errors, its page, and the one place where errors are worded. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ERRORS, GatewayError, isObject } from '#core'
import { DIALECTS } from '#dialects'
import { CLIENTS } from './client-dialects.ts'
import { ROOT, TABLE } from './error-page.ts'

const WORDS: Readonly<Record<string, string>> = {
  never: 'told at once',
  'same-target': 'same target, then next',
  'other-key': 'next key, then next target',
  'other-target': 'next target',
}

test('P01 the reference page has every error type, as the code has it', () => {
  const asCode = Object.entries(ERRORS).map(([type, { status, blame, next, counts }]) => {
    // The keys of the table are its types.
    const error = new GatewayError(type as keyof typeof ERRORS, 'x')
    const worded = CLIENTS.map((client) => {
      const { name } = client
      const answer = DIALECTS[name as keyof typeof DIALECTS].errors.encode(error, 'id')
      const inner = isObject(answer.body['error']) ? answer.body['error'] : {}
      const code = name === 'openai-chat' && typeof inner['code'] === 'string' ? ` ${inner['code']}` : ''
      return `${answer.status} ${client.errorOf(answer.body).type}${code}`
    })
    return [type, String(status), blame, `${WORDS[next]}${counts ? '; counts' : ''}`, ...worded]
  })
  expect(TABLE).toEqual(asCode)
})

test('P04 the statuses are those that were decided', () => {
  const statusOf = Object.fromEntries(Object.entries(ERRORS).map(([type, { status }]) => [type, status]))
  expect(statusOf).toMatchObject({
    'invalid-request': 400,
    authentication: 401,
    permission: 403,
    'not-found': 404,
    'too-large': 413,
    'quota-exceeded': 429,
    'rate-limited': 429,
    internal: 500,
    'provider-error': 502,
    unavailable: 503,
    timeout: 504,
    cancelled: 499,
  })
})

test('P02 one place words error bodies', () => {
  const sources = globSync('gateway/src/{server,pipeline,observe}/**/*.ts', { cwd: ROOT }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  expect(sources.length).toBeGreaterThan(20)
  const holding = (pattern: RegExp) =>
    sources
      .filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8')))
      .map((file) => file.replace('gateway/src/', ''))
      .toSorted()
  expect(holding(/errors\s*\.encode\(/)).toEqual(['server/reply.ts'])
  expect(holding(/errorReply\(/)).toEqual(['server/app.ts', 'server/reply.ts'])
  // A literal with an `error` that is text or an object would be a body of one's own.
  expect(holding(/\berror:\s*[{'"`]|"error"\s*:/)).toEqual([])
})
