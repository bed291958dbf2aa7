import { describe, expect, test } from 'vitest'
import { type ChatRequest, GatewayError, type JsonObject, seal } from '#core'
import { encode, rewrite } from './fixture.contract.ts'
import { openaiChat } from './index.ts'

const { check, decodeRequest, amend } = openaiChat.chat
const HI = [{ role: 'user', content: 'hi' }]

function refusal(wire: JsonObject): { message: string; param: string | undefined; type: string } {
  try {
    check(wire)
  } catch (error) {
    if (error instanceof GatewayError)
      return { message: error.message, param: error.facts.param, type: error.type }
  }
  throw new Error('check let the request through')
}
const wish = (
  reasoning: NonNullable<ChatRequest['reasoning']>,
  kind?: 'effort' | 'object' | 'thinking' | 'none',
) => {
  const { body, notes } = encode({ reasoning }, kind === undefined ? {} : { reasoningWish: kind })
  const { model: _, messages: __, ...said } = body
  return { said, noted: notes.map((note) => note.field) }
}

describe('check', () => {
  test('names the missing field', () => {
    expect(refusal({ model: 'm' })).toEqual({
      message: "Missing required field 'messages'.",
      param: 'messages',
      type: 'invalid-request',
    })
    expect(refusal({ messages: HI }).message).toBe("Missing required field 'model'.")
  })

  test.each([
    [{ messages: [] }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: ['hi'] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ tools: {} }, 'tools'],
    [{ stream: 'yes' }, 'stream'],
    [{ stop: 3 }, 'stop'],
    [{ model: 7 }, 'model'],
  ])('%o is refused naming %s', (fields, param) => {
    expect(refusal({ model: 'm', messages: HI, ...fields }).param).toBe(param)
  })

  test('pitfall 186 max_tokens -1 and 0 are refused with the parameter', () => {
    expect(refusal({ model: 'm', messages: HI, max_tokens: -1 }).param).toBe('max_tokens')
    expect(refusal({ model: 'm', messages: HI, max_completion_tokens: 0 }).param).toBe(
      'max_completion_tokens',
    )
  })

  test('pitfall 200 stream is off unless asked for; null fields are absent', () => {
    expect(check({ model: 'm', messages: HI, temperature: null, tools: null })).toEqual({
      model: 'm',
      stream: false,
    })
    expect(check({ model: 'm', messages: HI, stream: true, max_tokens: 5 })).toEqual({
      model: 'm',
      stream: true,
      maxOutputTokens: 5,
    })
  })
})

test('amend writes the limit under the name the client used', () => {
  expect(amend({ max_completion_tokens: 9 }, { model: 'b', maxOutputTokens: 3 })).toEqual({
    model: 'b',
    max_completion_tokens: 3,
  })
  expect(amend({}, { maxOutputTokens: 3 })).toEqual({ max_tokens: 3 })
  expect(amend({}, { maxOutputTokens: 3, maxTokensField: 'max_completion_tokens' })).toEqual({
    max_completion_tokens: 3,
  })
})

