import { describe, expect, test } from 'vitest'
import { listDialectOf, surfaceOf } from './surface.ts'

describe('surfaceOf', () => {
  test.each([
    ['POST', '/v1/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/openai/deployments/gpt/chat/completions', 'openai-chat', 'chat'],
    ['POST', '/v1/completions', 'openai-chat', 'generate'],
    ['POST', '/v1/responses', 'openai-responses', 'chat'],
    ['POST', '/responses', 'openai-responses', 'chat'],
    ['POST', '/v1/messages', 'anthropic', 'chat'],
    ['POST', '/v1/messages/count_tokens', 'anthropic', 'count-tokens'],
    ['POST', '/api/chat', 'ollama', 'chat'],
    ['POST', '/api/generate', 'ollama', 'generate'],
    ['POST', '/api/embed', 'ollama', 'embed'],
    ['POST', '/api/embeddings', 'ollama', 'embed-one'],
    ['POST', '/v1/embeddings', 'openai-chat', 'embed'],
    ['POST', '/embeddings', 'openai-chat', 'embed'],
    ['POST', '/api/show', 'ollama', 'show'],
    ['GET', '/api/tags', 'ollama', 'models'],
    ['GET', '/api/ps', 'ollama', 'running'],
    ['GET', '/api/version', 'ollama', 'version'],
    ['GET', '/models', 'openai-chat', 'models'],
    ['GET', '/v1/models', 'openai-chat', 'models'],
  ])('%s %s is %s %s', (method, path, dialect, operation) => {
    expect(surfaceOf(method, path, 'openai-chat')).toEqual({ dialect, operation })
  })

  test('a model list is anthropic only when the version header says so', () => {
    expect(surfaceOf('GET', '/v1/models', 'anthropic')).toEqual({ dialect: 'anthropic', operation: 'models' })
  })

  test.each([
    ['generateContent', 'chat', false],
    ['streamGenerateContent', 'chat', true],
    ['countTokens', 'count-tokens', false],
    ['embedContent', 'embed-one', false],
    ['batchEmbedContents', 'embed', false],
  ])('Gemini names the model and %s in the path', (verb, operation, stream) => {
    const surface = surfaceOf('POST', `/v1beta/models/a%2Fb:c:${verb}`, 'openai-chat')
    expect(surface).toEqual({ dialect: 'gemini', operation, address: { model: 'a/b:c', stream } })
  })

  test.each([
    ['converse', false],
    ['converse-stream', true],
  ])('Bedrock names the model, and %s after it', (verb, stream) => {
    const surface = surfaceOf('POST', `/proxy/model/eu.a.claude-x%3A0/${verb}`, 'openai-chat')
    const address = { model: 'eu.a.claude-x:0', stream }
    expect(surface).toEqual({ dialect: 'bedrock', operation: 'chat', address })
    const list = { dialect: 'bedrock', operation: 'models' }
    expect(surfaceOf('GET', '/foundation-models', 'openai-chat')).toEqual(list)
  })

  test("a model list is Gemini's under its version, and to its key header", () => {
    const list = { dialect: 'gemini', operation: 'models' }
    expect(surfaceOf('GET', '/v1beta/models', 'openai-chat')).toEqual(list)
    const lists = listDialectOf({ 'x-goog-api-key': 'k' })
    expect(surfaceOf('GET', '/models', lists)).toEqual(list)
    expect(surfaceOf('GET', '/models/m', lists)).toMatchObject({ dialect: 'gemini', model: 'm' })
  })

  test('the model named in the path is unescaped, and a bad escape is left alone', () => {
    expect(surfaceOf('GET', '/v1/models/a%2Fb', 'openai-chat')).toMatchObject({
      operation: 'model',
      model: 'a/b',
    })
    expect(surfaceOf('GET', '/v1/models/50%', 'openai-chat')).toMatchObject({ model: '50%' })
  })

  test('other paths and other methods are nothing', () => {
    expect(surfaceOf('GET', '/v1/chat/completions', 'openai-chat')).toBeUndefined()
    expect(surfaceOf('POST', '/v1/models', 'openai-chat')).toBeUndefined()
    expect(surfaceOf('POST', '/v1beta/models/m:asyncBatchEmbedContent', 'openai-chat')).toBeUndefined()
    expect(surfaceOf('POST', '/v1/moderations', 'openai-chat')).toBeUndefined()
  })
})
