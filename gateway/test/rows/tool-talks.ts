/**
 * A client of each dialect that asks, runs the tools it is told to run, and asks again with their results: official SDKs, and
 * plain HTTP for Gemini.
 */

import type Anthropic from '@anthropic-ai/sdk'
import type { Message } from 'ollama'
import type OpenAI from 'openai'
import { type JsonObject, parseJson, stringOf } from '#core'
import { askGemini } from './gemini-client.ts'
import type { Row } from './row.ts'

export interface ToolUse {
  /** Ollama's client knows none. */
  readonly id?: string
  readonly name: string
  readonly input: unknown
}

export interface Talk {
  readonly calls: readonly ToolUse[]
  /** What was said after the results. */
  readonly final: string
}

/** Runs both rounds. Each tool answers `result of NAME N`, N counting from 0. */
export type Talker = (row: Row, streamed: boolean) => Promise<Talk>

export const resultOf = (name: string, n: number): string => `result of ${name} ${n}`

const DESCRIPTION = 'Looks at a city.'
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' }, days: { type: 'array' } } }
const NAMES = ['look', 'smell']
const QUESTION = { role: 'user' as const, content: 'How is it in Oslo?' }

const openai: Talker = async (row, streamed) => {
  const tools = NAMES.map((name) => ({
    type: 'function' as const,
    function: { name, description: DESCRIPTION, parameters: SCHEMA },
  }))
  const ask = (messages: OpenAI.ChatCompletionMessageParam[]) => {
    const asked = { model: 'm', messages, tools }
    return streamed
      ? row.openai.chat.completions.stream(asked).finalChatCompletion()
      : row.openai.chat.completions.create(asked)
  }
  const first = (await ask([QUESTION])).choices[0]?.message
  if (first === undefined) throw new Error('no choice came back')
  const calls = (first.tool_calls ?? []).filter((call) => call.type === 'function')
  const results = calls.map((call, n) => ({
    role: 'tool' as const,
    tool_call_id: call.id,
    content: resultOf(call.function.name, n),
  }))
  const second = await ask([QUESTION, first, ...results])
  return {
    calls: calls.map(({ id, function: { name, arguments: text } }) => ({ id, name, input: parseJson(text) })),
    final: second.choices[0]?.message.content ?? '',
  }
}

const responses: Talker = async (row, streamed) => {
  const tools = NAMES.map((name) => ({
    type: 'function' as const,
    name,
    description: DESCRIPTION,
    parameters: SCHEMA,
    strict: false,
  }))
  const ask = async (input: OpenAI.Responses.ResponseInput): Promise<OpenAI.Responses.Response> => {
    const asked = { model: 'm', input, tools }
    if (streamed) return row.openai.responses.stream(asked).finalResponse()
    return row.openai.responses.create(asked)
  }
  const first = await ask([QUESTION])
  const calls = first.output.filter((item) => item.type === 'function_call')
  const results = calls.map(({ call_id, name }, n) => ({
    type: 'function_call_output' as const,
    call_id,
    output: resultOf(name, n),
  }))
  // What came out goes back in, as the API's own guide tells: its types allow more than they should.
  const said = first.output as OpenAI.Responses.ResponseInputItem[]
  const second = await ask([QUESTION, ...said, ...results])
  return {
    calls: calls.map(({ call_id, name, arguments: text }) => ({ id: call_id, name, input: parseJson(text) })),
    final: second.output_text,
  }
}

const gemini: Talker = async (row, streamed) => {
  const functionDeclarations = NAMES.map((name) => ({
    name,
    description: DESCRIPTION,
    parametersJsonSchema: SCHEMA,
  }))
  const ask = (contents: readonly object[]) =>
    askGemini(row, 'm', { contents, tools: [{ functionDeclarations }] }, streamed ? 'events' : 'whole')
  const question = { role: 'user', parts: [{ text: QUESTION.content }] }
  const first = await ask([question])
  const results = first.calls.map(({ id, name }, n) => ({
    functionResponse: { id, name, response: { result: resultOf(name, n) } },
  }))
  const second = await ask([
    question,
    { role: 'model', parts: joined(first.parts) },
    { role: 'user', parts: results },
  ])
  return {
    calls: first.calls.map(({ id, name, args }) => ({ id, name, input: args })),
    final: second.text,
  }
}

/** Its clients keep the pieces of a text as one part. */
function joined(parts: readonly JsonObject[]): JsonObject[] {
  const out: JsonObject[] = []
  for (const part of parts) {
    const last = out.at(-1)
    const [before, text] = [stringOf(last?.['text']), stringOf(part['text'])]
    if (before === undefined || text === undefined) out.push(part)
    else out.splice(-1, 1, { ...last, text: before + text })
  }
  return out
}

const anthropic: Talker = async (row, streamed) => {
  const tools = NAMES.map((name) => ({ name, description: DESCRIPTION, input_schema: SCHEMA }))
  const ask = (messages: Anthropic.MessageParam[]) => {
    const asked = { model: 'm', max_tokens: 500, messages, tools }
    return streamed
      ? row.anthropic.messages.stream(asked).finalMessage()
      : row.anthropic.messages.create(asked)
  }
  const first = await ask([QUESTION])
  const calls = first.content.filter((block) => block.type === 'tool_use')
  const results = calls.map(({ id, name }, n) => ({
    type: 'tool_result' as const,
    tool_use_id: id,
    content: resultOf(name, n),
  }))
  const second = await ask([
    QUESTION,
    { role: 'assistant', content: first.content },
    { role: 'user', content: results },
  ])
  return {
    calls: calls.map(({ id, name, input }) => ({ id, name, input })),
    final: second.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  }
}

const ollama: Talker = async (row, streamed) => {
  const tools = NAMES.map((name) => ({
    type: 'function',
    function: { name, description: DESCRIPTION, parameters: SCHEMA },
  }))
  const ask = async (messages: Message[]): Promise<Message> => {
    const asked = { model: 'm', messages, tools }
    if (!streamed) return (await row.ollama.chat({ ...asked, stream: false })).message
    let content = ''
    const calls: NonNullable<Message['tool_calls']> = []
    for await (const { message } of await row.ollama.chat({ ...asked, stream: true })) {
      content += message.content
      calls.push(...(message.tool_calls ?? []))
    }
    return { role: 'assistant', content, tool_calls: calls }
  }
  const first = await ask([QUESTION])
  const calls = (first.tool_calls ?? []).map((call) => call.function)
  const results = calls.map(({ name }, n) => ({ role: 'tool', tool_name: name, content: resultOf(name, n) }))
  const second = await ask([QUESTION, first, ...results])
  return { calls: calls.map(({ name, arguments: input }) => ({ name, input })), final: second.content }
}

export const TALKERS = { openai, responses, anthropic, gemini, ollama }
