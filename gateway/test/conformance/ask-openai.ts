/** The official `openai` client, unmodified. */

import OpenAI, { APIError } from 'openai'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { count, list, loose, type Loose, text, valueOf } from './loose-json.ts'
import type { Asked, Ask, Question, Seen, SeenUsage } from './seen.ts'
import { tap } from './tapped-fetch.ts'
import { weighedIn } from './weighed.ts'

const MESSAGES = [{ role: 'user', content: 'Say something.' }] as const

export const askOpenai: Ask = async (question): Promise<Asked> => {
  const wire = tap()
  const client = new OpenAI({
    apiKey: 'sk-test',
    baseURL: `${question.url}/v1`,
    maxRetries: 0,
    fetch: wire.fetch,
  })
  try {
    const seen = question.stream ? await streamed(client, question) : await whole(client, question)
    return { seen, ...(await wire.wire()) }
  } catch (thrown) {
    const isApi = thrown instanceof APIError
    const status = isApi ? count(thrown.status) : undefined
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const kind = isApi ? thrown.constructor.name : name
    return { error: { kind, status, message }, ...(await wire.wire()) }
  }
}

async function whole(client: OpenAI, { model }: Question): Promise<Seen> {
  const answer = await client.chat.completions.create({ model, messages: [...MESSAGES] })
  const choice = loose(answer.choices.find((one) => !one.index))
  return seenIn(loose(choice['message']), loose(choice), answer.usage)
}

async function streamed(client: OpenAI, { model }: Question): Promise<Seen> {
  const stream = await client.chat.completions.create({
    model,
    messages: [...MESSAGES],
    stream: true,
    stream_options: { include_usage: true },
  })
  const [mine, theirs] = stream.tee()
  // The SDK's own assembly stops at chunks that break its rules; ours below does not know any.
  const assembled = ChatCompletionStream.fromReadableStream(theirs.toReadableStream()).finalChatCompletion()
  assembled.catch(() => undefined)
  const message: Record<string, unknown> = {}
  const tokens: Loose[] = []
  const choice: Record<string, unknown> = { logprobs: { content: tokens } }
  let usage: unknown
  for await (const chunk of mine) {
    usage = chunk.usage ?? usage
    const one = loose(chunk.choices?.find((each) => !each.index))
    if (one['finish_reason']) choice['finish_reason'] = one['finish_reason']
    tokens.push(...list(loose(one['logprobs'])['content']))
    grow(message, loose(one['delta']))
  }
  const seen = seenIn(message, choice, usage)
  const total = await assembled
  const final = total.choices.find((one) => !one.index)?.message
  const agrees = text(final?.content) === seen.text && (final?.tool_calls?.length ?? 0) === seen.calls.length
  if (!agrees && list(message['custom']).length === 0)
    throw new Error('The SDK assembled another message than its chunks say.')
  return seen
}

function grow(message: Record<string, unknown>, delta: Loose): void {
  for (const field of ['content', 'refusal', 'reasoning_content', 'reasoning']) {
    if (typeof delta[field] === 'string') message[field] = text(message[field]) + text(delta[field])
  }
  for (const field of ['reasoning_details', 'annotations', 'images']) {
    if (delta[field] !== undefined) message[field] = [...list(message[field]), ...list(delta[field])]
  }
  if (delta['audio'] !== undefined)
    message['audio'] = { ...loose(message['audio']), ...loose(delta['audio']) }
  const calls = list(message['tool_calls']).slice()
  for (const piece of list(delta['tool_calls'])) {
    const at = count(piece['index']) ?? 0
    calls[at] = joined(loose(calls[at]), piece)
  }
  if (calls.length > 0) message['tool_calls'] = calls
  if (delta['function_call'] !== undefined) {
    message['function_call'] = joinedFunction(loose(message['function_call']), loose(delta['function_call']))
  }
}

function joined(known: Loose, piece: Loose): Loose {
  return {
    ...known,
    ...piece,
    id: text(known['id']) || text(piece['id']),
    function: joinedFunction(loose(known['function']), loose(piece['function'])),
  }
}

function joinedFunction(known: Loose, piece: Loose): Loose {
  return {
    name: text(known['name']) + text(piece['name']),
    arguments: text(known['arguments']) + text(piece['arguments']),
  }
}

function seenIn(message: Loose, choice: Loose, usage: unknown): Seen {
  const details = list(message['reasoning_details'])
  const legacy = message['function_call'] ? [{ id: '', function: message['function_call'] }] : []
  const calls = [...list(message['tool_calls']), ...legacy]
  return {
    text: text(message['content']) || text(loose(message['audio'])['transcript']),
    refusal: text(message['refusal']),
    reasoning: text(message['reasoning_content']) || text(message['reasoning']),
    calls: calls.map((call) => {
      const called = loose(loose(call)['function'])
      return {
        id: text(loose(call)['id']),
        name: text(called['name']),
        arguments: valueOf(text(called['arguments'])),
      }
    }),
    finish: text(choice['finish_reason']),
    usage: usage ? usageIn(loose(usage)) : undefined,
    citations: list(message['annotations']).filter((one) => one['type'] === 'url_citation').length,
    signatures:
      details.filter((one) => text(one['signature']) || text(one['data'])).length +
      calls.filter((call) => loose(call)['extra_content'] !== undefined).length,
    images: list(message['images']).length,
    audio: text(loose(message['audio'])['data']) !== '',
    native: 0,
    logprobs: weighedIn(loose(choice['logprobs'])['content']),
  }
}

function usageIn(usage: Loose): SeenUsage {
  const prompt = loose(usage['prompt_tokens_details'])
  return {
    input: count(usage['prompt_tokens']) ?? Number.NaN,
    output: count(usage['completion_tokens']) ?? Number.NaN,
    cacheRead: count(prompt['cached_tokens']),
    cacheWrite: count(prompt['cache_write_tokens']),
    reasoning: count(loose(usage['completion_tokens_details'])['reasoning_tokens']),
  }
}
