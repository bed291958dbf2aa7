/** A client of each dialect that asks, runs the tools it is told to run, and asks again with their results: official SDKs. */

import type Anthropic from '@anthropic-ai/sdk'
import type { Message } from 'ollama'
import type OpenAI from 'openai'
import { parseJson } from '#core'
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

export const TALKERS = { openai, anthropic, ollama }
