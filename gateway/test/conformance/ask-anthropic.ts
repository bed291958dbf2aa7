/** The official `@anthropic-ai/sdk` client, unmodified; streams are put together by its own accumulator. */

import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { count, list, loose, type Loose, text } from './loose-json.ts'
import type { Ask, Asked, Question, Seen, SeenUsage } from './seen.ts'
import { tap } from './tapped-fetch.ts'

export const askAnthropic: Ask = async (question): Promise<Asked> => {
  const wire = tap()
  const client = new Anthropic({
    apiKey: 'sk-test',
    baseURL: question.url,
    maxRetries: 0,
    logLevel: 'off',
    fetch: wire.fetch,
  })
  try {
    const message = await messageFrom(client, question)
    return { seen: seenIn(loose(message)), ...(await wire.wire()) }
  } catch (thrown) {
    const isApi = thrown instanceof APIError
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const kind = isApi ? thrown.constructor.name : name
    const status = isApi ? count(thrown.status) : undefined
    return { error: { kind, status, message }, ...(await wire.wire()) }
  }
}

function messageFrom(client: Anthropic, { model, stream }: Question): Promise<Anthropic.Message> {
  const body = { model, max_tokens: 1024, messages: [{ role: 'user', content: 'Say something.' } as const] }
  return stream ? client.messages.stream(body).finalMessage() : client.messages.create(body)
}

function seenIn(message: Loose): Seen {
  const blocks = list(message['content'])
  const of = (type: string) => blocks.filter((block) => block['type'] === type)
  const signed = of('thinking').filter((block) => text(block['signature']) !== '').length
  const known = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use'])
  return {
    text: of('text')
      .map((block) => text(block['text']))
      .join(''),
    refusal: '',
    reasoning: of('thinking')
      .map((block) => text(block['thinking']))
      .join(''),
    calls: of('tool_use').map((block) => ({
      id: text(block['id']),
      name: text(block['name']),
      arguments: block['input'],
    })),
    finish: text(message['stop_reason']),
    usage: message['usage'] ? usageIn(loose(message['usage'])) : undefined,
    citations: blocks.flatMap((block) => list(block['citations'])).length,
    signatures: signed + of('redacted_thinking').length,
    images: 0,
    audio: false,
    native: blocks.filter((block) => !known.has(text(block['type']))).length,
    logprobs: [],
  }
}

function usageIn(usage: Loose): SeenUsage {
  return {
    input: count(usage['input_tokens']) ?? Number.NaN,
    output: count(usage['output_tokens']) ?? Number.NaN,
    cacheRead: count(usage['cache_read_input_tokens']),
    cacheWrite: count(usage['cache_creation_input_tokens']),
    reasoning: count(loose(usage['output_tokens_details'])['thinking_tokens']),
  }
}
