/** Row G56, and the built-in middlewares for system prompts and headers. */

import { expect, test } from 'vitest'
import type { MiddlewareConfig } from '#config'
import { arrayOf, isObject } from '#core'
import type { ModelAnswer, ScriptFunction } from '#simulator'
import { loadIn } from '../load-in.ts'
import { withMiddleware } from '../plugin.ts'
import { jsonLines, rows, textAnswer, type Upstream } from './row.ts'

const row = rows()
const CHAT = '/v1/chat/completions'

const DOTTED = 'files.read/one file'
const LONG = `mcp__${'x'.repeat(80)}.search`
const tool = (name: string) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
})

/** Calls each tool it was offered, by the name it was offered under. */
const callsAll: ScriptFunction = ({ body }): ModelAnswer => ({
  kind: 'answer',
  toolCalls: offered(body).map((name) => ({ name, arguments: { name } })),
})

/** Every tool's name in a request, in whatever language it is. */
function offered(body: string): string[] {
  const { tools = [], toolConfig } = JSON.parse(body)
  return (toolConfig?.tools ?? tools).flatMap(
    (one: {
      name?: string
      function?: { name: string }
      toolSpec?: { name: string }
      functionDeclarations?: { name: string }[]
    }) =>
      one.functionDeclarations?.map(({ name }) => name) ?? [
        one.name ?? one.function?.name ?? one.toolSpec?.name,
      ],
  )
}

const BEFORE = ['oa', 'an', 'gg', 'rs', 'br', 'ol'] as const satisfies readonly Upstream[]

test.each(BEFORE)(
  'G56 before %s names of tools are changed upstream and restored in the answer',
  async (upstream) => {
    const house = await row(
      { [upstream]: callsAll },
      { providers: { [upstream]: { toolNameSanitization: true } } },
    )
    const tools = [tool(DOTTED), tool('files_read_one_file'), tool(LONG), tool('plain')]
    const asked = {
      model: `${upstream}:m`,
      tools,
      messages: [
        { role: 'user' as const, content: 'Go.' },
        {
          role: 'assistant' as const,
          content: null,
          tool_calls: [{ id: 'c1', type: 'function' as const, function: { name: DOTTED, arguments: '{}' } }],
        },
        { role: 'tool' as const, tool_call_id: 'c1', content: 'done' },
      ],
    }
    const whole = await house.openai.chat.completions.create(asked)
    const names = whole.choices[0]?.message.tool_calls?.map((call) =>
      'function' in call ? call.function.name : '',
    )
    expect(names).toEqual([DOTTED, 'files_read_one_file', LONG, 'plain'])

    const sent = offered(house.calls(upstream)[0]?.body ?? '')
    expect(new Set(sent).size).toBe(4)
    expect(sent.every((name) => /^[A-Za-z_][\w-]{0,63}$/.test(name))).toBe(true)
    expect(sent.slice(1)).toEqual(['files_read_one_file', expect.any(String), 'plain'])
    // The history names the tool as the list does.
    expect(house.calls(upstream)[0]?.body).not.toContain(DOTTED)
    expect(house.calls(upstream)[0]?.body.split(`"${sent[0]}"`).length).toBeGreaterThan(2)

    const stream = await house.openai.chat.completions.create({ ...asked, stream: true })
    const streamed: string[] = []
    for await (const chunk of stream) {
      for (const call of chunk.choices[0]?.delta.tool_calls ?? []) {
        if (call.function?.name !== undefined) streamed.push(call.function.name)
      }
    }
    expect(streamed).toEqual([DOTTED, 'files_read_one_file', LONG, 'plain'])
  },
)

test('G56 a choice of one tool names it as the list does', async () => {
  const house = await row({ oa: callsAll }, { providers: { oa: { toolNameSanitization: true } } })
  const choice = { type: 'function', function: { name: DOTTED } }
  await house.post(CHAT, {
    model: 'm',
    tools: [tool(DOTTED)],
    tool_choice: choice,
    messages: [{ role: 'user', content: 'Go.' }],
  })
  const { tools, tool_choice: chosen } = house.sent('oa')
  const [only] = arrayOf(tools) ?? []
  expect(isObject(chosen) ? chosen['function'] : undefined).toEqual({
    name: isObject(only) && isObject(only['function']) ? only['function']['name'] : '',
  })
})

test('G56 off, or with names that fit, nothing is changed', async () => {
  const body = {
    model: 'm',
    tools: [tool(DOTTED)],
    messages: [{ role: 'user', content: 'Go.' }],
    odd: { a: 1 },
  }
  const off = await row({ oa: callsAll })
  await off.post(CHAT, body)
  expect(off.calls('oa')[0]?.body).toBe(JSON.stringify(body))
  const on = await row({ oa: callsAll }, { providers: { oa: { toolNameSanitization: true } } })
  const fitting = { ...body, tools: [tool('plain')] }
  const answer = await on.post(CHAT, fitting)
  expect(on.calls('oa')[0]?.body).toBe(JSON.stringify(fitting))
  expect(answer.text).toContain('"name":"plain"')
})

