/** Rows B01–B03, B05–B08: what a client of the Chat Completions API gets back. */

import { expect, test } from 'vitest'
import { EVERY_UPSTREAM, jsonAnswer, rows, sseEvents, textAnswer } from './row.ts'

const open = rows()
const ASK = { model: 'oa:gpt-4o', messages: [{ role: 'user' as const, content: 'Say hello.' }] }
const CLAUDE = { ...ASK, model: 'an:claude-haiku-4-5' }
const LOOK = {
  type: 'function' as const,
  function: {
    name: 'look',
    description: 'Looks.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const ALL = {
  oa: textAnswer('From oa.'),
  an: textAnswer('From an.'),
  ol: textAnswer('From ol.'),
  or: textAnswer('From or.'),
  gg: textAnswer('From gg.'),
  rs: textAnswer('From rs.'),
  az: textAnswer('From az.'),
  br: textAnswer('From br.'),
  mi: textAnswer('From mi.'),
}

test('B01 an OpenAI upstream answers a chat.completion and gets unknown fields unchanged', async () => {
  const row = await open(ALL)
  const { status, json } = await row.post('/v1/chat/completions', { ...ASK, x_new: { deep: [1, null] } })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'From oa.' }, finish_reason: 'stop' }],
  })
  expect(row.sent('oa')).toEqual({ ...ASK, model: 'gpt-4o', x_new: { deep: [1, null] } })
})

test.each(EVERY_UPSTREAM)(
  'B02 a stream from %s is events parted by blank lines, the last one [DONE]',
  async (upstream) => {
    const row = await open(ALL)
    const asked = { ...ASK, model: `${upstream}:m`, stream: true }
    const { text, headers } = await row.post('/v1/chat/completions', asked)
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
    const events = sseEvents(text).map(({ data }) => data)
    expect(events.pop()).toBe('[DONE]')
    const said = events.map((data) => {
      const chunk = JSON.parse(data)
      expect(chunk).toMatchObject({ object: 'chat.completion.chunk' })
      return chunk.choices[0]?.delta.content ?? ''
    })
    expect(said.join('')).toBe(`From ${upstream}.`)
  },
)

test('B03 an Anthropic upstream gets a Messages body and its tool call comes back as one', async () => {
  const row = await open({
    an: {
      kind: 'answer',
      text: 'I look.',
      toolCalls: [{ id: 'toolu_1', name: 'look', arguments: { city: 'Oslo' } }],
    },
  })
  const answer = await row.openai.chat.completions.create({
    ...CLAUDE,
    messages: [{ role: 'system', content: 'Be brief.' }, ...CLAUDE.messages],
    tools: [LOOK],
  })
  expect(answer).toMatchObject({
    object: 'chat.completion',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: 'I look.',
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"city":"Oslo"}' } },
          ],
        },
      },
    ],
  })
  expect(row.sent('an')).toEqual({
    model: 'claude-haiku-4-5',
    max_tokens: 4096,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: 'Say hello.' }],
    tools: [{ name: 'look', description: 'Looks.', input_schema: LOOK.function.parameters }],
  })
  expect(row.calls('an')[0]?.path).toMatch(/\/v1\/messages$/)
})

test('B05 without a limit Anthropic gets the default one', async () => {
  const row = await open(ALL)
  for (const model of [CLAUDE.model, 'an:a-model-nobody-knows']) {
    expect((await row.post('/v1/chat/completions', { ...CLAUDE, model })).status).toBe(200)
    expect(row.sent('an')['max_tokens']).toBe(4096)
  }
})

test.each(['max_tokens', 'max_completion_tokens'])("B05 %s is Anthropic's limit", async (field) => {
  const row = await open(ALL)
  expect((await row.post('/v1/chat/completions', { ...CLAUDE, [field]: 77 })).status).toBe(200)
  expect(row.sent('an')['max_tokens']).toBe(77)
  expect(row.sent('an')).not.toHaveProperty('max_completion_tokens')
})

test('B05 of both limits the newer one counts', async () => {
  const row = await open(ALL)
  await row.post('/v1/chat/completions', { ...CLAUDE, max_tokens: 88, max_completion_tokens: 77 })
  expect(row.sent('an')['max_tokens']).toBe(77)
})

