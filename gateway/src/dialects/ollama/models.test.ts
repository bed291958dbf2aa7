import { describe, expect, test } from 'vitest'
import { isObject, stringOf, type ModelInfo } from '#core'
import {
  isLoad,
  loadAnswer,
  ollama,
  runningBody,
  sameModel,
  showBody,
  shownName,
  versionBody,
  withoutLatest,
} from './index.ts'

const MODEL: ModelInfo = {
  id: 'gpt-5',
  provider: 'oa',
  ownedBy: 'OpenAI',
  created: 1_700_000_000,
  contextWindow: 400_000,
}

describe('list', () => {
  test('C15 every entry has every field with its strict type', () => {
    const [entry] = Object.values(ollama.models.encodeList([MODEL])).flat()
    expect(entry).toEqual({
      name: 'gpt-5',
      model: 'gpt-5',
      modified_at: '2023-11-14T22:13:20.000Z',
      size: 0,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      details: {
        parent_model: '',
        format: '',
        family: 'openai',
        families: ['openai'],
        parameter_size: '',
        quantization_level: '',
        context_length: 400_000,
      },
      provider: 'oa',
    })
  })

  test('an Ollama list comes back as it was', () => {
    const wire = {
      models: [
        {
          name: 'qwen3:4b',
          model: 'qwen3:4b',
          modified_at: '2026-06-19T16:26:52.000Z',
          size: 2497293931,
          digest: '359d7dd4bcdab3d86b87d73ac27966f4dbb9f5efdfcc75d34a8764a09474fae7',
          details: {
            parent_model: '',
            format: 'gguf',
            family: 'qwen3',
            families: ['qwen3'],
            parameter_size: '4.0B',
            quantization_level: 'Q4_K_M',
          },
          capabilities: ['completion', 'tools'],
        },
      ],
    }
    const models = ollama.models.decode(wire)
    expect(models).toMatchObject([{ id: 'qwen3:4b', abilities: ['completion', 'tools'] }])
    expect(ollama.models.encodeList(models)).toEqual(wire)
  })

  test('digests tell models apart', () => {
    const list = ollama.models.encodeList([{ id: 'a' }, { id: 'b' }])['models']
    const digests = Array.isArray(list) ? list.map((each) => (isObject(each) ? each['digest'] : '')) : []
    expect(new Set(digests).size).toBe(2)
  })

  test('pitfall 231 a list of another dialect is not mistaken for one', () => {
    expect(() => ollama.models.decode({ data: [] })).toThrow(expect.objectContaining({ type: 'bad-answer' }))
    expect(ollama.models.decode({ models: [3, {}, { model: 'x' }] })).toEqual([{ id: 'x' }])
  })
})

describe('probes', () => {
  test('C18 show tells all that clients read', () => {
    const body = showBody({ ...MODEL, abilities: ['completion', 'tools', 'vision'] })
    expect(body).toMatchObject({
      modelfile: 'FROM gpt-5\n',
      parameters: 'num_ctx 400000',
      template: '{{ .Prompt }}',
      model_info: {
        'general.architecture': 'openai',
        'general.basename': 'gpt-5',
        'openai.context_length': 400_000,
      },
      capabilities: ['completion', 'tools', 'vision'],
      modified_at: '2023-11-14T22:13:20.000Z',
    })
    expect(body['details']).toMatchObject({ family: 'openai', format: '' })
    expect(body).not.toHaveProperty('remote_host')
    expect([shownName({ name: 'a' }), shownName({ model: 'b', name: 'a' }), shownName({})]).toEqual([
      'a',
      'b',
      undefined,
    ])
  })

  test('pitfall 257 a model of unknown abilities can at least talk and call', () => {
    expect(showBody({ id: 'x' })).toMatchObject({
      capabilities: ['completion', 'tools'],
      model_info: { 'general.architecture': 'remote', 'remote.context_length': 32_768 },
    })
    expect(showBody({ id: 'x', abilities: ['completion', 'insert'] })['template']).toContain('.Suffix')
  })

  test('C19 nothing runs here', () => {
    expect(runningBody()).toEqual({ models: [] })
  })

  test('C20 the version is a number clients accept', () => {
    const [major = 0, minor = 0, patch = 0] = (stringOf(versionBody()['version']) ?? '')
      .split('.')
      .map(Number)
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(6004)
  })
})

test('C17 a name with and without the tag latest is one model', () => {
  expect(sameModel('llama3', 'llama3:latest')).toBe(true)
  expect(sameModel('llama3:8b', 'llama3:latest')).toBe(false)
  expect(withoutLatest('a/b:latest')).toBe('a/b')
  expect(withoutLatest('latest')).toBe('latest')
})

describe('load', () => {
  test('C07 an empty prompt loads the model', () => {
    expect(isLoad({ model: 'm' }, 'generate')).toBe(true)
    expect(isLoad({ model: 'm', prompt: '' }, 'generate')).toBe(true)
    expect(isLoad({ model: 'm', prompt: 'x' }, 'generate')).toBe(false)
    expect(isLoad({ model: 'm', messages: [] }, 'chat')).toBe(true)
    expect(isLoad({ model: 'm', messages: [{ role: 'user', content: '' }] }, 'chat')).toBe(false)
    expect(loadAnswer({ model: 'm' }, 'generate', 0)).toEqual({
      model: 'm',
      created_at: '1970-01-01T00:00:00.000Z',
      response: '',
      done: true,
      done_reason: 'load',
    })
    expect(loadAnswer({ model: 'm' }, 'chat', 0)).toMatchObject({
      message: { role: 'assistant', content: '' },
    })
  })

  test.each([0, '0', '0s', '0m'])('pitfall 255 keep_alive %j unloads', (life) => {
    expect(loadAnswer({ model: 'm', keep_alive: life }, 'generate', 0)['done_reason']).toBe('unload')
  })

  test.each([-1, '5m', '10s', 300, null])('keep_alive %j loads', (life) => {
    expect(loadAnswer({ model: 'm', keep_alive: life }, 'chat', 0)['done_reason']).toBe('load')
  })
})
