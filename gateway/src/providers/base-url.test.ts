import { describe, expect, test } from 'vitest'
import { normaliseBaseUrl } from './index.ts'

const whole = (text: string, dialect: string) => {
  const { origin, prefix } = normaliseBaseUrl(text, dialect)
  return origin + prefix
}

describe('base URLs', () => {
  test.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com'],
    ['https://api.anthropic.com/', 'https://api.anthropic.com'],
    ['https://api.anthropic.com/v1', 'https://api.anthropic.com'],
    ['https://api.anthropic.com/v1/', 'https://api.anthropic.com'],
    ['https://api.anthropic.com/v1/messages', 'https://api.anthropic.com'],
    ['https://gw.example/anthropic//v1', 'https://gw.example/anthropic'],
  ])('R17 anthropic %s', (given, want) => expect(whole(given, 'anthropic')).toBe(want))

  test.each([
    ['https://api.openai.com', 'https://api.openai.com/v1'],
    ['https://api.openai.com/', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/', 'https://api.openai.com/v1'],
    ['https://api.openai.com//v1//', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/chat/completions', 'https://api.openai.com/v1'],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1'],
    ['http://localhost:11434/v1', 'http://localhost:11434/v1'],
    ['https://host.example/openai', 'https://host.example/openai'],
  ])('K17 pitfall 247 openai-chat %s', (given, want) => expect(whole(given, 'openai-chat')).toBe(want))

  test.each([
    ['https://api.openai.com', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/responses', 'https://api.openai.com/v1'],
    ['https://api.x.example/v1/chat/completions', 'https://api.x.example/v1'],
    ['https://gw.example/openai', 'https://gw.example/openai'],
  ])('K17 pitfall 247 openai-responses %s', (given, want) =>
    expect(whole(given, 'openai-responses')).toBe(want),
  )

  test.each([
    ['http://localhost:11434', 'http://localhost:11434'],
    ['http://localhost:11434/', 'http://localhost:11434'],
    ['http://localhost:11434/api/chat', 'http://localhost:11434'],
  ])('R17 ollama %s', (given, want) => expect(whole(given, 'ollama')).toBe(want))

  test.each([
    ['https://generativelanguage.googleapis.com', 'https://generativelanguage.googleapis.com/v1beta'],
    ['https://generativelanguage.googleapis.com/', 'https://generativelanguage.googleapis.com/v1beta'],
    ['https://generativelanguage.googleapis.com/v1beta/', 'https://generativelanguage.googleapis.com/v1beta'],
    [
      'https://generativelanguage.googleapis.com/v1beta/models',
      'https://generativelanguage.googleapis.com/v1beta',
    ],
    ['https://host.example/v1/models/gemini-x:generateContent', 'https://host.example/v1'],
    ['https://host.example/v1beta/models/x:streamGenerateContent?alt=sse', 'https://host.example/v1beta'],
    [
      'https://eu-aiplatform.example/v1/projects/p/locations/l/publishers/google/',
      'https://eu-aiplatform.example/v1/projects/p/locations/l/publishers/google',
    ],
  ])('pitfall 245 gemini %s', (given, want) => expect(whole(given, 'gemini')).toBe(want))

  test.each(['not a url', 'ftp://x', 'https://user:secret@host/v1'])('refuses %s', (given) => {
    expect(() => normaliseBaseUrl(given, 'openai-chat')).toThrow(
      expect.objectContaining({ type: 'invalid-request' }),
    )
  })
})
