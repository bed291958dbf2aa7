/** Names of tools that the provider would refuse: it reads others, and the client never notices. */

import { expect, test } from 'vitest'
import { arrayOf, isObject, type JsonObject, parseJson, stringOf } from '#core'
import type { ScriptFunction } from '#simulator'
import { rows, type Upstream } from './row.ts'

const open = rows()
const LONG = 'mcp__some-server-with-a-long-name__a-tool-whose-name-says-it-all-and-more'
const FITS = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/

/** Names that stand as a tool, a call or a choice anywhere in a body. */
function namesIn(body: string): string[] {
  return [...body.matchAll(/"name":"([^"]+)"/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'look')
}

/** Calls the tool by the name it was told, then says a word. */
const caller: ScriptFunction = ({ body }, n) => {
  const name = namesIn(body)[0] ?? 'none'
  const toolCalls = [{ id: 'call_1', name, arguments: { city: 'Oslo' } }]
  return n % 2 === 0
    ? { kind: 'answer', text: 'Let me see.', toolCalls }
    : { kind: 'answer', text: 'It rains.' }
}

const parameters = { type: 'object' as const, properties: { city: { type: 'string' } } }
const QUESTION = { role: 'user' as const, content: 'How is it in Oslo?' }

test.each([
  ['oa', LONG],
  ['rs', LONG],
  ['gg', LONG],
  ['br', LONG],
  ['az', LONG],
] as const)('pitfall 206 Claude’s client has a long name before %s', async (upstream, name) => {
  for (const streamed of [false, true]) {
    const row = await open({ [upstream]: caller })
    const tools = [
      { name, input_schema: parameters },
      { name: 'look', input_schema: parameters },
    ]
    const base = { model: 'm', max_tokens: 99, tools, tool_choice: { type: 'tool' as const, name } }
    const first = streamed
      ? await row.anthropic.messages.stream({ ...base, messages: [QUESTION] }).finalMessage()
      : await row.anthropic.messages.create({ ...base, messages: [QUESTION] })
    const call = first.content.find((block) => block.type === 'tool_use')
    expect(call).toMatchObject({ name, input: { city: 'Oslo' } })
    const alias = aliasIn(row.calls(upstream).at(-1)?.body)
    const result = { type: 'tool_result' as const, tool_use_id: call?.id ?? '', content: 'Rain.' }
    await row.anthropic.messages.create({
      ...base,
      messages: [
        QUESTION,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [result] },
      ],
    })
    const next = row.calls(upstream).at(-1)?.body
    expect(aliasIn(next)).toBe(alias)
    expect(next).not.toContain(name)
  }
})

function aliasIn(body: string | undefined): string {
  const names = [...new Set(namesIn(body ?? ''))]
  expect(names).toEqual([expect.stringMatching(FITS)])
  return names[0] ?? ''
}

const ODD = ['files.read/all', 'Réad it', '1st', LONG] as const
/** Dashes and whatever else the target takes are left alone. */
const TAKEN: Readonly<Record<string, readonly string[]>> = { an: ['1st', LONG], br: ['1st'], rs: ['1st'] }

test.each(
  (['an', 'gg', 'br', 'rs'] as const).flatMap((upstream) => ODD.map((name) => [name, upstream] as const)),
)('pitfall 206 the name %j before %s', async (name, upstream) => {
  const row = await open({ [upstream]: caller })
  const tools = [{ type: 'function' as const, function: { name, parameters } }]
  const whole = await row.openai.chat.completions.create({ model: 'm', messages: [QUESTION], tools })
  expect(whole.choices[0]?.message.tool_calls).toMatchObject([{ function: { name } }])
  const sent = namesIn(row.calls(upstream).at(-1)?.body ?? '')[0] ?? ''
  const kept = TAKEN[upstream]?.includes(name) === true
  expect([sent === name, kept || FITS.test(sent)]).toEqual([kept, true])
})

test('pitfall 206 two names that would be cut to the same stay two', async () => {
  const names = [`${LONG}-one`, `${LONG}-two`, 'a.b', 'a/b']
  const row = await open({ gg: caller })
  const tools = names.map((name) => ({ type: 'function' as const, function: { name, parameters } }))
  await row.openai.chat.completions.create({ model: 'm', messages: [QUESTION], tools })
  const [tool] = (arrayOf(row.sent('gg')['tools']) ?? []).filter(isObject)
  const declared = (arrayOf(tool?.['functionDeclarations']) ?? []).filter(isObject).map(nameOf)
  expect(new Set(declared).size).toBe(4)
  // Gemini takes dots.
  expect(declared[2]).toBe('a.b')
})

function nameOf(tool: JsonObject): string | undefined {
  return stringOf(tool['name'])
}

test.each(['oa', 'ol'] as const)(
  'pitfall 206 a name that fits, or a target that takes all, is left alone: %s',
  async (upstream: Upstream) => {
    const row = await open({ [upstream]: caller })
    const name = upstream === 'oa' ? 'read-file_2' : 'files.read/all'
    await row.anthropic.messages.create({
      model: 'm',
      max_tokens: 9,
      messages: [QUESTION],
      tools: [{ name, input_schema: parameters }],
    })
    const body = parseJson(row.calls(upstream).at(-1)?.body ?? '')
    expect(JSON.stringify(body)).toContain(`"name":"${name}"`)
  },
)
