/** The official client reads what this dialect writes. */

import { Ollama } from 'ollama'
import { describe, expect, test } from 'vitest'
import { GatewayError, unfold } from '#core'
import type { ChatEvent, ChatResponse, Operation } from '#core'
import type { AnswerContext } from '../dialect.ts'
import { ollama, showBody, versionBody } from './index.ts'

const ANSWER: ChatResponse = {
  start: {},
  parts: [
    { type: 'reasoning', text: 'let me see' },
    { type: 'text', text: 'Grüße 😀' },
    { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' },
  ],
  finish: { reason: 'tool-calls' },
  usage: { inputTokens: 11, outputTokens: 7 },
}

function context(operation: Operation): AnswerContext {
  return {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: true, ...(operation === 'chat' ? {} : { operation }) },
    elapsedMs: () => 5,
    note: () => undefined,
  }
}

function stream(events: readonly ChatEvent[], operation: Operation): string {
  const encoder = ollama.chat.streamEncoder(context(operation))
  return events.map((event) => encoder.keepAlive() + encoder.push(event)).join('')
}

/** The client with its network handed in: one answer for every question. */
function client(body: string, status = 200): Ollama {
  return new Ollama({ fetch: () => Promise.resolve(new Response(body, { status })) })
}

describe('ollama-js', () => {
  test('C02 reads a chat stream', async () => {
    let text = ''
    let thinking = ''
    const calls: unknown[] = []
    let last: unknown
    const answer = await client(stream(unfold(ANSWER), 'chat')).chat({ model: 'm', stream: true })
    for await (const part of answer) {
      text += part.message.content
      thinking += part.message.thinking ?? ''
      calls.push(...(part.message.tool_calls ?? []))
      last = part
    }
    expect([text, thinking]).toEqual(['Grüße 😀', 'let me see'])
    expect(calls).toEqual([{ id: 'c1', function: { name: 'f', arguments: { a: 1 } } }])
    expect(last).toMatchObject({ done: true, done_reason: 'stop', prompt_eval_count: 11, eval_count: 7 })
  })

  test('C05 reads a generate stream', async () => {
    let text = ''
    const answer = await client(stream(unfold(ANSWER), 'generate')).generate({
      model: 'm',
      prompt: 'x',
      stream: true,
    })
    for await (const part of answer) text += part.response
    expect(text).toBe('Grüße 😀')
  })

  test('C01 reads whole answers', async () => {
    const body = JSON.stringify(ollama.chat.encodeResponse(ANSWER, context('chat')))
    const answer = await client(body).chat({ model: 'm' })
    expect(answer.message.tool_calls?.[0]?.function.arguments).toEqual({ a: 1 })
    expect(answer.total_duration).toBe(5_000_000)
  })

  test('C27 reads an error line as an error with its text', async () => {
    const error = new GatewayError('cut-stream', 'The provider hung up.')
    const body = stream(
      [{ type: 'start' }, { type: 'text-delta', index: 0, text: 'x' }, { type: 'error', error }],
      'chat',
    )
    const answer = await client(body).chat({ model: 'm', stream: true })
    const all = async () => {
      for await (const _ of answer);
    }
    await expect(all()).rejects.toThrow('The provider hung up.')
  })

  test('P14 reads an error body as its text', async () => {
    const { status, body } = ollama.errors.encode(
      new GatewayError('model-not-found', "model 'x' not found"),
      'r',
    )
    await expect(client(JSON.stringify(body), status).chat({ model: 'x' })).rejects.toThrow(
      "model 'x' not found",
    )
  })

  test('C15 C18 C20 reads list, show and version', async () => {
    const model = { id: 'gpt-5', provider: 'oa', contextWindow: 400_000 }
    const list = await client(JSON.stringify(ollama.models.encodeList([model]))).list()
    expect(list.models.map((each) => each.name)).toEqual(['gpt-5'])
    const show = await client(JSON.stringify(showBody(model))).show({ model: 'gpt-5' })
    expect(show.capabilities).toContain('completion')
    expect((await client(JSON.stringify(versionBody())).version()).version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