describe('parameters', () => {
  test('B05 max_tokens is optional and max_completion_tokens is honoured', () => {
    expect(decodeRequest({ model: 'm', messages: HI }).maxOutputTokens).toBeUndefined()
    expect(decodeRequest({ model: 'm', messages: HI, max_completion_tokens: 9 }).maxOutputTokens).toBe(9)
  })

  test('B04 sampling, stop and tool choice reach the neutral request', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
    const choice = { type: 'function', function: { name: 'f' } }
    const wire = {
      model: 'm',
      messages: HI,
      temperature: 0.3,
      top_p: 0.9,
      stop: 'END',
      seed: 7,
      tools,
      tool_choice: choice,
    }
    expect(decodeRequest(wire)).toMatchObject({
      temperature: 0.3,
      topP: 0.9,
      stop: ['END'],
      seed: 7,
      toolChoice: { type: 'tool', name: 'f' },
    })
  })

  test('pitfall 184 the limit is written in the target’s word', () => {
    expect(encode({ maxOutputTokens: 5 }).body['max_tokens']).toBe(5)
    const { body } = encode({ maxOutputTokens: 5 }, { maxTokensField: 'max_completion_tokens' })
    expect(body).toMatchObject({ max_completion_tokens: 5 })
    expect(body['max_tokens']).toBeUndefined()
  })

  test('pitfall 188 sampling is dropped with a note where the model refuses it', () => {
    const { body, notes } = encode({ temperature: 0.7, topP: 1, stop: ['x'] }, { noSampling: true })
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['temperature']))
    expect(body['stop']).toBeUndefined()
    expect(notes.map((note) => note.field)).toEqual(['temperature', 'top_p', 'stop'])
  })

  test('pitfall 190 stop strings: one or many, empty ones dropped, four at most with a note', () => {
    expect(rewrite({ messages: HI, stop: ['a', ''] }).body['stop']).toEqual(['a'])
    const { body, notes } = encode({ stop: ['1', '2', '3', '4', '5'] })
    expect(body['stop']).toEqual(['1', '2', '3', '4'])
    expect(notes).toMatchObject([{ kind: 'clamped', field: 'stop' }])
  })

  test('pitfall 192 unknown fields go back to this dialect and no other', () => {
    const request = decodeRequest({ model: 'm', messages: HI, safe_prompt: true, logit_bias: { 5: 1 } })
    expect(request.extras).toEqual({ 'openai-chat': { safe_prompt: true, logit_bias: { 5: 1 } } })
    expect(encode(request).body).toMatchObject({ safe_prompt: true, logit_bias: { 5: 1 } })
    expect(encode({ ...request, extras: { anthropic: { betas: ['b'] } } }).body['betas']).toBeUndefined()
  })

  test('pitfall 193 null fields are not written', () => {
    expect(rewrite({ messages: HI, tools: null, stop: null, service_tier: null }).body).toEqual({
      model: 'up-m',
      messages: HI,
    })
  })

  test('pitfall 196 pitfall 199 seed and user are passed on; an overlong user becomes a stable digest', () => {
    expect(rewrite({ messages: HI, seed: 7, user: 'u' }).body).toMatchObject({ seed: 7, user: 'u' })
    const long = encode({ user: 'x'.repeat(200) })
    expect(long.body['user']).toMatch(/^user-[0-9a-f]{16}$/)
    expect(encode({ user: 'x'.repeat(200) }).body['user']).toBe(long.body['user'])
    expect(encode({ user: 'y'.repeat(200) }).body['user']).not.toBe(long.body['user'])
    expect(long.notes).toMatchObject([{ kind: 'changed', field: 'user' }])
  })

  test('top_k: dropped with a note from other dialects, kept from this one', () => {
    expect(encode({ topK: 5 }).notes).toMatchObject([{ kind: 'dropped', field: 'top_k' }])
    expect(rewrite({ messages: HI, top_k: 5 }).body['top_k']).toBe(5)
  })

  test('refused fields are removed with a note', () => {
    const { body, notes } = rewrite({ messages: HI, seed: 1 }, { refuses: ['seed'] })
    expect(body['seed']).toBeUndefined()
    expect(notes).toMatchObject([{ kind: 'dropped', field: 'seed' }])
  })

  test('pitfall 113 usage is asked for in every stream unless the target cannot', () => {
    expect(encode({ stream: true }).body['stream_options']).toEqual({ include_usage: true })
    expect(encode({ stream: true }, { streamUsage: false }).body['stream_options']).toBeUndefined()
    expect(encode({ stream: false }).body['stream']).toBeUndefined()
    const wire = { messages: HI, stream: true, stream_options: { include_obfuscation: false } }
    expect(rewrite(wire).body['stream_options']).toEqual({ include_usage: true, include_obfuscation: false })
  })

  test('pitfall 143 the same request yields the same bytes', () => {
    const wire = {
      messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }, ...HI],
    }
    expect(JSON.stringify(rewrite(wire).body)).toBe(JSON.stringify(rewrite(wire).body))
  })

  test('pitfall 144 prompt_cache_key is kept', () => {
    expect(rewrite({ messages: HI, prompt_cache_key: 'k' }).body['prompt_cache_key']).toBe('k')
  })

  test('pitfall 149 pitfall 150 response formats are wrapped and named', () => {
    const format = { type: 'json-schema', schema: { type: 'object' }, name: 'My Shape' } as const
    expect(encode({ responseFormat: format }).body['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'My_Shape', schema: { type: 'object' } },
    })
    expect(encode({ responseFormat: { type: 'json' } }).body['response_format']).toEqual({
      type: 'json_object',
    })
    const wire = { messages: HI, response_format: { type: 'grammar', grammar: 'root' } }
    expect(rewrite(wire).body['response_format']).toEqual({ type: 'grammar', grammar: 'root' })
  })
})

