import Anthropic, { BadRequestError as AnthropicBadRequest } from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI, { BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askRaw } from '../../test/raw-answer.ts'
import { recordedFrames } from '../../test/recorded-frames.ts'
import { startSimulator, type Simulator } from './index.ts'

const HELLO = "This is Sluice's built-in demo provider. You said: good morning"
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] }
const FUNCTION = { name: 'get_weather', description: 'Tells the weather.', parameters: SCHEMA }

let simulator: Simulator
let openai: OpenAI
let anthropic: Anthropic
let ollama: Ollama

beforeAll(async () => {
  simulator = await startSimulator()
  openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'any', maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: simulator.url, apiKey: 'any', maxRetries: 0 })
  ollama = new Ollama({ host: simulator.url })
})
afterAll(() => simulator.close())

const saying = (content: string) => [{ role: 'user' as const, content }]
const asking = (content: string) => ({ model: 'demo', max_tokens: 1024, messages: saying(content) })

describe('the demo for the openai SDK', () => {
  test('answers whole', async () => {
    const answer = await openai.chat.completions.create({ model: 'demo', messages: saying('good morning') })
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'demo', usage: { prompt_tokens: 2 } })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: HELLO },
    })
  })

  test('streams word by word and reports usage when asked', async () => {
    const stream = await openai.chat.completions.create({
      model: 'demo',
      messages: saying('good morning'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const deltas: string[] = []
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta.content
      if (typeof delta === 'string' && delta !== '') deltas.push(delta)
      usage = chunk.usage ?? usage
    }
    expect(deltas.join('')).toBe(HELLO)
    expect(deltas).toHaveLength(10)
    expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 10, total_tokens: 12 })
  })

  test('calls a tool, streamed through the SDK, and quotes its result', async () => {
    const tools = [{ type: 'function' as const, function: FUNCTION }]
    const runner = openai.chat.completions.stream({
      model: 'demo-tools',
      messages: saying('call get_weather'),
      tools,
    })
    const { choices } = await runner.finalChatCompletion()
    const call = choices[0]?.message.tool_calls?.[0]
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(call).toMatchObject({ function: { name: 'get_weather', arguments: '{"city":"demo"}' } })
    const answer = await openai.chat.completions.create({
      model: 'demo-tools',
      tools,
      messages: [
        ...saying('call get_weather'),
        {
          role: 'assistant',
          tool_calls: [
            { id: call?.id ?? '', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'sunny' },
      ],
    })
    expect(answer.choices[0]?.message.content).toContain('answered: sunny')
  })

  test('a forced tool is called', async () => {
    const answer = await openai.chat.completions.create({
      model: 'demo',
      messages: saying('hello'),
      tools: [{ type: 'function', function: FUNCTION }],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    })
    expect(answer.choices[0]?.message.tool_calls).toHaveLength(1)
  })

  test('shows and counts its thinking', async () => {
    const answer = await openai.chat.completions.create({
      model: 'demo',
      messages: saying('good morning'),
      reasoning_effort: 'low',
    })
    expect(answer.choices[0]?.message).toMatchObject({
      reasoning_content: 'The user wrote 2 words. I will repeat what was said.',
      content: HELLO,
    })
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBe(11)
  })

  test('lists its models and accepts others', async () => {
    const list = await openai.models.list()
    expect(list.data.map((model) => model.id)).toEqual(['demo', 'demo-tools', 'demo-thinking'])
    expect(await openai.models.retrieve('demo-tools')).toMatchObject({ id: 'demo-tools', object: 'model' })
    const other = await openai.chat.completions.create({ model: 'anything', messages: saying('hi') })
    expect(other.model).toBe('anything')
  })

  test('refuses what is wrong in a way the SDK understands', async () => {
    // The SDK's types forbid what is tried here.
    const bad = openai.chat.completions.create({ model: 'demo', messages: 'hello' as never })
    await expect(bad).rejects.toBeInstanceOf(BadRequestError)
    await expect(openai.models.retrieve('none')).rejects.toBeInstanceOf(NotFoundError)
  })
})

