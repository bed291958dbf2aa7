/** Rows A16, A24, A25: what the gateway changes in a body and in headers on their way, and what it leaves alone. */

import { expect, test } from 'vitest'
import { loadIn } from '../load-in.ts'
import { rows, textAnswer } from './row.ts'

const open = rows()
const BOTH = { oa: textAnswer(), an: textAnswer(), ol: textAnswer() }
const MESSAGES = [{ role: 'user', content: 'Hi.' }]
const LIMITS = { config: { tokenLimits: { min: 100, max: 4096 } } }

test.each([
  [10, 100],
  [100, 100],
  [500, 500],
  [9999, 4096],
])('A16 a limit of %i goes up as %i in both lanes', async (asked, sent) => {
  const row = await open(BOTH, LIMITS)
  await row.post('/v1/messages', { model: 'oa:gpt-4o', max_tokens: asked, messages: MESSAGES })
  expect(row.sent('oa')['max_tokens']).toBe(sent)
  await row.post('/v1/messages', { model: 'an:claude-haiku-4-5', max_tokens: asked, messages: MESSAGES })
  expect(row.sent('an')['max_tokens']).toBe(sent)
})

test.each([
  [10, 100],
  [9999, 4096],
])('A16 the other dialects of a client are clamped in both lanes too: %i is %i', async (asked, sent) => {
  const row = await open(BOTH, LIMITS)
  await row.post('/v1/chat/completions', {
    model: 'oa:gpt-4o',
    max_completion_tokens: asked,
    messages: MESSAGES,
  })
  expect(row.sent('oa')).toMatchObject({ max_completion_tokens: sent })
  expect(row.sent('oa')).not.toHaveProperty('max_tokens')
  await row.post('/v1/chat/completions', {
    model: 'an:claude-haiku-4-5',
    max_tokens: asked,
    messages: MESSAGES,
  })
  expect(row.sent('an')['max_tokens']).toBe(sent)
  await row.post('/api/chat', {
    model: 'ol:llama3',
    options: { num_predict: asked, seed: 4 },
    messages: MESSAGES,
  })
  expect(row.sent('ol')['options']).toEqual({ num_predict: sent, seed: 4 })
  await row.post('/api/chat', { model: 'oa:gpt-4o', options: { num_predict: asked }, messages: MESSAGES })
  expect(row.sent('oa')['max_tokens']).toBe(sent)
})

test('A16 a client that sets no limit gets none', async () => {
  const row = await open(BOTH, LIMITS)
  await row.post('/v1/chat/completions', { model: 'oa:gpt-4o', messages: MESSAGES })
  expect(row.sent('oa')).not.toHaveProperty('max_tokens')
  await row.post('/api/chat', { model: 'ol:llama3', messages: MESSAGES })
  expect(row.sent('ol')).not.toHaveProperty('options')
})

test("A16 the clamped body is otherwise the client's, byte for byte", async () => {
  const row = await open(BOTH, LIMITS)
  const body =
    '{ "max_tokens" : 9999,"model":"claude-haiku-4-5", "x_new":1.50, "messages":[{"role":"user","content":"\\u0048i"}]}'
  await row.ask('/v1/messages', { method: 'POST', body, headers: { 'x-provider': 'an' } })
  expect(row.calls('an').at(-1)?.body).toBe(body.replace('9999', '4096'))
})

test('A16 MAX_TOKENS_LIMIT=0 switches the upper clamp off', async () => {
  const config = loadIn({ env: { MAX_TOKENS_LIMIT: '0', MIN_TOKENS_LIMIT: '100' } })
  const row = await open(BOTH, { config: { tokenLimits: config.tokenLimits } })
  await row.post('/v1/messages', { model: 'oa:gpt-4o', max_tokens: 99_999, messages: MESSAGES })
  expect(row.sent('oa')['max_tokens']).toBe(99_999)
  await row.post('/v1/messages', { model: 'oa:gpt-4o', max_tokens: 10, messages: MESSAGES })
  expect(row.sent('oa')['max_tokens']).toBe(100)
})

test("A24 Anthropic gets the client's own keys and no others", async () => {
  const row = await open(BOTH)
  const body = { max_tokens: 20, metadata: { user_id: 'u' }, x_unknown: { deep: [1] }, messages: MESSAGES }
  await row.post('/v1/messages', { model: 'an:claude-haiku-4-5', ...body })
  expect(row.sent('an')).toEqual({ model: 'claude-haiku-4-5', ...body })
  expect(row.calls('an').at(-1)?.body).toBe(JSON.stringify({ model: 'claude-haiku-4-5', ...body }))
})

test("A25 the client's beta and version headers go on to Anthropic", async () => {
  const row = await open(BOTH)
  const headers = { 'anthropic-beta': 'context-1m-2025-08-07,new-thing-1', 'anthropic-version': '2024-01-01' }
  await row.post(
    '/v1/messages',
    { model: 'an:claude-haiku-4-5', max_tokens: 20, messages: MESSAGES },
    headers,
  )
  expect(row.calls('an').at(-1)?.headers).toMatchObject(headers)
})

test('A25 without a version the usual one is sent', async () => {
  const row = await open(BOTH)
  await row.post('/v1/messages', { model: 'an:claude-haiku-4-5', max_tokens: 20, messages: MESSAGES })
  const { headers } = row.calls('an').at(-1) ?? {}
  expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01' })
  expect(headers).not.toHaveProperty('anthropic-beta')
})