describe('thinking wishes', () => {
  test('pitfall 98 pitfall 99 effort wins over budget; a bare wish becomes high only where the target thinks', () => {
    expect(wish({ effort: 'low', budgetTokens: 9000 }).said).toEqual({ reasoning_effort: 'low' })
    expect(wish({ budgetTokens: 4096 })).toEqual({
      said: { reasoning_effort: 'medium' },
      noted: ['reasoning'],
    })
    expect(wish({ enabled: true }, 'effort').said).toEqual({ reasoning_effort: 'high' })
    expect(wish({ enabled: true }).said).toEqual({})
  })

  test('pitfall 100 none switches thinking off', () => {
    expect(decodeRequest({ model: 'm', messages: HI, reasoning_effort: 'none' }).reasoning).toMatchObject({
      enabled: false,
    })
    expect(wish({ enabled: false }, 'effort').said).toEqual({ reasoning_effort: 'none' })
    expect(wish({ enabled: false }, 'object').said).toEqual({ reasoning: { enabled: false } })
    expect(wish({ enabled: false }, 'thinking').said).toEqual({ thinking: { type: 'disabled' } })
    expect(wish({ enabled: true }, 'none')).toEqual({ said: {}, noted: ['reasoning'] })
  })

  test('OpenRouter’s object is read and written', () => {
    const wire = { model: 'm', messages: HI, reasoning: { max_tokens: 1024, exclude: true } }
    expect(decodeRequest(wire).reasoning).toMatchObject({ budgetTokens: 1024, visible: false })
    expect(wish({ budgetTokens: 1024 }, 'object').said).toEqual({ reasoning: { max_tokens: 1024 } })
    expect(rewrite(wire, { reasoningWish: 'object' }).body['reasoning']).toEqual({
      max_tokens: 1024,
      exclude: true,
    })
  })
})

