/** The meaning of a recorded answer of the Responses API. */

import { count, list, loose, type Loose, payloads, text } from './loose-json.ts'
import { type Draft, type Meaning, type MeantUsage, nothing, type Outcome } from './meaning.ts'
import { weighedIn } from './weighed.ts'

export function readResponses(body: string, format: string, streamed: boolean): Meaning {
  const draft = nothing()
  const wire = streamed ? assembled(payloads(body, format), draft) : loose(JSON.parse(body))
  // A chat completion that a proxy gave for a response.
  if (!streamed && wire['output'] === undefined) draft.failure = ''
  for (const item of list(wire['output'])) readItem(item, draft)
  if (wire['status'] === 'failed') draft.failure = text(loose(wire['error'])['message'])
  draft.outcome = outcome(wire, draft)
  if (wire['usage']) draft.usage = usageOf(loose(wire['usage']))
  return draft
}

/** The last word on the response, with the items told one by one where its list is empty. */
function assembled(frames: readonly string[], draft: Draft): Loose {
  const done: Loose[] = []
  let final: Loose | undefined
  for (const frame of frames.filter((one) => one.trim() !== '[DONE]')) {
    const event = frameOf(frame)
    if (event === undefined) break
    const type = text(event['type'])
    if (type === 'response.output_item.done') done.push(loose(event['item']))
    if (/^response\.(?:completed|incomplete|failed)$/.test(type)) final ??= loose(event['response'])
    if (type === 'error') draft.failure ??= text(event['message']) || text(loose(event['error'])['message'])
  }
  if (final === undefined) draft.failure ??= ''
  const output = list(final?.['output'])
  return { ...final, output: output.length > 0 ? output : done }
}

/** Undefined for a frame that is no JSON: there the stream is broken. */
function frameOf(frame: string): Loose | undefined {
  try {
    return loose(JSON.parse(frame))
  } catch {
    return undefined
  }
}

function readItem(item: Loose, draft: Draft): void {
  switch (item['type']) {
    case 'message':
      // What others said is repeated in compacted histories.
      if ((item['role'] ?? 'assistant') !== 'assistant') draft.native += 1
      else for (const part of list(item['content'])) readContent(part, draft)
      return
    case 'reasoning':
      draft.reasoning += textsIn(item['summary']) || textsIn(item['content'])
      if (text(item['encrypted_content']) !== '') draft.signatures += 1
      return
    case 'function_call':
    case 'custom_tool_call': {
      const custom = item['type'] === 'custom_tool_call'
      const args = item['arguments'] ?? ''
      const json = custom
        ? JSON.stringify({ input: item['input'] })
        : text(args) || (typeof args === 'object' ? JSON.stringify(args) : '')
      const id = text(item['call_id']) || text(item['id'])
      draft.calls.push({ id, name: flatName(item), arguments: json })
      return
    }
    case 'local_shell_call':
    case 'shell_call':
    case 'apply_patch_call':
    case 'tool_search_call': {
      const own = ownCall(item)
      if (own === undefined) draft.native += 1
      else draft.calls.push({ ...own, arguments: JSON.stringify(own.arguments) })
      return
    }
    case 'image_generation_call':
      if (text(item['result']) === '') draft.native += 1
      else see(text(item['result']), draft)
      return
    default:
      draft.native += 1
  }
}

/** A call of a type of its own that the client runs; undefined where the provider does. */
export function ownCall(item: Loose): { id: string; name: string; arguments: Loose } | undefined {
  const name = /^(local_shell|shell|apply_patch|tool_search)_call$/.exec(text(item['type']))?.[1]
  const inContainer = text(loose(item['environment'])['type']).startsWith('container')
  if (name === undefined || inContainer || (name === 'tool_search' && item['execution'] !== 'client'))
    return undefined
  const { type, env, ...asked } = loose(item['action'] ?? item['operation'] ?? item['arguments'])
  const told = name === 'apply_patch' ? { type, ...asked } : asked
  const said = Object.entries(told).filter(([, value]) => value !== null)
  const more = Object.keys(loose(env)).length === 0 ? {} : { env }
  return { id: text(item['call_id']), name, arguments: { ...Object.fromEntries(said), ...more } }
}

/** A tool of a namespace, in a language without them. A deferred tool's namespace is its own name. */
export function flatName(item: Loose): string {
  const [space, name] = [text(item['namespace']), text(item['name'])]
  return space === '' || space === name ? name : `${space}${space.endsWith('__') ? '' : '__'}${name}`
}

function textsIn(parts: unknown): string {
  return list(parts)
    .map((part) => text(part['text']))
    .filter((each) => each !== '')
    .join('\n\n')
}

function readContent(part: Loose, draft: Draft): void {
  if (part['type'] === 'refusal') {
    draft.refusal += text(part['refusal'])
    return
  }
  if (part['type'] !== 'output_text' && part['text'] === undefined) {
    draft.native += 1
    return
  }
  draft.text += text(part['text'])
  const annotations = list(part['annotations'])
  draft.citations += annotations.length
  draft.pages += annotations.filter((one) => text(one['url']) !== '').length
  draft.logprobs.push(...weighedIn(part['logprobs']))
}

function outcome(wire: Loose, draft: Draft): Outcome {
  const reason = text(loose(wire['incomplete_details'])['reason'])
  if (wire['status'] === 'incomplete') {
    if (reason === 'content_filter') return 'filter'
    return /^(?:max_(?:output_)?tokens|length)$/.test(reason) ? 'length' : 'unknown'
  }
  if (wire['status'] !== 'completed' && wire['status'] !== 'complete') return 'unknown'
  if (draft.calls.length > 0) return 'tools'
  return draft.refusal === '' ? 'end' : 'refusal'
}

function usageOf(wire: Loose): MeantUsage {
  const input = loose(wire['input_tokens_details'])
  return {
    input: count(wire['input_tokens']) ?? 0,
    output: count(wire['output_tokens']) ?? 0,
    cacheRead: count(input['cached_tokens']),
    cacheWrite: count(input['cache_write_tokens']),
    reasoning: count(loose(wire['output_tokens_details'])['reasoning_tokens']),
  }
}

function see(data: string, draft: Draft): void {
  draft.images += 1
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+=*$/.test(data)) draft.brokenImages += 1
}
