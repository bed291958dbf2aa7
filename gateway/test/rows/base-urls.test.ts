/** Rows C06, G48, G54: where a base URL leads in each of its spellings, and what one provider alone can serve. */

import { describe, expect, test } from 'vitest'
import type { ProviderConfig } from '#config'
import { configuredBy } from './by-environment.ts'
import { configured } from './configured.ts'
import { EVERY_UPSTREAM, rows, textAnswer } from './row.ts'

const { upstream, started } = configured()
const openRow = rows()

describe('G48 R17 base URLs in every spelling', () => {
  test.each([
    ['anthropic, bare', { ANTHROPIC_API_KEY: 'k' }, 'ANTHROPIC_BASE_URL', '', '/v1/messages'],
    ['anthropic, with its version', { ANTHROPIC_API_KEY: 'k' }, 'ANTHROPIC_BASE_URL', '/v1', '/v1/messages'],
    ['with slashes at its end', { ANTHROPIC_API_KEY: 'k' }, 'ANTHROPIC_BASE_URL', '/v1//', '/v1/messages'],
    ['openai, with slashes', { OPENAI_API_KEY: 'k' }, 'OPENAI_BASE_URL', '/v1//', '/v1/chat/completions'],
    ['openai, with its version', { OPENAI_API_KEY: 'k' }, 'OPENAI_BASE_URL', '/v1', '/v1/chat/completions'],
    [
      'azure, bare',
      { AZURE_API_KEY: 'k', AZURE_API_VERSION: 'v' },
      'AZURE_BASE_URL',
      '',
      '/openai/deployments/m/chat/completions?api-version=v',
    ],
    [
      'azure, with its folder',
      { AZURE_API_KEY: 'k', AZURE_API_VERSION: 'v' },
      'AZURE_BASE_URL',
      '/openai/',
      '/openai/deployments/m/chat/completions?api-version=v',
    ],
    ['ollama, its own', { OLLAMA_TYPE: 'ollama' }, 'OLLAMA_BASE_URL', '/', '/api/chat'],
    [
      'ollama, OpenAI’s words',
      { LOCAL_API_FORMAT: 'openai' },
      'LOCAL_BASE_URL',
      '/v1',
      '/v1/chat/completions',
    ],
  ])('G48 %s', async (_, env: Record<string, string>, variable, end, path) => {
    const provider = await upstream()
    const gate = await started({ ...env, [variable]: provider.url + end })
    expect((await gate.chat('m')).status).toBe(200)
    expect(provider.paths()).toEqual([path])
  })

  test.each([
    ['http://localhost:11434', 'ollama', undefined],
    ['http://localhost:11434/v1', 'custom', 'openai-chat'],
    ['http://localhost:11434/v1/', 'custom', 'openai-chat'],
  ])('G48 %s on Ollama’s port says which of its two languages', (url, type, dialect) => {
    const [provider]: readonly Partial<ProviderConfig>[] = configuredBy({ GPU_BASE_URL: url }).providers
    expect([provider?.type, provider?.dialect]).toEqual([type, dialect])
  })
})

test('G54 one OpenRouter key alone serves every Ollama route', async () => {
  const router = await upstream(({ path }) =>
    path.endsWith('/embeddings')
      ? {
          kind: 'raw',
          status: 200,
          headers: { 'content-type': 'application/json' },
          chunks: [
            '{"object":"list","model":"m","data":[{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":1,"total_tokens":1}}',
          ],
        }
      : textAnswer('Hello.'),
  )
  const gate = await started({ OPENROUTER_API_KEY: 'k', OPENROUTER_BASE_URL: `${router.url}/v1` })
  const messages = [{ role: 'user', content: 'Hi' }]
  const model = 'meta/llama-3'
  const asked: readonly [string, object][] = [
    ['/api/chat', { model, messages, stream: false }],
    ['/api/chat', { model, messages }],
    ['/api/generate', { model, prompt: 'Hi', stream: false }],
    ['/api/generate', { model, prompt: 'Hi' }],
    ['/api/embed', { model, input: 'Hi' }],
    ['/api/embeddings', { model, prompt: 'Hi' }],
  ]
  for (const [path, body] of asked) {
    const answer = await gate.post(path, body)
    await answer.text()
    expect([path, answer.status]).toEqual([path, 200])
  }
  for (const path of ['/api/tags', '/api/version', '/api/ps']) {
    const answer = await fetch(gate.url + path)
    await answer.text()
    expect([path, answer.status]).toEqual([path, 200])
  }
  expect(router.models()).toEqual(asked.map(() => model))
})

test.each(EVERY_UPSTREAM)('C06 a generate without options is answered by %s', async (name) => {
  const row = await openRow({ [name]: textAnswer('Hello.') })
  const { status, json } = await row.post('/api/generate', {
    model: 'm',
    prompt: 'Say hello.',
    stream: false,
  })
  expect([status, json['response'], json['done']]).toEqual([200, 'Hello.', true])
  expect(row.calls(name)).toHaveLength(1)
})
