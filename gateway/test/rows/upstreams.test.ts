/** Rows K01, K03, K04, K08, K13–K15, K17: how each type of upstream is called. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '#config'
import { PRESET_FACTS } from '#providers'
import { houses } from '../house.ts'
import { EVERY_UPSTREAM, jsonAnswer, rows, textAnswer } from './row.ts'

const open = rows()
const house = houses()
const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'Say hello.' }] }

test.each(EVERY_UPSTREAM)(
  'K01 %s chats, streams, lists its models, is probed and closes',
  async (upstream) => {
    const row = await open({ [upstream]: textAnswer('The same for all.') })
    const whole = await row.openai.chat.completions.create(ASK)
    expect(whole.choices[0]?.message.content).toBe('The same for all.')
    expect(await row.openai.chat.completions.stream(ASK).finalContent()).toBe('The same for all.')
    const listed = await row.openai.models.list()
    expect(listed.data.length).toBeGreaterThan(0)
    const health = async () => (await row.ask('/health')).json['providers']
    await expect.poll(health).toMatchObject({ [upstream]: { status: 'healthy' } })
    await row.close()
    await expect.poll(() => row.simulator.connections().open).toBe(0)
  },
)

test.each(EVERY_UPSTREAM)('K01 %s that hangs up on the probe is unhealthy', async (upstream) => {
  const row = await open({ [upstream]: { kind: 'reset', when: 'before-headers' } })
  const health = async () => (await row.ask('/health?strict=false')).json['providers']
  await expect.poll(health).toMatchObject({ [upstream]: { status: 'unhealthy' } })
})

test('K03 OpenAI is called with a bearer key at its own paths', async () => {
  const row = await open({ oa: textAnswer() }, { providers: { oa: { apiKeys: ['sk-own'] } } })
  await row.openai.chat.completions.create(ASK)
  await row.openai.models.list()
  for (const { headers } of row.everything('oa')) {
    expect(headers['authorization']).toBe('Bearer sk-own')
    expect(headers).not.toHaveProperty('x-api-key')
  }
  const paths = row
    .everything('oa')
    .map(({ method, path }) => `${method} ${path.replace(/^\/script\/[^/]+/, '')}`)
  expect(new Set(paths)).toEqual(new Set(['GET /models', 'POST /chat/completions']))
})

test('K04 Anthropic is called with its key, version, one system and a limit', async () => {
  const row = await open({ an: textAnswer() }, { providers: { an: { apiKeys: ['sk-ant-own'] } } })
  await row.post('/v1/chat/completions', {
    model: 'claude-haiku-4-5',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'Be kind.' },
      ...ASK.messages,
    ],
  })
  const { headers, path } = row.calls('an').at(-1) ?? { headers: {}, path: '' }
  expect(headers).toMatchObject({ 'x-api-key': 'sk-ant-own', 'anthropic-version': '2023-06-01' })
  expect(headers).not.toHaveProperty('authorization')
  expect(path).toMatch(/^\/script\/[^/]+\/v1\/messages$/)
  expect(row.sent('an')).toMatchObject({
    max_tokens: 4096,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ],
    messages: [{ role: 'user' }],
  })
})

test('K04 every sampling option that Anthropic has reaches it', async () => {
  const row = await open({ an: textAnswer() })
  const options = { temperature: 0.2, top_p: 0.7, top_k: 9, num_predict: 33, stop: ['END'] }
  await row.post('/api/chat', { ...ASK, model: 'claude-sonnet-4-0', options, stream: false })
  expect(row.sent('an')).toMatchObject({
    temperature: 0.2,
    top_p: 0.7,
    top_k: 9,
    max_tokens: 33,
    stop_sequences: ['END'],
  })
})

test('K05 Gemini is called with its key in a header, roles mapped and the system apart', async () => {
  const row = await open({ gg: textAnswer('Good.') }, { providers: { gg: { apiKeys: ['own-google-key'] } } })
  const image_url = { url: 'data:image/png;base64,iVBORw0KGgo=' }
  const answer = await row.openai.chat.completions.create({
    model: 'gemini-2.5-flash',
    max_tokens: 99,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url },
        ],
      },
      { role: 'assistant', content: 'A dot.' },
      ...ASK.messages,
    ],
  })
  expect(answer.choices[0]).toMatchObject({ message: { content: 'Good.' }, finish_reason: 'stop' })
  expect(answer.usage?.prompt_tokens).toBeGreaterThan(0)
  await row.openai.models.list()
  const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' }
  expect(row.sent('gg')).toMatchObject({
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'What?' }, { inlineData }] },
      { role: 'model', parts: [{ text: 'A dot.' }] },
      { role: 'user', parts: [{ text: 'Say hello.' }] },
    ],
    generationConfig: { maxOutputTokens: 99 },
  })
  for (const { headers, path } of row.everything('gg')) {
    expect(headers['x-goog-api-key']).toBe('own-google-key')
    expect(headers).not.toHaveProperty('authorization')
    expect(path).not.toContain('own-google-key')
  }
  const paths = row.everything('gg').map(({ path }) => path.replace(/^\/script\/[^/]+/, ''))
  expect(new Set(paths)).toEqual(
    new Set(['/models?pageSize=1000', '/models/gemini-2.5-flash:generateContent']),
  )
})

test('K06 a prompt completion becomes contents for Gemini', async () => {
  const row = await open({ gg: textAnswer('Completed.') })
  const { response } = await row.ollama.generate({
    model: 'm',
    prompt: 'Hi.',
    system: 'Be brief.',
    stream: false,
  })
  expect(response).toBe('Completed.')
  expect(row.sent('gg')).toMatchObject({
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }],
  })
})

test('K08 OpenRouter chats and completes prompts', async () => {
  const row = await open({ or: textAnswer('Routed.') }, { providers: { or: { apiKeys: ['sk-or'] } } })
  const model = 'meta/llama-3:free'
  const chat = await row.openai.chat.completions.create({ ...ASK, model })
  expect(chat.choices[0]?.message.content).toBe('Routed.')
  const completed = await row.ollama.generate({ model, prompt: 'Hi.', stream: false })
  expect(completed.response).toBe('Routed.')
  for (const call of row.calls('or')) {
    expect(call.path).toMatch(/^\/script\/[^/]+\/chat\/completions$/)
    expect(call.headers['authorization']).toBe('Bearer sk-or')
    expect(JSON.parse(call.body)).toMatchObject({ model })
    expect(call.headers).not.toHaveProperty('http-referer')
  }
})

test('K08 referer and title come from the configuration or from the client', async () => {
  const row = await open(
    { or: textAnswer() },
    { providers: { or: { headers: { 'HTTP-Referer': 'https://example.org' } } } },
  )
  await row.post('/v1/chat/completions', ASK, {
    'x-title': 'Mine',
    'http-referer': 'https://elsewhere.example',
  })
  expect(row.calls('or')[0]?.headers).toMatchObject({
    'http-referer': 'https://example.org',
    'x-title': 'Mine',
  })
})

test('K13 native Ollama is called at its own paths and keeps the roles', async () => {
  const row = await open({ ol: textAnswer() })
  const messages = [
    { role: 'system' as const, content: 'Be brief.' },
    { role: 'user' as const, content: 'Hi.' },
    { role: 'assistant' as const, content: 'Hello.' },
    { role: 'user' as const, content: 'And?' },
  ]
  await row.openai.chat.completions.create({ model: 'llama3', messages })
  expect(row.sent('ol')['messages']).toEqual(messages)
  await row.ollama.generate({ model: 'llama3', prompt: 'Hi.', stream: false })
  await row.ollama.list()
  const paths = row.everything('ol').map(({ path }) => path.replace(/^\/script\/[^/]+/, ''))
  expect(new Set(paths)).toEqual(new Set(['/api/chat', '/api/generate', '/api/tags']))
})

function configured(env: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-row-'))
  try {
    return loadConfig({ env, cwd, presets: PRESET_FACTS }).providers[0]
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

test("K14 an OpenAI-compatible server on Ollama's port works with a dummy key", async () => {
  const local = configured({ LOCAL_API_KEY: 'dummy', LOCAL_BASE_URL: 'http://127.0.0.1:11434/v1' })
  expect(local).toMatchObject({ type: 'custom', dialect: 'openai-chat', apiKeys: ['dummy'] })
  const sim = await house.simulator()
  const baseUrl = `${sim.script('local', textAnswer())}/v1`
  const gateway = await house.open({ providers: [{ ...local, name: 'local', baseUrl }] })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(ASK),
  })
  expect(response.status).toBe(200)
  const call = sim.requestsTo('local').find(({ method }) => method === 'POST')
  expect(call).toMatchObject({
    path: '/script/local/v1/chat/completions',
    headers: { authorization: 'Bearer dummy' },
  })
})

test.each([
  ['POE', 'https://api.poe.com/v1'],
  ['OPENROUTER', 'https://openrouter.ai/api/v1'],
  ['OPENAI', 'https://api.openai.com/v1'],
])('K15 %s needs nothing but its key', async (variable, packaged) => {
  const only = configured({ [`${variable}_API_KEY`]: 'sk-only' })
  const name = variable.toLowerCase()
  expect(only).toMatchObject({ name, type: name, apiKeys: ['sk-only'] })
  expect(PRESET_FACTS.find((preset) => preset.name === name)?.baseUrl).toBe(packaged)
  const sim = await house.simulator()
  // The packaged address, with the simulator for its host.
  const baseUrl = sim.script(name, textAnswer()) + new URL(packaged).pathname
  const gateway = await house.open({ providers: [{ ...only, name, baseUrl }] })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(ASK),
  })
  expect(response.status).toBe(200)
  const call = sim.requestsTo(name).find(({ method }) => method === 'POST')
  expect(call?.path).toBe(`/script/${name}${new URL(packaged).pathname}/chat/completions`)
  expect(call?.headers['authorization']).toBe('Bearer sk-only')
})

test('K15 GOOGLE needs nothing but its key', async () => {
  const only = configured({ GOOGLE_API_KEY: 'g-only' })
  expect(only).toMatchObject({ name: 'google', type: 'google', apiKeys: ['g-only'] })
  const packaged = PRESET_FACTS.find((preset) => preset.name === 'google')?.baseUrl ?? ''
  expect(packaged).toBe('https://generativelanguage.googleapis.com/v1beta')
  const sim = await house.simulator()
  const baseUrl = sim.script('google', textAnswer()) + new URL(packaged).pathname
  const gateway = await house.open({ providers: [{ ...only, name: 'google', baseUrl }] })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(ASK),
  })
  expect(response.status).toBe(200)
  const call = sim.requestsTo('google').find(({ method }) => method === 'POST')
  expect(call).toMatchObject({
    path: '/script/google/v1beta/models/m:generateContent',
    headers: { 'x-goog-api-key': 'g-only' },
  })
})

test.each([
  ['custom', 'openai-chat', '/chat/completions'],
  ['custom', 'anthropic', '/v1/messages'],
  ['custom', 'ollama', '/api/chat'],
  ['custom', 'openai-responses', '/responses'],
] as const)(
  'K17 %s %s: a slash behind the base URL and in the model change nothing',
  async (type, dialect, path) => {
    const sim = await house.simulator()
    const name = `slash-${dialect}`
    const baseUrl = `${sim.script(name, textAnswer())}/`
    const gateway = await house.open({ providers: [{ name: 'slash', type, dialect, baseUrl }] })
    for (const model of ['a/b', 'slash:a/b']) {
      const body = JSON.stringify({ ...ASK, model })
      expect((await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body })).status).toBe(200)
    }
    const calls = sim.requestsTo(name).filter(({ method }) => method === 'POST')
    expect(calls.map((call) => call.path)).toEqual([`/script/${name}${path}`, `/script/${name}${path}`])
    for (const call of calls) expect(JSON.parse(call.body)).toMatchObject({ model: 'a/b' })
  },
)

test('K17 a listed model with a slash can be asked for as it is listed', async () => {
  const row = await open({
    oa: textAnswer(),
    or: ({ path }) => (path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'a/b:free' }] }) : textAnswer()),
  })
  const ids = (await row.openai.models.list()).data.map((model) => model.id)
  expect(ids).toContain('or:a/b:free')
  await row.openai.chat.completions.create({ ...ASK, model: 'or:a/b:free' })
  expect(row.sent('or')['model']).toBe('a/b:free')
})
