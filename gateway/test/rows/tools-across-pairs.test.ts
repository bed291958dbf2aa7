/** Rows K19, K20: a tool call, its result and the final answer, for each client dialect before each type of upstream. */

import { describe, expect, test } from 'vitest'
import { arrayOf, isObject, type JsonObject, objectOf, parseJson, stringOf } from '#core'
import type { Script, ScriptedToolCall } from '#simulator'
import { EVERY_UPSTREAM, rows, type Upstream } from './row.ts'
import { resultOf, TALKERS } from './tool-talks.ts'

const open = rows()
const CLIENTS = ['openai', 'responses', 'anthropic', 'gemini', 'ollama'] as const
const PAIRS = CLIENTS.flatMap((client) => EVERY_UPSTREAM.map((upstream) => [client, upstream] as const))

const ONE = [
  { id: 'call_a1', name: 'look', arguments: { city: 'Oslo', days: [1, 2], note: 'ü "q"' }, fragments: 3 },
]
const TWO = [
  { id: 'call_b2', name: 'smell', arguments: { city: 'Rome' } },
  { id: 'call_a1', name: 'look', arguments: { city: 'Oslo' } },
]

const NINE: unknown = expect.stringMatching(/^[A-Za-z0-9]{9}$/)

function scriptOf(toolCalls: readonly ScriptedToolCall[]): Script {
  return [
    { kind: 'answer', text: 'Let me see.', toolCalls },
    { kind: 'answer', text: 'It rains.' },
  ]
}

interface Seen {
  readonly id: unknown
  readonly name: unknown
  readonly input: unknown
  readonly result: unknown
}

/** Calls with their results as the upstream read them. */
function seenBy(upstream: Upstream, body: JsonObject): Seen[] {
  const messages = (arrayOf(body['messages']) ?? []).filter(isObject)
  if (upstream === 'gg') return seenByGemini((arrayOf(body['contents']) ?? []).filter(isObject))
  if (upstream === 'rs') return seenByResponses((arrayOf(body['input']) ?? []).filter(isObject))
  if (upstream === 'an') return seenByAnthropic(messages)
  if (upstream === 'br') return seenByBedrock(messages)
  const calls = messages.flatMap((message) => arrayOf(message['tool_calls']) ?? []).filter(isObject)
  const results = messages.filter((message) => message['role'] === 'tool')
  return calls.map((call, n) => {
    const called = objectOf(call['function']) ?? {}
    // Ollama pairs by order and name, OpenAI by id.
    const result =
      upstream === 'ol'
        ? named(results[n], called['name'])
        : results.find((one) => one['tool_call_id'] === call['id'])
    const input = called['arguments']
    return {
      id: call['id'],
      name: called['name'],
      input: typeof input === 'string' ? parseJson(input) : input,
      result: result?.['content'],
    }
  })
}

function named(result: JsonObject | undefined, name: unknown): JsonObject | undefined {
  return result?.['tool_name'] === name ? result : undefined
}

function seenByAnthropic(messages: readonly JsonObject[]): Seen[] {
  const blocks = messages.flatMap((message) => arrayOf(message['content']) ?? []).filter(isObject)
  return blocks
    .filter((block) => block['type'] === 'tool_use')
    .map((call) => ({
      id: call['id'],
      name: call['name'],
      input: call['input'],
      result: blocks.find((block) => block['tool_use_id'] === call['id'])?.['content'],
    }))
}

function seenByBedrock(messages: readonly JsonObject[]): Seen[] {
  const blocks = messages.flatMap((message) => arrayOf(message['content']) ?? []).filter(isObject)
  const all = (kind: string) => blocks.flatMap((block) => (isObject(block[kind]) ? [block[kind]] : []))
  return all('toolUse').map(({ toolUseId: id, name, input }) => {
    const result = all('toolResult').find(({ toolUseId }) => toolUseId === id)
    return { id, name, input, result: JSON.stringify(result?.['content']) }
  })
}

function seenByGemini(contents: readonly JsonObject[]): Seen[] {
  const parts = contents.flatMap((turn) => arrayOf(turn['parts']) ?? []).filter(isObject)
  const all = (kind: string) => parts.flatMap((part) => (isObject(part[kind]) ? [part[kind]] : []))
  const results = all('functionResponse')
  return all('functionCall').map(({ id, name, args }) => {
    const result = results.find((one) => one['id'] === id && one['name'] === name)
    return { id, name, input: args, result: JSON.stringify(result?.['response']) }
  })
}

function seenByResponses(items: readonly JsonObject[]): Seen[] {
  return items
    .filter(({ type }) => type === 'function_call')
    .map(({ call_id: id, name, arguments: text }) => ({
      id,
      name,
      input: parseJson(stringOf(text) ?? ''),
      result: items.find((one) => one['type'] === 'function_call_output' && one['call_id'] === id)?.[
        'output'
      ],
    }))
}

describe.each([
  ['K19 one call', ONE],
  ['K20 two calls at once', TWO],
] as const)('%s', (row_, toolCalls) => {
  test.each(PAIRS)(`${row_}: %s client before %s, whole and streamed`, async (client, upstream) => {
    for (const streamed of [false, true]) {
      const row = await open({ [upstream]: scriptOf(toolCalls) })
      const { calls, final } = await TALKERS[client](row, streamed)
      const withIds = client !== 'ollama'
      expect(calls).toEqual(
        toolCalls.map(({ id, name, arguments: input }) => ({ ...(withIds ? { id } : {}), name, input })),
      )
      expect(final).toBe('It rains.')

      const seen = seenBy(upstream, row.sent(upstream))
      expect(seen).toEqual(
        toolCalls.map(({ id, name, arguments: input }, n) => ({
          // Ollama's histories need no ids; where they stand they are the provider's own. Mistral's are nine characters.
          id: upstream === 'ol' ? seen[n]?.id : upstream === 'mi' ? NINE : id,
          name,
          input,
          result: expect.stringContaining(resultOf(name, n)),
        })),
      )
      const ids = new Set(seen.map((one, n) => (upstream === 'ol' ? n : one.id)))
      expect(ids.size).toBe(seen.length)
      expect(JSON.stringify(row.sent(upstream))).toContain('Let me see.')
    }
  })
})