test('B06 text and tool input stream from Anthropic as deltas with a numeric index', async () => {
  const row = await open({
    an: {
      kind: 'answer',
      text: 'I look twice.',
      toolCalls: [
        { id: 'toolu_1', name: 'look', arguments: { city: 'Oslo' }, fragments: 3 },
        { id: 'toolu_2', name: 'look', arguments: { city: 'Rome' }, fragments: 2 },
      ],
    },
  })
  const stream = await row.openai.chat.completions.create({ ...CLAUDE, tools: [LOOK], stream: true })
  let text = ''
  let finish: string | null = null
  const calls = new Map<number, { id: string; arguments: string; pieces: number }>()
  for await (const { choices } of stream) {
    const choice = choices[0]
    text += choice?.delta.content ?? ''
    finish = choice?.finish_reason ?? finish
    for (const call of choice?.delta.tool_calls ?? []) {
      const known = calls.get(call.index) ?? { id: call.id ?? '', arguments: '', pieces: -1 }
      const piece = call.function?.arguments ?? ''
      calls.set(call.index, { id: known.id, arguments: known.arguments + piece, pieces: known.pieces + 1 })
    }
  }
  expect(text).toBe('I look twice.')
  expect(finish).toBe('tool_calls')
  expect([...calls]).toEqual([
    [0, { id: 'toolu_1', arguments: '{"city":"Oslo"}', pieces: 3 }],
    [1, { id: 'toolu_2', arguments: '{"city":"Rome"}', pieces: 2 }],
  ])
})

test.each(EVERY_UPSTREAM)(
  'B07 the last chunk from %s carries the usage that was asked for',
  async (upstream) => {
    const row = await open({
      [upstream]: { kind: 'answer', text: 'Hi.', usage: { inputTokens: 12, outputTokens: 3 } },
    })
    const asked = { ...ASK, model: 'm', stream: true, stream_options: { include_usage: true } }
    const { text } = await row.post('/v1/chat/completions', asked)
    const last = JSON.parse(sseEvents(text).at(-2)?.data ?? '')
    expect(last).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    })
  },
)

test.each(['an', 'ol'] as const)('B07 nobody who did not ask gets usage from %s', async (upstream) => {
  const row = await open(ALL)
  const { text } = await row.post('/v1/chat/completions', { ...ASK, model: `${upstream}:m`, stream: true })
  expect(text).not.toContain('usage')
})

test.each(EVERY_UPSTREAM)('B08 %s answers behind this dialect, whole and streamed', async (upstream) => {
  const row = await open(ALL)
  const asked = { ...ASK, model: `${upstream}:m` }
  const whole = await row.openai.chat.completions.create(asked)
  expect(whole.choices[0]?.message.content).toBe(`From ${upstream}.`)
  const streamed = await row.openai.chat.completions.stream(asked).finalContent()
  expect(streamed).toBe(`From ${upstream}.`)
})

test.each(EVERY_UPSTREAM)('A26 %s answers behind the Messages API, whole and streamed', async (upstream) => {
  const row = await open(ALL)
  const asked = { model: `${upstream}:m`, max_tokens: 50, messages: ASK.messages }
  const content = [{ type: 'text', text: `From ${upstream}.` }]
  expect((await row.anthropic.messages.create(asked)).content).toMatchObject(content)
  expect((await row.anthropic.messages.stream(asked).finalMessage()).content).toMatchObject(content)
})

test('pitfall 210 a tool of free text is one of Responses too, and its call comes back as such', async () => {
  const call = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'patch', input: 'a "b"\n' }
  const row = await open({
    rs: jsonAnswer({ id: 'r', object: 'response', status: 'completed', output: [call] }),
  })
  const grammar = { syntax: 'lark', definition: 'start: X' }
  const custom = { name: 'patch', format: { type: 'grammar', grammar } }
  const { json } = await row.post('/v1/chat/completions', {
    ...ASK,
    model: 'm',
    tools: [{ type: 'custom', custom }],
  })
  expect(row.sent('rs')['tools']).toEqual([
    { type: 'custom', name: 'patch', format: { type: 'grammar', ...grammar } },
  ])
  expect(json['choices']).toMatchObject([
    {
      message: { tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'patch', input: 'a "b"\n' } }] },
      finish_reason: 'tool_calls',
    },
  ])
})
