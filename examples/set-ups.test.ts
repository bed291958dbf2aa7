/** The larger examples: everything that keeps answers coming, clients by name, Claude Code elsewhere. */

import { describe, expect, test } from 'vitest'
import { asking, DOWN, examples, KEY, loaded } from './started.ts'

const start = examples()
const chat = '/v1/chat/completions'

const by = (key: string) => ({ authorization: `Bearer ${key}` })

describe('resilient.toml', () => {
  const assistant = asking('assistant')

  test('says limits, circuit, second askings and continuation', () => {
    expect(loaded('resilient.toml')).toMatchObject({
      hedging: true,
      midStream: 'continue',
      limits: { concurrency: 80, queue: { size: 200, timeoutMs: 30_000 } },
      breaker: { failures: 3, recoveryMs: 20_000, slowMs: 30_000 },
    })
  })

  test('two of three may be down; who failed three times is left in peace', async () => {
    const { post, calls } = await start(loaded('resilient.toml'), { openai: DOWN, claude: DOWN })
    for (let n = 0; n < 4; n++) {
      const answer = await post(chat, assistant)
      expect([answer.status, answer.headers.get('x-provider')]).toEqual([200, 'openrouter'])
    }
    expect([calls('openai').length, calls('claude').length]).toEqual([3, 3])
  })

  test('a stream that breaks off is brought to its end by the next', async () => {
    const { post, calls } = await start(loaded('resilient.toml'), {
      openai: { kind: 'answer', text: 'one two three four', cutAfter: 2 },
      claude: { kind: 'answer', text: 'three four' },
    })
    const { status, text } = await post(chat, { ...assistant, stream: true })
    expect(status).toBe(200)
    const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join('')
    expect(said).toBe('one two three four')
    expect(text).toContain('"finish_reason":"stop"')
    expect(calls('claude')).toHaveLength(1)
  })
})

describe('clients.toml', () => {
  const keys = { ALICE_KEY: 'key-of-alice-0123', BUILD_KEY: 'key-of-the-build-0123' }

  test('nobody enters without a key', async () => {
    const { post } = await start(loaded('clients.toml', keys))
    expect((await post(chat, asking('gpt-5'))).status).toBe(401)
    expect((await post(chat, asking('gpt-5'), by(KEY))).status).toBe(401)
  })

  test.each([
    ['alice', keys.ALICE_KEY, 'gpt-5', 200],
    ['alice', keys.ALICE_KEY, 'gpt-5-pro', 403],
    ['the build server', keys.BUILD_KEY, 'local:qwen3-8b', 200],
    ['the build server', keys.BUILD_KEY, 'openai:gpt-5', 403],
    ['a visitor, whose key the file does not hold,', 'visitors-example-key', 'gpt-5-nano', 200],
    ['a visitor', 'visitors-example-key', 'gpt-5', 403],
  ])('%s asks for what is allowed', async (_, key, model, status) => {
    const { post, calls } = await start(loaded('clients.toml', keys))
    expect((await post(chat, asking(model), by(key))).status).toBe(status)
    expect(calls('openai').length + calls('local').length).toBe(status === 200 ? 1 : 0)
  })
})

test('claude-code.toml: opus, sonnet and haiku are that provider’s big, middle and small models', async () => {
  const { post, calls } = await start(loaded('claude-code.toml'), {
    openrouter: { kind: 'answer', toolCalls: [{ id: 'call_1', name: 'Read', arguments: { path: 'a.md' } }] },
  })
  const tools = [{ name: 'Read', input_schema: { type: 'object', properties: { path: { type: 'string' } } } }]
  for (const model of ['claude-opus-4-8', 'claude-sonnet-5', 'claude-haiku-4-5-20251001']) {
    const { status, text } = await post('/v1/messages', asking(model, { max_tokens: 50, tools }), {
      authorization: 'Bearer any-key',
      'anthropic-version': '2023-06-01',
    })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      content: [{ type: 'tool_use', name: 'Read', input: { path: 'a.md' } }],
      stop_reason: 'tool_use',
    })
  }
  expect(calls('openrouter').map(({ model }) => model)).toEqual([
    'z-ai/glm-4.6',
    'qwen/qwen3-coder',
    'openai/gpt-5-nano',
  ])
})
