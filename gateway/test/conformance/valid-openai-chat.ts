/** Whether a body is a chat completion request the official types would take, and the API's own order rules. */

import { list, loose, type Loose, text } from './loose-json.ts'

const FIELDS = new Set(
  (
    'messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens ' +
    'metadata modalities n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_retention ' +
    'reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature ' +
    'tool_choice tools top_logprobs top_p user verbosity web_search_options'
  ).split(' '),
)

const USER_PARTS = ['text', 'image_url', 'video_url', 'input_audio', 'file']

export function faultsOfChat(body: Loose): string[] {
  const messages = list(body['messages'])
  return [
    ...Object.keys(body)
      .filter((key) => !FIELDS.has(key))
      .map((key) => `unknown field ${key}`),
    ...(text(body['model']) === '' ? ['no model'] : []),
    ...(messages.length === 0 ? ['no messages'] : []),
    ...messages.flatMap((message, at) => messageFaults(message).map((fault) => `messages[${at}]: ${fault}`)),
    ...pairingFaults(messages),
    ...toolFaults(body),
  ]
}

function messageFaults(message: Loose): string[] {
  switch (message['role']) {
    case 'system':
    case 'developer':
    case 'tool':
      return contentFaults(message['content'], ['text'])
    case 'user':
      return contentFaults(message['content'], USER_PARTS)
    case 'assistant': {
      const calls = list(message['tool_calls'])
      const silent = calls.length > 0 || message['function_call'] !== undefined
      const content = message['content'] ?? ''
      return [
        ...(silent && content === '' ? [] : contentFaults(message['content'], ['text', 'refusal'])),
        ...(message['tool_calls'] !== undefined && calls.length === 0 ? ['empty tool_calls'] : []),
        ...calls.flatMap(callFaults),
      ]
    }
    default:
      return [`role ${String(message['role'])}`]
  }
}

function contentFaults(content: unknown, types: readonly string[]): string[] {
  if (typeof content === 'string') return []
  if (!Array.isArray(content) || content.length === 0) return [`content is ${JSON.stringify(content)}`]
  return list(content).flatMap((part) => {
    const type = text(part['type'])
    if (!types.includes(type)) return [`content part ${type}`]
    return partIsWhole(type, part) ? [] : [`broken ${type} part`]
  })
}

function partIsWhole(type: string, part: Loose): boolean {
  const file = loose(part['file'])
  switch (type) {
    case 'text':
      return typeof part['text'] === 'string'
    case 'image_url':
    case 'video_url':
      return text(loose(part[text(part['type'])])['url']) !== ''
    case 'input_audio':
      return (
        text(loose(part['input_audio'])['data']) !== '' && text(loose(part['input_audio'])['format']) !== ''
      )
    case 'file':
      return text(file['file_data']) !== '' || text(file['file_id']) !== ''
    default:
      return typeof part['refusal'] === 'string'
  }
}

function callFaults(call: Loose): string[] {
  const called = loose(call['function'])
  if (call['type'] === 'custom')
    return text(loose(call['custom'])['name']) === '' ? ['nameless custom call'] : []
  const whole = call['type'] === 'function' && text(call['id']) !== '' && text(called['name']) !== ''
  return whole && typeof called['arguments'] === 'string' ? [] : [`broken call ${JSON.stringify(call)}`]
}

/** The results of a turn follow it at once, one for each call and no other. */
function pairingFaults(messages: readonly Loose[]): string[] {
  const faults: string[] = []
  let open = new Set<string>()
  messages.forEach((message, at) => {
    if (message['role'] === 'tool') {
      const id = text(message['tool_call_id'])
      if (!open.delete(id)) faults.push(`messages[${at}]: result of no open call`)
      return
    }
    if (open.size > 0) faults.push(`messages[${at}]: ${open.size} calls before it have no result`)
    open = new Set(list(message['tool_calls']).map((call) => text(call['id'])))
  })
  return faults
}

function toolFaults(body: Loose): string[] {
  if (body['tools'] === undefined) return []
  const tools = list(body['tools'])
  if (tools.length === 0) return ['empty tools']
  return tools.flatMap((tool) => {
    if (tool['type'] === 'custom') return []
    const { name, parameters } = loose(tool['function'])
    const named = tool['type'] === 'function' && /^[\w-]{1,64}$/.test(text(name))
    const schema = parameters === undefined || loose(parameters)['type'] === 'object'
    return named && schema ? [] : [`broken tool ${JSON.stringify(tool).slice(0, 120)}`]
  })
}