describe('the demo for the anthropic SDK', () => {
  test('answers whole', async () => {
    const answer = await anthropic.messages.create(asking('good morning'))
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'demo',
      stop_reason: 'end_turn',
    })
    expect(answer.content).toMatchObject([{ type: 'text', text: HELLO }])
    expect(answer.usage).toMatchObject({ input_tokens: 2, output_tokens: 10 })
  })

  test('streams word by word', async () => {
    const stream = anthropic.messages.stream(asking('good morning'))
    const deltas: string[] = []
    stream.on('text', (delta) => deltas.push(delta))
    const answer = await stream.finalMessage()
    expect(answer.content).toMatchObject([{ type: 'text', text: HELLO }])
    expect(deltas).toHaveLength(10)
    expect(answer.stop_reason).toBe('end_turn')
  })

  test('calls a tool and quotes its result', async () => {
    const tools = [{ name: 'get_weather', input_schema: SCHEMA }]
    const called = await anthropic.messages.stream({ ...asking('call get_weather'), tools }).finalMessage()
    expect(called.stop_reason).toBe('tool_use')
    const call = called.content.find((block) => block.type === 'tool_use')
    expect(call).toMatchObject({ name: 'get_weather', input: { city: 'demo' } })
    const answer = await anthropic.messages.create({
      ...asking(''),
      tools,
      messages: [
        ...saying('call get_weather'),
        { role: 'assistant', content: called.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'sunny' }] },
      ],
    })
    expect(answer.content).toMatchObject([{ type: 'text', text: expect.stringContaining('answered: sunny') }])
  })

  test.each([true, false])('thinks when asked (streamed: %s)', async (streamed) => {
    const question = {
      ...asking('good morning'),
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    } as const
    const answer = streamed
      ? await anthropic.messages.stream(question).finalMessage()
      : await anthropic.messages.create(question)
    expect(answer.content).toMatchObject([
      { type: 'thinking', thinking: 'The user wrote 2 words. I will repeat what was said.' },
      { type: 'text', text: HELLO },
    ])
  })

  test('counts tokens and lists its models', async () => {
    const counted = await anthropic.messages.countTokens({ model: 'demo', messages: saying('one two three') })
    expect(counted.input_tokens).toBe(3)
    const list = await anthropic.models.list()
    expect(list.data.map((model) => model.id)).toEqual(['demo', 'demo-tools', 'demo-thinking'])
  })

  test('refuses what is wrong in a way the SDK understands', async () => {
    const bad = anthropic.messages.create({ ...asking('hi'), messages: [] })
    await expect(bad).rejects.toBeInstanceOf(AnthropicBadRequest)
  })
})

describe('the demo for the ollama SDK', () => {
  test('answers whole', async () => {
    const answer = await ollama.chat({ model: 'demo', messages: saying('good morning') })
    expect(answer).toMatchObject({
      model: 'demo',
      done: true,
      done_reason: 'stop',
      message: { content: HELLO },
    })
    expect([answer.prompt_eval_count, answer.eval_count]).toEqual([2, 10])
  })

  test('streams word by word', async () => {
    const deltas: string[] = []
    let done = false
    for await (const part of await ollama.chat({
      model: 'demo',
      messages: saying('good morning'),
      stream: true,
    })) {
      if (part.message.content !== '') deltas.push(part.message.content)
      done ||= part.done
    }
    expect([deltas.join(''), deltas.length, done]).toEqual([HELLO, 10, true])
  })

  test('calls a tool and quotes its result', async () => {
    const tools = [{ type: 'function', function: FUNCTION }]
    const called = await ollama.chat({ model: 'demo', messages: saying('call get_weather'), tools })
    expect(called.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: { city: 'demo' } } },
    ])
    const answer = await ollama.chat({
      model: 'demo',
      tools,
      messages: [
        ...saying('call get_weather'),
        called.message,
        { role: 'tool', content: 'sunny', tool_name: 'get_weather' },
      ],
    })
    expect(answer.message.content).toBe('get_weather answered: sunny')
  })

  test('thinks when asked', async () => {
    const answer = await ollama.chat({ model: 'demo', messages: saying('good morning'), think: true })
    expect(answer.message).toMatchObject({
      thinking: 'The user wrote 2 words. I will repeat what was said.',
      content: HELLO,
    })
  })

  test('completes a prompt, whole and streamed', async () => {
    expect((await ollama.generate({ model: 'demo', prompt: 'good morning' })).response).toBe(HELLO)
    let text = ''
    for await (const part of await ollama.generate({ model: 'demo', prompt: 'good morning', stream: true })) {
      text += part.response
    }
    expect(text).toBe(HELLO)
  })

  test('lists and shows its models, none of them loaded', async () => {
    const names = (await ollama.list()).models.map((model) => model.name.replace(/:latest$/, ''))
    expect(names).toEqual(['demo', 'demo-tools', 'demo-thinking'])
    expect(await ollama.show({ model: 'demo' })).toMatchObject({
      capabilities: expect.arrayContaining(['tools']),
    })
    expect((await ollama.ps()).models).toEqual([])
    expect((await ollama.version()).version).toMatch(/^\d+\./)
  })

  test('refuses what is wrong', async () => {
    await expect(ollama.show({ model: 'none' })).rejects.toMatchObject({ status_code: 404 })
  })
})

