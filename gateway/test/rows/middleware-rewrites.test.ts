/** Row J11: what a middleware rewrites besides the request itself, and what it cannot. */

import { expect, test } from 'vitest'
import { pluginFolder, withMiddleware } from '../plugin.ts'
import { rows, textAnswer } from './row.ts'

const row = rows()
const folder = pluginFolder()

const CHAT = '/v1/chat/completions'
const ASK = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }

test.each(['oa', 'an'] as const)(
  'J11 before %s one rewrites the model, headers of the call and of the answer',
  async (upstream) => {
    const plugins = folder()
    const body = `return {
    name: 'm',
    request: ({ model }) => ({ model: model + '-latest', headers: { set: { 'X-Team': 'blue' }, remove: ['user-agent'] } }),
    headers: ({ model, asked }) => ({ 'X-Served-As': model, 'x-model': 'ours', 'x-asked': asked }),
  }`
    const house = await row(
      { [upstream]: textAnswer() },
      { config: withMiddleware(plugins.middleware('m', body)) },
    )
    for (const stream of [false, true]) {
      const answer = await house.post(CHAT, { ...ASK, model: 'm1', stream })
      expect(answer.status).toBe(200)
      expect(house.sent(upstream)['model']).toBe('m1-latest')
      const { headers } = house.calls(upstream).at(-1) ?? {}
      expect([headers?.['x-team'], headers?.['user-agent']]).toEqual(['blue', undefined])
      const told = ['x-served-as', 'x-model', 'x-asked', 'x-provider'].map((name) => answer.headers.get(name))
      expect(told).toEqual(['m1', 'ours', 'm1', upstream])
    }
  },
)

test.each([
  ['request', `request: () => ({ headers: { set: { Authorization: 'Bearer mine' } } })`],
  ['request', `request: () => ({ headers: { remove: ['x-api-key'] } })`],
  ['headers', `headers: () => ({ 'content-length': '5' })`],
  ['headers', `headers: () => ({ 'x-split': 'a\\r\\nb: c' })`],
])('J11 what lets a request in or frames a message cannot be changed (%s: %s)', async (hook, text) => {
  const plugins = folder()
  const one = plugins.middleware('m', `return { name: 'm', ${text} }`)
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(one) })
  const answer = await house.post(CHAT, ASK)
  expect([answer.status, answer.text]).toEqual([500, expect.stringContaining(`in its hook \\"${hook}\\"`)])
})

test('J11 credentials of the client are not told', async () => {
  const plugins = folder()
  const body = `return { name: 'm', request(asked, call) { tell(call.header('authorization'), call.header('X-Session-Id')) } }`
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(plugins.middleware('m', body)) })
  await house.post(CHAT, ASK, { authorization: 'Bearer canary', 'x-session-id': 's1' })
  expect(plugins.journal()).toEqual([' s1'])
})
