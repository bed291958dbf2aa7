import { describe, expect, test } from 'vitest'
import type { ChatRequest, JsonObject, Note } from '#core'
import type { Traits } from '../dialect.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { decode, encode, rewrite } from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const { chat } = openaiResponses
const user: ChatRequest['messages'] = [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]
const schema = {
  type: 'object',
  properties: { a: { type: 'string' }, b: { type: 'string' } },
  required: ['a'],
}

describe('what a request must have', () => {
  test.each<[string, JsonObject, string]>([
    ['no model', { input: 'x' }, 'model'],
    ['no input', { model: 'm' }, 'input'],
    ['input of another kind', { model: 'm', input: 3 }, 'input'],
    ['an item that is no object', { model: 'm', input: ['x'] }, 'input[0]'],
    ['an item of no kind', { model: 'm', input: [{ content: 'x' }] }, 'input[0].type'],
    ['a limit below one', { model: 'm', input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
    ['a temperature in words', { model: 'm', input: 'x', temperature: 'hot' }, 'temperature'],
    ['tools that are no list', { model: 'm', input: 'x', tools: {} }, 'tools'],
  ])('%s is refused by name', (_, wire, param) => {
    expect(() => chat.check(wire)).toThrow(
      expect.objectContaining({ type: 'invalid-request', facts: expect.objectContaining({ param }) }),
    )
  })

  test('a stored prompt or an earlier answer stands in for the input', () => {
    expect(chat.check({ model: 'm', prompt: { id: 'p' } }).stream).toBe(false)
    expect(chat.check({ model: 'm', previous_response_id: 'r', stream: true, max_output_tokens: 9 })).toEqual(
      {
        model: 'm',
        stream: true,
        maxOutputTokens: 9,
      },
    )
  })
})

describe('what only a provider of this dialect can serve', () => {
  test.each<[string, JsonObject, string]>([
    ['previous_response_id', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['conversation', { conversation: 'conv_1' }, 'conversation'],
    ['prompt', { prompt: { id: 'p' } }, 'prompt'],
    ['background', { background: true }, 'background'],
    ['item_reference', { input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
    ['an item reference without its type', { input: [{ id: 'msg_1' }] }, 'input[0]'],
    [
      'compaction_trigger',
      { input: [{ role: 'user', content: 'a' }, { type: 'compaction_trigger' }] },
      'input[1]',
    ],
  ])('%s is refused elsewhere and kept here', (_, wire, param) => {
    expect(chat.bound({ model: 'm', ...wire })).toMatchObject({ type: 'invalid-request', facts: { param } })
    expect(rewrite(wire).body).toMatchObject('input' in wire ? {} : wire)
  })

  test('who lets a client refer to items is told how to stop it', () => {
    const refused = chat.bound({ model: 'm', input: [{ type: 'item_reference', id: 'msg_1' }] })
    expect(refused?.message).toContain('`store: false`')
    expect(chat.bound({ model: 'm', previous_response_id: 'resp_1' })?.message).not.toContain('store')
  })

  test('everything else may be translated', () => {
    expect(
      chat.bound({ model: 'm', input: [{ role: 'user', content: 'x' }], previous_response_id: null }),
    ).toBe(undefined)
  })
})

test('pitfall 72 instructions belong to this request alone and become the system prompt', () => {
  const request = decode({ instructions: 'Be brief.', input: [{ role: 'developer', content: 'And kind.' }] })
  expect(request.messages.map((message) => message.role)).toEqual(['system', 'system'])
  const { body, input } = encode(request)
  expect(body['instructions']).toBe('Be brief.')
  expect(input).toEqual([
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'And kind.' }] },
  ])
  expect(rewrite({ previous_response_id: 'r1', input: 'next' }).body['instructions']).toBe(undefined)
})

test('a foreign system prompt becomes instructions, or a message where the target wants a role', () => {
  const messages: ChatRequest['messages'] = [
    {
      role: 'system',
      parts: [
        { type: 'text', text: 'x-anthropic-billing-header: 1' },
        { type: 'text', text: 'A' },
      ],
    },
    { role: 'system', parts: [{ type: 'text', text: 'B' }] },
    ...user,
  ]
  expect(encode({ messages }).body['instructions']).toBe('A\n\nB')
  const { body, input } = encode({ messages }, { systemRole: 'developer' })
  expect(body['instructions']).toBe(undefined)
  expect(input.map((item) => item['role'])).toEqual(['developer', 'developer', 'user'])
})

test('pitfall 93 nothing is stored unasked, and the thinking comes along encrypted', () => {
  expect(encode({ messages: user }).body).toMatchObject({
    store: false,
    include: ['reasoning.encrypted_content'],
  })
  expect(encode({ messages: user }, { reasoningWish: 'none' }).body['include']).toBe(undefined)
  const include = ['message.output_text.logprobs', 'file_search_call.results']
  expect(rewrite({ include, top_logprobs: 2 }).body).toMatchObject({
    include: include.toReversed(),
    top_logprobs: 2,
  })
  const own = rewrite({ store: true, include: ['message.output_text.logprobs'] }).body
  expect(own).toMatchObject({ store: true, include: ['message.output_text.logprobs'] })
  expect(rewrite({}).body).not.toHaveProperty('store')
})

test('pitfall 144 pitfall 199 prompt_cache_key and its kin go over from chat completions', () => {
  const request = openaiChat.chat.decodeRequest({
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    prompt_cache_key: 'k',
    service_tier: 'flex',
    verbosity: 'low',
    logit_bias: { '1': 5 },
  })
  const { body } = encode(request)
  expect(body).toMatchObject({ prompt_cache_key: 'k', service_tier: 'flex', text: { verbosity: 'low' } })
  expect(body).not.toHaveProperty('logit_bias')
})

test('pitfall 150 the schema lies flat beside its name, and chat completions nest it', () => {
  const format = { type: 'json_schema', name: 'my city', schema, strict: true }
  const request = decode({ text: { format, verbosity: 'low' } })
  expect(request.responseFormat).toEqual({ type: 'json-schema', name: 'my city', schema, strict: true })
  const { body } = encode(request)
  expect(body['text']).toEqual({ format: { ...format, name: 'my_city' }, verbosity: 'low' })
  expect(encode({ messages: user, responseFormat: { type: 'json-schema', schema } }).body['text']).toEqual({
    format: { type: 'json_schema', name: 'response', schema },
  })
})

test('pitfall 151 strictness is never switched on by leaving it out', () => {
  const tools: ChatRequest['tools'] = [
    { type: 'function', name: 'f', parameters: schema },
    { type: 'function', name: 'g', parameters: schema, strict: true },
  ]
  expect(encode({ messages: user, tools }).body['tools']).toEqual([
    { type: 'function', name: 'f', parameters: schema, strict: false },
    { type: 'function', name: 'g', parameters: schema, strict: true },
  ])
  const unsaid = { type: 'function', name: 'f', parameters: schema }
  expect(rewrite({ tools: [unsaid] }).body['tools']).toEqual([unsaid])
  expect(decode({ tools: [unsaid] }).tools?.[0]?.strict).toBe(undefined)
})

test('pitfall 184 pitfall 186 the limit is max_output_tokens and at least 16', () => {
  expect(encode({ messages: user, maxOutputTokens: 100 }).body['max_output_tokens']).toBe(100)
  const { body, notes } = encode({ messages: user, maxOutputTokens: 5 })
  expect(body['max_output_tokens']).toBe(16)
  expect(notes).toMatchObject([{ kind: 'clamped', field: 'max_output_tokens' }])
  expect(rewrite({ max_output_tokens: 5 }).body['max_output_tokens']).toBe(5)
})

test('pitfall 188 pitfall 190 what has no place here is noted', () => {
  const { body, notes } = encode(
    {
      messages: user,
      stop: ['\n'],
      topK: 3,
      seed: 1,
      frequencyPenalty: 0.1,
      presencePenalty: 0.1,
      temperature: 0.7,
    },
    { noSampling: true, refuses: ['include'] },
  )
  expect(notes.map((note) => note.field).toSorted()).toEqual(
    ['frequency_penalty', 'include', 'presence_penalty', 'seed', 'stop', 'temperature', 'top_k'].toSorted(),
  )
  expect(Object.keys(body).toSorted()).toEqual(['input', 'model', 'store'])
})

test('a wish to think is said as effort and summary, and its own spelling is kept', () => {
  const reasoning = { effort: 'high', summary: 'detailed', context: 'all_turns' }
  const request = decode({ reasoning })
  expect(request.reasoning).toMatchObject({ effort: 'high', visible: true })
  expect(encode(request).body['reasoning']).toEqual(reasoning)
  expect(decode({ reasoning: { effort: 'none' } }).reasoning).toMatchObject({ enabled: false })
  const { body, notes } = encode({
    messages: user,
    reasoning: { enabled: true, budgetTokens: 4000, visible: true },
  })
  expect(body['reasoning']).toEqual({ effort: 'medium', summary: 'auto' })
  expect(notes).toMatchObject([{ kind: 'changed', field: 'reasoning' }])
})

test('pitfall 267 fields nobody knows stay, and null means absent', () => {
  const { body } = rewrite({ client_metadata: { a: 1 }, truncation: 'auto', temperature: null, user: 'u' })
  expect(body).toMatchObject({ client_metadata: { a: 1 }, truncation: 'auto', user: 'u' })
  expect(body).not.toHaveProperty('temperature')
})

test('amend writes the model and the limit', () => {
  expect(chat.amend({}, { model: 'x', maxOutputTokens: 5 })).toEqual({ model: 'x', max_output_tokens: 5 })
  expect(chat.amend({}, {})).toEqual({})
})

describe('what both of OpenAI’s languages have', () => {
  const wire = {
    prompt_cache_key: 'k',
    safety_identifier: 's',
    service_tier: 'flex',
    text: { verbosity: 'low' },
  }
  const said = { prompt_cache_key: 'k', safety_identifier: 's', service_tier: 'flex', verbosity: 'low' }
  const inChat = (traits: Traits) => {
    const notes: Note[] = []
    const context = { model: 'm', provider: 'p', traits, note: (note: Note) => void notes.push(note) }
    return {
      body: openaiChat.chat.encodeRequest(decode(wire), context),
      lost: notes.map(({ field }) => field),
    }
  }

  test('goes on where the provider has it', () => {
    const { body, lost } = inChat({ responsesFields: Object.keys(said) })
    expect(body).toMatchObject(said)
    expect(lost).toEqual([])
  })

  test('is told as lost where it has not', () => {
    const { body, lost } = inChat({})
    for (const field of Object.keys(said)) expect(body).not.toHaveProperty(field)
    expect(lost.toSorted()).toEqual([
      'prompt_cache_key',
      'safety_identifier',
      'service_tier',
      'text.verbosity',
    ])
  })
})
