import { describe, expect, test } from 'vitest'
import { surfaceOf } from './surface.ts'

describe('surfaceOf', () => {
  test.each([
    ['POST', '/v1/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/openai/deployments/gpt/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/v1/messages', 'anthropic', 'chat'],
    ['POST', '/v1/messages/count_tokens', 'anthropic', 'count-tokens'],
    ['POST', '/api/chat', 'ollama', 'chat'],
    ['POST', '/api/generate', 'ollama', 'generate'],
    ['POST', '/api/embed', 'ollama', 'embed'],
    ['POST', '/api/embeddings', 'ollama', 'embed-legacy'],
    ['POST', '/v1/embeddings', 'openai-chat', 'embed'],
    ['POST', '/embeddings', 'openai-chat', 'embed'],
    ['POST', '/api/show', 'ollama', 'show'],
    ['GET', '/api/tags', 'ollama', 'models'],
    ['GET', '/api/ps', 'ollama', 'running'],
    ['GET', '/api/version', 'ollama', 'version'],
    ['GET', '/models', 'openai-chat', 'models'],
    ['GET', '/v1/models', 'openai-chat', 'models'],
  ])('%s %s is %s %s', (method, path, dialect, operation) => {
    expect(surfaceOf(method, path, false)).toEqual({ dialect, operation })
  })

  test('a model list is anthropic only when the version header says so', () => {
    expect(surfaceOf('GET', '/v1/models', true)).toEqual({ dialect: 'anthropic', operation: 'models' })
  })

  test('the model named in the path is unescaped, and a bad escape is left alone', () => {
    expect(surfaceOf('GET', '/v1/models/a%2Fb', false)).toMatchObject({ operation: 'model', model: 'a/b' })
    expect(surfaceOf('GET', '/v1/models/50%', false)).toMatchObject({ model: '50%' })
  })

  test('other paths and other methods are nothing', () => {
    expect(surfaceOf('GET', '/v1/chat/completions', false)).toBeUndefined()
    expect(surfaceOf('POST', '/v1/models', false)).toBeUndefined()
    expect(surfaceOf('POST', '/v1/moderations', false)).toBeUndefined()
  })
})