describe('tools', () => {
  const f = { type: 'function', name: 'f' } as const
  const choose = (choice: ChatRequest['toolChoice'], more: Partial<ChatRequest> = {}) =>
    encode({ tools: [f], ...(choice === undefined ? {} : { toolChoice: choice }), ...more }).body

  test('pitfall 45 an empty list of tools is left out', () => {
    expect(rewrite({ messages: HI, tools: [] }).body['tools']).toBeUndefined()
  })

  test('pitfall 151 strict is never switched on silently', () => {
    expect(JSON.stringify(encode({ tools: [f] }).body['tools'])).not.toContain('strict')
    expect(encode({ tools: [{ ...f, strict: true }] }).body['tools']).toMatchObject([
      { function: { strict: true } },
    ])
  })

  test('pitfall 202 pitfall 203 the choice in this dialect’s words', () => {
    expect(choose({ type: 'none' })['tool_choice']).toBe('none')
    expect(choose({ type: 'required' })['tool_choice']).toBe('required')
    expect(choose({ type: 'tool', name: 'f' })['tool_choice']).toEqual({
      type: 'function',
      function: { name: 'f' },
    })
  })

  test('pitfall 204 no tools, no choice, and a note', () => {
    const { body, notes } = encode({ toolChoice: { type: 'required' }, parallelToolCalls: false })
    expect(body['tool_choice']).toBeUndefined()
    expect(body['parallel_tool_calls']).toBeUndefined()
    expect(notes).toMatchObject([{ field: 'tool_choice' }])
  })

  test('pitfall 205 parallel calls are forbidden only when the client forbade them', () => {
    expect(choose(undefined, { parallelToolCalls: false })['parallel_tool_calls']).toBe(false)
    expect(choose(undefined)['parallel_tool_calls']).toBeUndefined()
  })

  test('pitfall 207 a missing schema becomes that of an empty object', () => {
    const empty = { type: 'object', properties: {} }
    expect(encode({ tools: [f] }).body['tools']).toEqual([
      { type: 'function', function: { name: 'f', parameters: empty } },
    ])
    const typeless = { ...f, parameters: { properties: { a: {} } } }
    expect(encode({ tools: [typeless] }).body['tools']).toMatchObject([
      { function: { parameters: { type: 'object', properties: { a: {} } } } },
    ])
  })

  test('pitfall 195 extra fields of a tool come back here and go nowhere else', () => {
    const tool = {
      type: 'function',
      function: { name: 'f', parameters: { type: 'object' } },
      defer_loading: true,
    }
    expect(rewrite({ messages: HI, tools: [tool] }).body['tools']).toEqual([tool])
    const foreign = encode({ tools: [{ ...f, extras: { anthropic: { defer_loading: true } } }] })
    expect(JSON.stringify(foreign.body['tools'])).not.toContain('defer_loading')
  })

  test('pitfall 210 free-text tools come back whole', () => {
    const tool = { type: 'custom', custom: { name: 'sh', description: 'd', format: { type: 'text' } } }
    const call = { id: 'c', type: 'custom', custom: { name: 'sh', input: 'ls "x"' } }
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'ok' },
    ]
    const { body } = rewrite({ messages, tools: [tool] })
    expect(body).toMatchObject({ tools: [tool], messages })
    expect(decodeRequest({ model: 'm', messages }).messages[0]).toMatchObject({
      parts: [{ type: 'tool-call', name: 'sh', arguments: '{"input":"ls \\"x\\""}' }],
    })
  })

  test('pitfall 211 a typed tool of another dialect is refused by its name, and noted beside functions', () => {
    const native = {
      type: 'native',
      dialect: 'anthropic',
      value: { type: 'bash_20250124', name: 'bash' },
    } as const
    const bash = { type: 'function', name: 'bash', native } as const
    expect(() => encode({ tools: [bash] })).toThrow(/tools\.bash/)
    const { body, notes } = encode({ tools: [bash, { type: 'function', name: 'f' }] })
    expect(body['tools']).toMatchObject([{ function: { name: 'f' } }])
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'tools.bash' }])
  })

  test('pitfall 212 functions are read as tools, and written as tools', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: '42' },
    ]
    const { body } = rewrite({
      messages,
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: 'auto',
    })
    expect(body['functions']).toBeUndefined()
    expect(body).toMatchObject({
      tool_choice: 'auto',
      tools: [{ type: 'function', function: { name: 'f' } }],
      messages: [
        {},
        { role: 'assistant', tool_calls: [{ id: 'call_0', function: { name: 'f', arguments: '{"a":1}' } }] },
        { role: 'tool', tool_call_id: 'call_0', content: '42' },
      ],
    })
  })
})

test('sealed state of another provider never leaves', () => {
  const signature = seal({ issuer: 'elsewhere', value: 'secret-state' })
  const messages = [
    {
      role: 'assistant',
      content: 'a',
      reasoning_content: 'think',
      reasoning_details: [{ type: 'reasoning.text', signature, id: 'span_0_5' }],
    },
  ]
  for (const reasoningField of ['reasoning_details', 'reasoning_content', 'reasoning', 'content'] as const) {
    const text = JSON.stringify(rewrite({ messages }, { reasoningField }).body)
    expect(text).not.toContain('sluice1.')
    expect(text).not.toContain('secret-state')
  }
})
