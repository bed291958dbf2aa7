/** Row B16: the aliases, by provider. */

import { expect, test } from 'vitest'
import { rows, textAnswer } from './row.ts'

const open = rows()

test('B16 the aliases by provider, with what is suggested, and none of providers that cannot be used', async () => {
  const row = await open(
    { oa: [textAnswer()], an: [textAnswer()] },
    {
      config: {
        aliases: { quick: 'an:claude-haiku-4-5', plain: 'gpt-4o' },
        partial: [{ name: 'keyless', reason: 'api_key is missing' }],
        topModels: {
          source: 'manual_rankings',
          rankings: [{ id: 'oa:gpt-4.1' }, { id: 'oa:gpt-4o' }, { id: 'oa:gpt-4.1-nano' }],
          exclude: [],
          timeoutMs: 5000,
        },
      },
      providers: { oa: { aliases: { big: 'gpt-5', plain: 'gpt-4.1' } } },
    },
  )
  const { status, json } = await row.ask('/v1/aliases')
  expect(status).toBe(200)
  expect(json).toEqual({
    object: 'list',
    aliases: { oa: { big: 'gpt-5', plain: 'gpt-4.1' }, an: { quick: 'an:claude-haiku-4-5' } },
    suggested: {
      default: { top: 'oa:gpt-4.1', 'top-cheap': 'oa:gpt-4.1-nano', 'top-longctx': 'oa:gpt-4.1' },
    },
    total: 3,
  })
})

test('B16 without aliases the list is empty', async () => {
  const row = await open({ oa: [textAnswer()] })
  expect((await row.ask('/v1/aliases')).json).toEqual({
    object: 'list',
    aliases: {},
    suggested: {},
    total: 0,
  })
})

test('B16 the list is behind the gate', async () => {
  const row = await open({ oa: [textAnswer()] }, { server: { proxyApiKey: 'gate' } })
  expect((await row.ask('/v1/aliases')).status).toBe(401)
  expect((await row.ask('/v1/aliases', { headers: { 'x-api-key': 'gate' } })).status).toBe(200)
})
