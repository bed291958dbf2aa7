/** A household of claude-code-router moves in. */

import { expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()

const CONFIG = `{
  // The key that Claude Code shows.
  "APIKEY": "$ROUTER_KEY",
  "HOST": "127.0.0.1",
  "PORT": 3456,
  "LOG": true,
  "LOG_LEVEL": "trace",
  "API_TIMEOUT_MS": 600000,
  "PROXY_URL": "http://127.0.0.1:7890",
  "CUSTOM_ROUTER_PATH": "/home/me/.claude-code-router/router.js",
  "Providers": [
    {
      "name": "openrouter",
      "api_base_url": "https://openrouter.ai/api/v1/chat/completions",
      "api_key": "\${OPENROUTER_API_KEY}",
      "models": ["anthropic/claude-sonnet-4", "google/gemini-2.5-pro"],
      "transformer": { "use": ["openrouter"] },
    },
    {
      "name": "deepseek",
      "api_base_url": "https://api.deepseek.com/chat/completions",
      "api_key": "sk-deepseek-literal-1",
      "models": ["deepseek-chat", "deepseek-reasoner"],
      "transformer": { "use": ["deepseek", ["maxtoken", { "max_tokens": 8192 }]], "deepseek-chat": { "use": ["tooluse"] } },
    },
    {
      "name": "ollama",
      "api_base_url": "http://localhost:11434/v1/chat/completions",
      "api_key": "ollama",
      "models": ["qwen2.5-coder:latest"],
    },
    {
      "name": "gemini",
      "api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/",
      "api_key": "$GEMINI_KEY",
      "models": ["gemini-2.5-flash"],
      "transformer": { "use": ["gemini"] },
    },
  ],
  "Router": {
    "default": "deepseek,deepseek-chat",
    "background": "ollama,qwen2.5-coder:latest",
    "think": "deepseek,deepseek-reasoner",
    "longContext": "openrouter,google/gemini-2.5-pro",
    "longContextThreshold": 60000,
  },
}`

const GIVEN = {
  files: { 'config.json': CONFIG },
  env: { ROUTER_KEY: 'gate-key', OPENROUTER_API_KEY: 'or-key', GEMINI_KEY: 'gg-key' },
}
const GATE = { authorization: 'Bearer gate-key' }

test('Claude’s names go where the router sent them, and provider,model still works', async () => {
  const owner = await move(GIVEN)
  const ask = (model: string) => owner.ask(model, GATE)
  expect((await owner.ask('claude-sonnet-4-5')).status).toBe(401)
  expect(await ask('claude-sonnet-4-5')).toEqual({
    status: 200,
    provider: 'deepseek',
    model: 'deepseek-chat',
  })
  expect(await ask('claude-opus-4-8')).toMatchObject({ provider: 'deepseek', model: 'deepseek-chat' })
  expect(await ask('claude-3-5-haiku-20241022')).toMatchObject({
    provider: 'ollama',
    model: 'qwen2.5-coder:latest',
  })
  expect(await ask('openrouter,google/gemini-2.5-pro')).toMatchObject({
    provider: 'openrouter',
    model: 'google/gemini-2.5-pro',
  })
  expect(await ask('gemini,gemini-2.5-flash')).toMatchObject({
    provider: 'gemini',
    model: 'gemini-2.5-flash',
  })
  expect(owner.calls('gemini').at(-1)?.path).toMatch(/generateContent/)
  expect(owner.config).toMatchObject({
    server: { host: '127.0.0.1', port: 3456 },
    logLevel: 'debug',
    timeouts: { headersMs: 600_000 },
  })
})

test('what is lost is told, value by value', () => {
  const { result } = moved(GIVEN)
  const content = 'no model is chosen by what a request contains; ask for it by its name'
  expect(result).toMatchObject({
    source: 'claude-code-router',
    literals: ['Providers[1].api_key', 'Providers[2].api_key'],
    variables: ['GEMINI_KEY', 'OPENROUTER_API_KEY', 'ROUTER_KEY'],
  })
  expect(result.unmapped).toEqual([
    { path: 'LOG', kind: 'switch', reason: 'use log_level' },
    { path: 'PROXY_URL', kind: 'text', reason: 'calls go out directly' },
    { path: 'CUSTOM_ROUTER_PATH', kind: 'text', reason: 'scripts are not loaded' },
    {
      path: 'Providers[1].transformer.use[1]',
      kind: 'list of 2',
      reason: 'is a transformer without a counterpart',
    },
    { path: 'Providers[1].transformer.deepseek-chat', kind: 'table', reason: 'has no counterpart' },
    { path: 'Router.think', kind: 'text', reason: content },
    { path: 'Router.longContext', kind: 'text', reason: content },
    { path: 'Router.longContextThreshold', kind: 'number', reason: content },
  ])
})
