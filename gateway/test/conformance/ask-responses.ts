/** The official `openai` client of the Responses API, unmodified; streams are put together by its own accumulator. */

import OpenAI, { APIError } from 'openai'
import { count, list, loose, type Loose, text, valueOf } from './loose-json.ts'
import { flatName, ownCall } from './read-responses.ts'
import type { Ask, Asked, Question, Seen, SeenUsage } from './seen.ts'
import { tap } from './tapped-fetch.ts'
import { weighedIn } from './weighed.ts'

export const askResponses: Ask = async (question): Promise<Asked> => {
  const wire = tap()
  const client = new OpenAI({
    apiKey: 'sk-test',
    baseURL: `${question.url}/v1`,
    maxRetries: 0,
    fetch: wire.fetch,
  })
  try {
    const seen = seenIn(await finalOf(client, question))
    return { seen, ...(await wire.wire()) }
  } catch (thrown) {
    const isApi = thrown instanceof APIError
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const kind = isApi ? thrown.constructor.name : name
    return {
      error: { kind, status: isApi ? count(thrown.status) : undefined, message },
      ...(await wire.wire()),
    }
  }
}

async function finalOf(client: OpenAI, { model, stream }: Question): Promise<Loose> {
  const asked = { model, input: 'Say something.' }
  if (!stream) return failing(loose(await client.responses.create(asked)))
  let said = ''
  let final: Loose | undefined
  for await (const event of client.responses.stream(asked)) {
    if (event.type === 'response.output_text.delta') said += event.delta
    if (event.type === 'response.completed' || event.type === 'response.incomplete')
      final = loose(event.response)
    if (event.type === 'response.failed') failing(loose(event.response))
    if (event.type === 'error') throw new Error(event.message)
  }
  if (final === undefined) throw new Error('The stream ended without a response.')
  if (said !== seenIn(final).text) throw new Error('The deltas say something else than the final response.')
  return final
}

/** The SDK yields a failed response as it yields any other. */
function failing(response: Loose): Loose {
  if (response['status'] !== 'failed') return response
  throw new Error(text(loose(response['error'])['message']))
}

const KNOWN = new Set(['reasoning', 'function_call', 'custom_tool_call'])

function seenIn(response: Loose): Seen {
  const items = list(response['output'])
  const of = (type: string) => items.filter((item) => item['type'] === type)
  const messages = of('message').filter((item) => (item['role'] ?? 'assistant') === 'assistant')
  const contents = messages.flatMap((item) => list(item['content']))
  const spoken = contents.filter((part) => part['type'] === 'output_text')
  const refused = contents.filter((part) => part['type'] === 'refusal')
  const made = of('image_generation_call').filter((item) => text(item['result']) !== '')
  const own = items.filter((item) => ownCall(item) !== undefined)
  const plain = items.filter((item) => KNOWN.has(text(item['type'])))
  const known = plain.length + messages.length + made.length + own.length
  return {
    text: spoken.map((part) => text(part['text'])).join(''),
    refusal: refused.map((part) => text(part['refusal'])).join(''),
    reasoning: of('reasoning')
      .map((item) => texts(item['summary']) || texts(item['content']))
      .join(''),
    calls: items.flatMap((item) => ownCall(item) ?? (isPlainCall(item) ? callIn(item) : [])),
    finish: [text(response['status']), text(loose(response['incomplete_details'])['reason'])]
      .filter((word) => word !== '')
      .join(': '),
    usage: response['usage'] ? usageIn(loose(response['usage'])) : undefined,
    citations: spoken.flatMap((part) => list(part['annotations'])).length,
    signatures: of('reasoning').filter((item) => text(item['encrypted_content']) !== '').length,
    images: made.length,
    audio: false,
    native: items.length - known + contents.length - spoken.length - refused.length,
    logprobs: spoken.flatMap((part) => weighedIn(part['logprobs'])),
  }
}

function texts(parts: unknown): string {
  return list(parts)
    .map((part) => text(part['text']))
    .filter((each) => each !== '')
    .join('\n\n')
}

function isPlainCall(item: Loose): boolean {
  return /^(?:function|custom_tool)_call$/.test(text(item['type']))
}

function callIn(item: Loose): Seen['calls'][number] {
  const custom = item['type'] === 'custom_tool_call'
  return {
    id: text(item['call_id']),
    name: flatName(item),
    arguments: custom ? { input: item['input'] } : valueOf(text(item['arguments'])),
  }
}

function usageIn(usage: Loose): SeenUsage {
  const input = loose(usage['input_tokens_details'])
  return {
    input: count(usage['input_tokens']) ?? Number.NaN,
    output: count(usage['output_tokens']) ?? Number.NaN,
    cacheRead: count(input['cached_tokens']),
    cacheWrite: count(input['cache_write_tokens']),
    reasoning: count(loose(usage['output_tokens_details'])['reasoning_tokens']),
  }
}