function acme(more: string) {
  const text = `[providers.acme]\nbase-url = "http://a.example"\napi-key = "k"\n${more}`
  return loadIn({ files: { 'sluice.toml': text } })
}

test('G56 it is a setting of the provider', () => {
  expect(acme('tool-name-sanitization = true').providers[0]?.toolNameSanitization).toBe(true)
  expect(acme('tool-name-sanitization = true').warnings).toEqual([])
  expect(acme('').providers[0]?.toolNameSanitization).toBeUndefined()
})

function use(name: string, options: MiddlewareConfig['options']): MiddlewareConfig {
  return { use: name, where: 'sluice.toml:7', options }
}

test.each([
  ['prepend', ['Ours.', 'Theirs.']],
  ['append', ['Theirs.', 'Ours.']],
  ['replace', ['Ours.']],
])('system-prompt: %s', async (mode, wanted) => {
  const house = await row(
    { oa: textAnswer(), an: textAnswer() },
    { config: withMiddleware(use('system-prompt', { text: 'Ours.', mode })) },
  )
  const messages = [
    { role: 'system', content: 'Theirs.' },
    { role: 'user', content: 'Hi' },
  ]
  await house.post(CHAT, { model: 'oa:m', messages })
  const sent = arrayOf(house.sent('oa')['messages']) ?? []
  const prompts = sent.flatMap((message) =>
    isObject(message) && message['role'] === 'system' ? [message['content']] : [],
  )
  expect(JSON.stringify(prompts).match(/Ours\.|Theirs\./g)).toEqual(wanted)
  expect(sent.at(-1)).toEqual({ role: 'user', content: 'Hi' })
  await house.post(CHAT, { model: 'an:m', messages })
  expect(JSON.stringify(house.sent('an')['system']).match(/Ours\.|Theirs\./g)).toEqual(wanted)
})

test('system-prompt: a client without one gets it, in every language, and a prompt that is only completed does not', async () => {
  const house = await row(
    { ol: textAnswer() },
    { config: withMiddleware(use('system-prompt', { text: 'Ours.' })) },
  )
  const answer = await house.ask('/api/chat', {
    method: 'POST',
    body: JSON.stringify({ model: 'llama3', messages: [{ role: 'user', content: 'Hi' }] }),
  })
  expect(jsonLines(answer.text).length).toBeGreaterThan(1)
  expect(house.sent('ol')['messages']).toMatchObject([{ role: 'system', content: 'Ours.' }, { role: 'user' }])
  await house.post('/api/generate', { model: 'llama3', prompt: 'Hi' })
  expect(house.calls('ol').at(-1)?.body).not.toContain('Ours.')
})

test('headers: sets, removes and passes on upstream, and sets headers of the answer', async () => {
  const options = {
    set: { 'X-Team': 'blue' },
    remove: ['user-agent'],
    pass: ['X-Session-Id', 'x-absent'],
    answer: { 'X-House': 'ours' },
  }
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(use('headers', options)) })
  const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], odd: true }
  const answer = await house.post(CHAT, body, { 'x-session-id': 's7', 'x-other': 'no' })
  const { headers = {}, body: sent } = house.calls('oa')[0] ?? {}
  expect(
    ['x-team', 'user-agent', 'x-session-id', 'x-absent', 'x-other'].map((name) => headers[name]),
  ).toEqual(['blue', undefined, 's7', undefined, undefined])
  expect(headers['authorization']).toBe('Bearer test-key')
  expect(answer.headers.get('x-house')).toBe('ours')
  // Headers alone change no byte of the body.
  expect(sent).toBe(JSON.stringify(body))
})

test.each([
  ['headers', { set: { Authorization: 'Bearer x' } }, 'the header "Authorization" cannot be changed'],
  ['headers', { pass: ['cookie'] }, 'the header "cookie" cannot be changed'],
  ['headers', { answer: { 'Content-Type': 'x' } }, 'the header "Content-Type" cannot be changed'],
  ['headers', { remov: [] }, 'options.remov is not known'],
  ['system-prompt', {}, 'options.text is missing'],
  ['system-prompt', { text: 'x', mode: 'insert' }, 'options.mode must be one of prepend, append, replace'],
  ['sytem-prompt', {}, 'there is no middleware "sytem-prompt"; there are headers, system-prompt'],
])('%s with %j is refused at the start, with its place', async (name, options, reason) => {
  const opening = row({ oa: textAnswer() }, { config: withMiddleware(use(name, options)) })
  const refusal = await opening.then(() => 'opened', String)
  expect(refusal).toContain('sluice.toml:7: ')
  expect(refusal).toContain(reason)
})