test('a body that is not JSON is refused in each dialect', async () => {
  for (const path of ['/v1/chat/completions', '/v1/messages', '/api/chat']) {
    const answer = await askRaw(simulator.url + path, { body: 'not json' })
    expect([path, answer.status]).toEqual([path, 400])
    expect(JSON.parse(answer.body.toString())).toHaveProperty('error')
  }
})

test('the demo answers the openai SDK through the Responses API', async () => {
  const asked = { model: 'demo', input: 'good morning' }
  expect((await openai.responses.create(asked)).output_text).toBe(HELLO)
  const streamed = await openai.responses.stream(asked).finalResponse()
  expect(streamed).toMatchObject({ status: 'completed', usage: { input_tokens: 2, output_tokens: 10 } })
  expect(streamed.output_text).toBe(HELLO)
})

const contents = [{ role: 'user', parts: [{ text: 'good morning' }] }]
const atGemini = async (path: string, body?: object) => {
  const answer = await askRaw(`${simulator.url}/v1beta/models${path}`, body === undefined ? {} : { body })
  return answer.body.toString()
}

describe('the demo at the paths of Gemini', () => {
  test('answers whole and streamed', async () => {
    expect(JSON.parse(await atGemini('/demo:generateContent', { contents }))).toMatchObject({
      candidates: [{ content: { role: 'model', parts: [{ text: HELLO }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 10 },
    })
    const frames = (await atGemini('/demo:streamGenerateContent?alt=sse', { contents }))
      .trimEnd()
      .split('\n\n')
    expect(frames).toHaveLength(11)
    expect(JSON.parse(frames.at(-1)?.replace('data: ', '') ?? '')).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
    })
  })

  test('counts, lists and shows', async () => {
    expect(JSON.parse(await atGemini('/demo:countTokens', { contents }))).toEqual({ totalTokens: 2 })
    const wrapped = { generateContentRequest: { model: 'models/demo', contents } }
    expect(JSON.parse(await atGemini('/demo:countTokens', wrapped))).toEqual({ totalTokens: 2 })
    expect(JSON.parse(await atGemini(''))).toMatchObject({ models: [{ name: 'models/demo' }, {}, {}] })
    expect(JSON.parse(await atGemini('/demo-tools'))).toMatchObject({ name: 'models/demo-tools' })
    expect(JSON.parse(await atGemini('/nope'))).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
  })
})

test('the demo answers in the words of Bedrock, whole and streamed', async () => {
  const body = { messages: [{ role: 'user', content: [{ text: 'good morning' }] }] }
  const whole = await askRaw(`${simulator.url}/model/demo/converse`, { body })
  expect(JSON.parse(whole.body.toString())).toMatchObject({
    output: { message: { content: [{ text: HELLO }] } },
    stopReason: 'end_turn',
  })
  const streamed = await askRaw(`${simulator.url}/model/demo/converse-stream`, { body })
  expect(streamed.headers['content-type']).toBe('application/vnd.amazon.eventstream')
  const frames = recordedFrames(streamed.body.toString('base64'))
  expect(frames.map(({ event }) => event).slice(-2)).toEqual(['messageStop', 'metadata'])
  const wrong = await askRaw(`${simulator.url}/model/demo/converse`, { body: {} })
  expect([wrong.status, wrong.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException'])
})
